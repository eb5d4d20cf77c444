use super::{GROUP, World, group, program};
use atp_azure::key_vault::Vault;
use atp_azure::resources::ResourceGroup;
use atp_azure::storage::{
    StorageAccount, StorageAccountKind, StorageAccountListKeys, StorageAccountSku, StorageAccountSkuName,
};
use atp_azure::{Action, Existing, RawResource};
use atp_iac::engine::{Deployment, Kind};
use atp_iac::resource::ResourceId;
use atp_iac::{Context, Result, Value};
use scenarios::{actions, report};
use serde_json::json;
use std::collections::BTreeMap;

const VAULT: &str = "Microsoft.KeyVault/vaults";

async fn shared_vault(world: &World) -> String {
    let parent =
        world.make("Microsoft.Resources/resourceGroups", json!({"name": "shared", "location": "westeurope"}));
    let parent = parent.await;
    let inputs = json!({"parent": parent, "name": "kv-shared", "location": "westeurope",
        "properties": {"tenantId": super::SUBSCRIPTION, "sku": {"family": "A", "name": "standard"}, "accessPolicies": []}});
    world.make(VAULT, inputs).await
}

/// A resource that takes the uri of an existing vault.
fn with_vault(find: impl Fn(&mut Context) -> Result<Existing<Vault>> + Send + Sync + 'static) -> Deployment {
    Deployment::of_function(scenarios::stack_name(), move |cx| {
        let find = find(cx)?;
        let vault = cx.read("shared", find)?;
        let group = group(cx)?;
        let app = RawResource::new("Microsoft.Foo/apps", "2024-01-01", group.id(), "app")
            .property("properties.vault", vault.vault_uri());
        cx.add("app", app)?;
        Ok(BTreeMap::from([("vault".to_owned(), vault.id().into())]))
    })
}

#[tokio::test]
async fn an_existing_vault_gives_its_outputs_and_is_never_touched() {
    let mut world = World::new();
    let id = shared_vault(&world).await;
    let before = world.there(&id).unwrap();
    let by_id = {
        let id = id.clone();
        with_vault(move |_| Ok(Existing::by_id(ResourceId::parse(&id)?)))
    };
    let plan = world.preview(&by_id).await;
    assert_eq!(actions(&plan), ["+ group", "+ app"]);
    let inputs = plan.operations[1].inputs.to_json_masked();
    assert_eq!(inputs["properties"]["vault"], "https://kv-shared.vault.azure.net/");
    let update = world.run(&by_id, Kind::Up).await;
    assert_eq!(update.outputs["vault"], Value::from(id.as_str()));
    assert!(!world.preview_refreshed(&by_id).await.has_changes());

    let by_name = with_vault(|cx| {
        let shared = cx.read("group", Existing::<ResourceGroup>::in_subscription("shared"))?;
        Ok(Existing::by_name(shared.id(), "kv-shared"))
    });
    let plan = world.preview(&by_name).await;
    assert!(!plan.has_changes() && plan.answers.len() == 2, "{:?}", plan.answers);
    world.run(&by_name, Kind::Destroy).await;
    assert_eq!(world.there(&id).unwrap(), before);
    let state = world.engine.state(&scenarios::stack_name()).await.unwrap().unwrap();
    assert!(state.is_empty());
}

#[tokio::test]
async fn a_vault_that_is_not_there_stops_the_plan() {
    let world = World::new();
    let missing = with_vault(|_| Ok(Existing::by_name(GROUP, "kv-none")));
    let error = world.engine.preview(&missing, Kind::Up, &Default::default()).await.unwrap_err().to_string();
    assert!(
        error.contains(&format!("`shared` ({VAULT}/read) at ")) && error.contains("reading.rs:"),
        "{error}"
    );
    assert!(error.contains("`kv-none` is not there"), "{error}");
}

/// An account, and two applications that have its keys.
fn with_keys(name: &'static str) -> Deployment {
    program(move |cx| {
        let group = group(cx)?;
        let sku = StorageAccountSku::new(StorageAccountSkuName::STANDARD_LRS);
        let account =
            StorageAccount::new(group.id(), name, "westeurope", sku, StorageAccountKind::STORAGE_V2);
        let account = cx.add("account", account)?;
        let keys = cx.read("keys", Action::of(account.id(), "listKeys"))?;
        let first = RawResource::new("Microsoft.Foo/apps", "2024-01-01", group.id(), "first")
            .property("properties.key", keys.output::<String>("keys/0/value"));
        cx.add("first", first)?;
        let second = cx.read("typed", StorageAccountListKeys::new(account.id()))?.key_value(1);
        let second = second.map(|key| format!("key={}", key.expose()));
        let second = RawResource::new("Microsoft.Foo/apps", "2024-01-01", group.id(), "second")
            .property("properties.connection", &second);
        cx.add("second", second).map(drop)
    })
}

fn property(world: &World, app: &str, key: &str) -> String {
    let there = world.there(&format!("{GROUP}/providers/Microsoft.Foo/apps/{app}")).unwrap();
    there["properties"][key].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_keys_of_an_account_of_the_same_run_reach_what_needs_them_and_no_file_in_clear() {
    let mut world = World::new();
    let plan = world.preview(&with_keys("stone")).await;
    assert_eq!(actions(&plan), ["+ group", "+ account", "< keys", "+ first", "< typed", "+ second"]);
    let update = world.run(&with_keys("stone"), Kind::Up).await;
    assert_eq!((report(&update).done.create, report(&update).done.read), (4, 2));
    let first = property(&world, "first", "key");
    let second = property(&world, "second", "connection");
    assert!(first.len() == 36 && second.starts_with("key=") && second.len() == 40, "{first} {second}");
    let again = world.preview_refreshed(&with_keys("stone")).await;
    assert!(!again.has_changes() && again.answers.len() == 2);
    for key in [first.as_str(), &second["key=".len()..]] {
        assert!(world.files.len() > 10);
        assert!(world.files.iter().all(|file| !file.windows(key.len()).any(|part| part == key.as_bytes())));
        assert!(!format!("{update:?} {again:?}").contains(key));
    }
    let state = world.engine.state(&scenarios::stack_name()).await.unwrap().unwrap();
    let kept = state.resources().find(|resource| resource.urn.name() == "first").unwrap();
    assert_eq!(
        kept.inputs.get("properties").unwrap().get("key"),
        Some(&Value::from(first.as_str()).into_secret())
    );
    let names: Vec<&str> = kept.dependencies.iter().map(|urn| urn.name()).collect();
    assert_eq!(names, ["group", "account"]);
}

#[tokio::test]
async fn a_replaced_account_has_its_new_keys_asked_for_behind_it() {
    let mut world = World::new();
    world.run(&with_keys("stone"), Kind::Up).await;
    let old = property(&world, "first", "key");
    assert_eq!(
        actions(&world.preview(&with_keys("sttwo")).await),
        ["+/- account", "< keys", "~ first", "< typed", "~ second"]
    );
    world.run(&with_keys("sttwo"), Kind::Up).await;
    assert_ne!(property(&world, "first", "key"), old);
    assert!(!world.preview(&with_keys("sttwo")).await.has_changes());
    world.run(&with_keys("sttwo"), Kind::Destroy).await;
    assert!(world.simulator.is_empty().unwrap());
}

#[tokio::test]
async fn a_raw_resource_that_exists_and_a_raw_action_of_it_are_read() {
    let mut world = World::new();
    world.make("Microsoft.Resources/resourceGroups", json!({"name": "g", "location": "westeurope"})).await;
    let bar = json!({"$apiVersion": "2024-01-01", "parent": GROUP, "name": "a", "properties": {"size": 3}});
    let id = world.make("Microsoft.Foo/bars", bar).await;
    let reader = Deployment::of_function(scenarios::stack_name(), move |cx| {
        let bar = cx.read("bar", RawResource::existing("Microsoft.Foo/bars", "2024-01-01", id.as_str()))?;
        let keys = cx.read("keys", Action::raw("Microsoft.Foo/bars", "2024-01-01", bar.id(), "listKeys"))?;
        Ok(BTreeMap::from([
            ("size".to_owned(), bar.output::<i64>("properties/size").into()),
            ("key".to_owned(), keys.output::<String>("primaryKey").into()),
        ]))
    });
    let update = world.run(&reader, Kind::Up).await;
    assert_eq!(update.outputs["size"], Value::from(3i64));
    assert!(matches!(update.outputs["key"], Value::Secret(_)));
    assert!(!world.preview(&reader).await.has_changes());
}
