use super::{GROUP, World, group, program};
use atp_azure::{RawHandle, RawResource};
use atp_azure_sim::Method;
use atp_iac::engine::{Deployment, Kind};
use atp_iac::output::Secret;
use atp_iac::plan::Plan;
use atp_iac::{Context, Result};
use scenarios::{actions, report};
use serde_json::json;

const BAR: &str = "Microsoft.Foo/bars";

fn bar_id() -> String {
    format!("{GROUP}/providers/{BAR}/a")
}

/// What a test changes of the resource.
#[derive(Clone)]
struct Bar {
    kind: &'static str,
    version: &'static str,
    location: &'static str,
    size: i64,
    sku: &'static str,
}

const FIRST: Bar = Bar { kind: BAR, version: "2024-01-01", location: "westeurope", size: 1, sku: "basic" };

fn add_bar(cx: &mut Context, bar: &Bar) -> Result<RawHandle> {
    let group = group(cx)?;
    let resource = RawResource::new(bar.kind, bar.version, group.id(), "a")
        .body(json!({"tags": {"team": "audit"}}))
        .property("location", bar.location)
        .property("properties.sku.name", bar.sku)
        .property("properties.size", bar.size)
        .replace_on(["properties.sku"]);
    cx.add("bar", resource)
}

fn with(bar: Bar) -> Deployment {
    program(move |cx| add_bar(cx, &bar).map(drop))
}

/// The changes of the first operation that has any: the path, and whether it forces a replacement.
fn changes(plan: &Plan) -> Vec<(String, bool)> {
    let operation = plan.operations.iter().find(|operation| !operation.changes.is_empty()).unwrap();
    operation.changes.iter().map(|change| (change.path.to_string(), change.replaces)).collect()
}

#[tokio::test]
async fn a_type_that_nobody_knows_is_created_updated_replaced_and_destroyed() {
    let mut world = World::new();
    world.run(&with(FIRST), Kind::Up).await;
    let there = world.there(&bar_id()).unwrap();
    assert_eq!((&there["properties"]["size"], &there["tags"]["team"]), (&json!(1), &json!("audit")));
    assert!(there.get("$apiVersion").is_none() && there.get("$replaceOn").is_none(), "{there}");
    assert!(!world.preview_refreshed(&with(FIRST)).await.has_changes());

    let larger = Bar { size: 2, ..FIRST };
    let plan = world.preview(&with(larger.clone())).await;
    assert_eq!(
        (actions(&plan), changes(&plan)),
        (vec!["~ bar".to_owned()], vec![("properties.size".into(), false)])
    );
    world.run(&with(larger.clone()), Kind::Up).await;
    assert_eq!(world.there(&bar_id()).unwrap()["properties"]["size"], 2);

    let newer = Bar { version: "2025-01-01", ..larger };
    let plan = world.preview(&with(newer.clone())).await;
    assert_eq!(
        (actions(&plan), changes(&plan)),
        (vec!["~ bar".to_owned()], vec![("$apiVersion".into(), false)])
    );
    world.run(&with(newer.clone()), Kind::Up).await;

    for other in [Bar { sku: "premium", ..newer.clone() }, Bar { location: "northeurope", ..newer.clone() }] {
        let plan = world.preview(&with(other.clone())).await;
        assert_eq!(actions(&plan), ["-/+ bar"]);
        assert!(changes(&plan)[0].1);
        world.run(&with(other), Kind::Up).await;
    }
    world.run(&with(newer), Kind::Destroy).await;
    assert!(world.simulator.is_empty().unwrap());
}

#[tokio::test]
async fn what_somebody_changes_or_deletes_of_a_type_that_nobody_knows_is_found_and_brought_back() {
    let mut world = World::new();
    world.run(&with(FIRST), Kind::Up).await;
    let put = |size: i64| {
        let path = format!("{}?api-version=2024-01-01", bar_id());
        let body = json!({"location": "westeurope", "properties": {"size": size, "sku": {"name": "basic"}, "more": 1}});
        atp_azure_sim::Request::new(Method::Put, &path).with_json(&body)
    };
    world.simulator.handle(&put(7)).unwrap();
    let plan = world.preview_refreshed(&with(FIRST)).await;
    let found = changes(&plan);
    assert_eq!((actions(&plan), found.len()), (vec!["~ bar".to_owned()], 2), "{found:?}");
    assert!(found.contains(&("properties.size".into(), false)), "{found:?}");
    world.simulator.handle(&put(1)).unwrap();
    let path = format!("{}?api-version=2024-01-01", bar_id());
    world.simulator.handle(&atp_azure_sim::Request::new(Method::Delete, &path)).unwrap();
    assert_eq!(actions(&world.preview_refreshed(&with(FIRST)).await), ["+ bar"]);
}

#[tokio::test]
async fn a_child_and_an_extension_of_it_take_outputs_that_only_the_cloud_knows() {
    let mut world = World::new();
    let tree = program(|cx| {
        let bar = add_bar(cx, &FIRST)?;
        let child = RawResource::new("Microsoft.Foo/bars/bazes", "2024-01-01", bar.id(), "b")
            .property("properties.size", bar.output::<i64>("properties/size"))
            .property("properties.kind", bar.output::<Option<String>>("kind"));
        let child = cx.add("child", child)?;
        let note = RawResource::new("Microsoft.Foo/notes", "2024-01-01", child.id(), "n")
            .property("properties.about", child.name());
        cx.add("note", note).map(drop)
    });
    let plan = world.preview(&tree).await;
    assert_eq!(actions(&plan), ["+ group", "+ bar", "+ child", "+ note"]);
    world.run(&tree, Kind::Up).await;
    let child = format!("{}/bazes/b", bar_id());
    assert_eq!(world.there(&child).unwrap()["properties"]["size"], 1);
    let note = world.there(&format!("{child}/providers/Microsoft.Foo/notes/n")).unwrap();
    assert_eq!(note["properties"]["about"], "b");
    assert!(!world.preview_refreshed(&tree).await.has_changes());
    world.run(&tree, Kind::Destroy).await;
    assert!(world.simulator.is_empty().unwrap());
}

#[tokio::test]
async fn a_type_that_is_known_has_its_rules_whatever_its_version() {
    let mut world = World::new();
    let vault = |version: &'static str, tenant: &'static str, more: &'static [(&'static str, bool)]| {
        program(move |cx| {
            let group = group(cx)?;
            let vault = RawResource::new("Microsoft.KeyVault/vaults", version, group.id(), "kv-raw").body(json!({
                "location": "westeurope",
                "properties": {"tenantId": tenant, "sku": {"family": "A", "name": "standard"}, "accessPolicies": []},
            }));
            let set =
                |vault: RawResource, (path, value): &(&'static str, bool)| vault.property(*path, *value);
            cx.add("vault", more.iter().fold(vault, set)).map(drop)
        })
    };
    let known = atp_azure::descriptor("microsoft.keyvault/vaults").unwrap().api_version;
    let first = "00000000-0000-4000-8000-00000000000a";
    let typo = vault(known, first, &[("properties.enableSoftDelet", true)]);
    let error = world.try_run(&typo, Kind::Up).await.unwrap_err().to_string();
    assert!(error.contains("did you mean `enableSoftDelete`?"), "{error}");
    world.run(&vault(known, first, &[]), Kind::Up).await;
    let newer = vault("2030-01-01", first, &[("properties.brandNew", true)]);
    assert_eq!(actions(&world.preview(&newer).await), ["~ vault"]);
    world.run(&newer, Kind::Up).await;
    let id = format!("{GROUP}/providers/Microsoft.KeyVault/vaults/kv-raw");
    assert_eq!(world.there(&id).unwrap()["properties"]["brandNew"], true);
    assert!(!world.preview_refreshed(&newer).await.has_changes());
    let misplaced = program(|cx| {
        let subnets = RawResource::new("Microsoft.Network/virtualNetworks/subnets", "2024-01-01", GROUP, "s");
        cx.add("subnet", subnets).map(drop)
    });
    let error = world.try_run(&misplaced, Kind::Up).await.unwrap_err().to_string();
    assert!(error.contains("`parent`") && error.contains("is not the id of a"), "{error}");
}

#[tokio::test]
async fn secrets_of_a_raw_resource_are_sent_and_are_in_no_file() {
    let mut world = World::new();
    let secret = program(|cx| {
        let group = group(cx)?;
        let pin = Secret::new("hunter2".to_owned());
        let bar = RawResource::new(BAR, "2024-01-01", group.id(), "a").property("properties.pin", pin);
        cx.add("bar", bar).map(drop)
    });
    let update = world.run(&secret, Kind::Up).await;
    assert_eq!(world.there(&bar_id()).unwrap()["properties"]["pin"], "hunter2");
    assert!(!format!("{update:?}").contains("hunter2"));
    assert!(world.files.iter().all(|file| !file.windows(7).any(|part| part == b"hunter2")));
    assert!(!world.preview_refreshed(&secret).await.has_changes());
}

#[tokio::test]
async fn what_a_service_says_by_itself_is_kept_secret_where_the_program_asks_for_it() {
    let mut world = World::new();
    let with = |size: i64| {
        program(move |cx| {
            let group = group(cx)?;
            let bar = RawResource::new(BAR, "2024-01-01", group.id(), "a")
                .property("properties.size", size)
                .secret_outputs(["properties.key"]);
            let bar = cx.add("bar", bar)?;
            let user = RawResource::new(BAR, "2024-01-01", group.id(), "b")
                .property("properties.key", bar.output::<Option<String>>("properties/key"));
            cx.add("user", user).map(drop)
        })
    };
    world.run(&with(1), Kind::Up).await;
    let path = format!("{}?api-version=2024-01-01", bar_id());
    let body = json!({"properties": {"size": 1, "key": "hunter2"}});
    world.simulator.handle(&atp_azure_sim::Request::new(Method::Put, &path).with_json(&body)).unwrap();
    let plan = world.preview_refreshed(&with(1)).await;
    assert_eq!(actions(&plan), ["~ user"]);
    world.refresh = true;
    world.run(&with(1), Kind::Up).await;
    let user = world.there(&format!("{GROUP}/providers/{BAR}/b")).unwrap();
    assert_eq!(user["properties"]["key"], "hunter2");
    assert!(!format!("{plan:?}").contains("hunter2"));
    assert!(world.files.iter().all(|file| !file.windows(7).any(|part| part == b"hunter2")));
}

#[tokio::test]
async fn a_delete_that_was_cut_off_is_looked_up_by_the_version_that_the_state_has() {
    let mut world = World::new();
    world.run(&with(FIRST), Kind::Up).await;
    world.simulator.fail_next(Method::Delete, "/bars/a", 500, "InternalServerError", 30);
    let update = world.try_run(&with(FIRST), Kind::Destroy).await.unwrap();
    assert_eq!(report(&update).failures.len(), 1);
    let recovered =
        world.engine.preview(&with(FIRST), Kind::Destroy, &Default::default()).await.unwrap().recovered;
    assert_eq!(recovered[0].finding, "it was not deleted");
}

#[tokio::test]
async fn a_bad_declaration_names_its_place() {
    let world = World::new();
    let bad = program(|cx| {
        cx.add("bar", RawResource::new(BAR, "2024-01-01", GROUP, "a").property("a..b", 1i64)).map(drop)
    });
    let error = world.engine.preview(&bad, Kind::Up, &Default::default()).await.unwrap_err().to_string();
    assert!(error.contains("raw.rs:") && error.contains("the property `a..b` is not a path"), "{error}");
}
