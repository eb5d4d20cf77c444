//! The governance, deployed to the simulator, and what it keeps others from doing.

use super::world::{World, changed, deployment};
use atp_azure_sim::{Method, Request, Settings};
use atp_iac::engine::{Deployment, Kind};
use serde_json::{Value, json};
use stacks::{FOUNDATION, GOVERNANCE};

const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-0000-0000-0000000000a4";
/// The group of the foundation in which others try their luck.
const GROUP: &str = "rg-atp-prod-weu-security";

fn of(environment: &str) -> [Deployment; 2] {
    let foundation = deployment(FOUNDATION, environment, "westeurope", &[("protect", "false")]);
    let subscription = ("subscription_id", &SUBSCRIPTION[15..]);
    [foundation, deployment(GOVERNANCE, environment, "westeurope", &[subscription])]
}

#[tokio::test]
async fn governance_is_deployed_plans_to_nothing_and_leaves_nothing() {
    let world = World::with(Settings::default());
    let [foundation, governance] = of("prod");
    world.settle(&[&foundation, &governance]).await;
    world.clear(&[&foundation, &governance]).await;
}

#[tokio::test]
async fn our_own_stacks_pass_the_policies_that_are_assigned() {
    let world = World::with(Settings::default());
    let [foundation, governance] = of("prod");
    world.settle(&[&foundation, &governance]).await;
    // All of the foundation is written anew while the policies hold.
    let changes = [("protect", "false"), ("tags.cost_centre", "cc-1")];
    let foundation = deployment(FOUNDATION, "prod", "westeurope", &changes);
    let update = world.run(&foundation, Kind::Up).await;
    assert!(update.report.unwrap().done.update > 50);
    assert!(changed(&world.preview(&foundation, true).await).is_empty());
}

fn tags(more: &[(&str, &str)]) -> Value {
    let required = stacks::helpers::tags::REQUIRED.map(|tag| (tag, "x"));
    required.iter().chain(more).map(|(name, value)| ((*name).to_owned(), json!(value))).collect()
}

fn storage(changes: &[(&str, Value)]) -> Value {
    let mut properties = json!({
        "publicNetworkAccess": "Disabled", "minimumTlsVersion": "TLS1_2", "allowBlobPublicAccess": false,
        "allowSharedKeyAccess": false,
    });
    for (name, value) in changes {
        properties[*name] = value.clone();
    }
    json!({
        "location": "westeurope", "kind": "StorageV2", "sku": { "name": "Standard_ZRS" }, "tags": tags(&[]),
        "properties": properties,
    })
}

fn put(world: &World, kind: &str, version: &str, name: &str, body: &Value) -> (u16, String) {
    let target =
        format!("{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/{kind}/{name}?api-version={version}");
    let token = world.simulator.token("somebody");
    let request = Request::new(Method::Put, &target)
        .with_header("authorization", &format!("Bearer {token}"))
        .with_json(body);
    let response = world.simulator.handle(&request).unwrap();
    (response.status, response.value().to_string())
}

#[tokio::test]
async fn what_breaks_a_policy_is_refused_and_says_which_one() {
    let world = World::with(Settings::default());
    for deployment in of("prod") {
        world.run(&deployment, Kind::Up).await;
    }
    let version = |kind: &str| atp_azure::descriptor(kind).unwrap().api_version;
    let account = "Microsoft.Storage/storageAccounts";
    let mut elsewhere = storage(&[]);
    elsewhere["location"] = json!("northeurope");
    let mut untagged = storage(&[]);
    untagged["tags"].as_object_mut().unwrap().remove("owner");
    let broken = [
        (storage(&[("publicNetworkAccess", json!("Enabled"))]), "no-public-network"),
        (storage(&[("minimumTlsVersion", json!("TLS1_0"))]), "tls-1-2"),
        (storage(&[("allowSharedKeyAccess", json!(true))]), "no-shared-keys"),
        (storage(&[("allowBlobPublicAccess", json!(true))]), "no-anonymous-blobs"),
        (elsewhere, "e56962a6-4747-49cd-b67b-bf8b01975c4c"),
        (untagged, "871b6d14-10aa-478d-b590-94f262ecfa99"),
    ];
    for (body, policy) in broken {
        let (status, answer) = put(&world, account, version(account), "stother", &body);
        assert!(status == 403 && answer.contains("RequestDisallowedByPolicy"), "{policy}: {status} {answer}");
        assert!(answer.contains(policy), "{policy}: {answer}");
    }
    let address = "Microsoft.Network/publicIPAddresses";
    let public = |tags: Value| {
        json!({ "location": "westeurope", "sku": { "name": "Standard" }, "tags": tags,
        "properties": { "publicIPAllocationMethod": "Static" } })
    };
    let refused = put(&world, address, version(address), "pip", &public(tags(&[])));
    assert!(refused.0 == 403 && refused.1.contains("no-public-address"), "{refused:?}");
    let invented = public(tags(&[("public-exception", "invented")]));
    assert_eq!(put(&world, address, version(address), "pip", &invented).0, 403);
    let granted = public(tags(&[("public-exception", "egress")]));
    assert_eq!(put(&world, address, version(address), "pip", &granted).0, 201);
    let (status, answer) = put(&world, account, version(account), "stother", &storage(&[]));
    assert!(status < 300, "what keeps to all of them is made: {status} {answer}");
}

#[tokio::test]
async fn policies_that_only_report_refuse_nothing() {
    let world = World::with(Settings::default());
    let [foundation, _] = of("prod");
    world.run(&foundation, Kind::Up).await;
    let governance = deployment(GOVERNANCE, "prod", "westeurope", &[("enforce_policies", "false")]);
    world.run(&governance, Kind::Up).await;
    let account = "Microsoft.Storage/storageAccounts";
    let body = storage(&[("publicNetworkAccess", json!("Enabled"))]);
    let version = atp_azure::descriptor(account).unwrap().api_version;
    assert!(put(&world, account, version, "stother", &body).0 < 300);
}

#[tokio::test]
async fn plans_of_defender_are_taken_over_and_given_back() {
    let world = World::with(Settings::default());
    let [foundation, governance] = of("prod");
    world.run(&foundation, Kind::Up).await;
    world.run(&governance, Kind::Up).await;
    let target =
        format!("{SUBSCRIPTION}/providers/Microsoft.Security/pricings/KeyVaults?api-version=2024-01-01");
    let tier = || {
        let request = Request::new(Method::Get, &target)
            .with_header("authorization", &format!("Bearer {}", world.simulator.token("somebody")));
        world.simulator.handle(&request).unwrap().value()["properties"]["pricingTier"].clone()
    };
    assert_eq!(tier(), "Standard");
    let fewer = deployment(GOVERNANCE, "prod", "westeurope", &[("defender_plans", "[arm]")]);
    world.run(&fewer, Kind::Up).await;
    assert_eq!(tier(), "Free");
    world.run(&governance, Kind::Up).await;
    assert_eq!(tier(), "Standard");
}
