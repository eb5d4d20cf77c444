//! What clouds do to those who use them.

use super::{TIMEOUT, created, request, world};
use atp_azure::provider::AzureProvider;
use atp_azure_sim::{Fault, FaultAction, Method, Settings};
use atp_iac::Value;
use atp_iac::provider::{Existing, Object, Provider, ProviderErrorKind, Target};
use serde_json::json;
use std::time::Duration;

const GROUP: &str = "Microsoft.Resources/resourceGroups";
const NETWORK: &str = "Microsoft.Network/virtualNetworks";
const SUBNET: &str = "Microsoft.Network/virtualNetworks/subnets";
const VAULT: &str = "Microsoft.KeyVault/vaults";

async fn group(provider: &AzureProvider) -> String {
    created(provider, GROUP, &Value::from(json!({"name": "g", "location": "westeurope"}))).await.id
}

fn network(group: &str, owner: &str) -> Value {
    Value::from(json!({
        "parent": group, "name": "net", "location": "westeurope", "tags": {"owner": owner},
        "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    }))
}

async fn network_with_subnet(provider: &AzureProvider) -> (Value, Object, Object) {
    let inputs = network(&group(provider).await, "anna");
    let network = created(provider, NETWORK, &inputs).await;
    let subnet = json!({"parent": network.id, "name": "a", "properties": {"addressPrefix": "10.0.0.0/24"}});
    let subnet = created(provider, SUBNET, &Value::from(subnet)).await;
    (inputs, network, subnet)
}

#[tokio::test]
async fn subnets_of_their_own_survive_an_update_of_their_network() {
    let (_, provider) =
        world(Settings { operation_duration: Duration::from_millis(20), ..Settings::default() });
    let (inputs, object, subnet) = network_with_subnet(&provider).await;
    let existing = Existing { id: &object.id, inputs: &inputs, outputs: &object.outputs };
    let changed = network(inputs.get("parent").unwrap().as_str().unwrap(), "bert");
    let updated = provider.update(request(NETWORK, &changed), &existing).await.unwrap();
    assert_eq!(updated.outputs.get("tags"), Some(&Value::from([("owner", "bert".into())])));
    assert!(
        provider
            .read(Target { kind: SUBNET, id: &subnet.id, inputs: &Value::map() })
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn a_busy_or_shaky_service_only_makes_it_slower() {
    let (simulator, provider) = world(Settings::default());
    let (inputs, object, _) = network_with_subnet(&provider).await;
    let existing = Existing { id: &object.id, inputs: &inputs, outputs: &object.outputs };
    let refuse = |status, code: &str| FaultAction::Refuse {
        status,
        code: code.into(),
        headers: vec![("x-ms-retry-after-ms".into(), "0".into())],
    };
    for action in [
        refuse(503, "ServiceUnavailable"),
        refuse(429, "TooManyRequests"),
        refuse(409, "AnotherOperationInProgress"),
    ] {
        simulator.inject(Fault::next(Method::Put, "virtualnetworks", action));
        provider.update(request(NETWORK, &inputs), &existing).await.unwrap();
    }
}

#[tokio::test]
async fn an_operation_that_fails_after_it_was_accepted_tells_what_it_left() {
    let (simulator, provider) = world(Settings::default());
    let (inputs, object, _) = network_with_subnet(&provider).await;
    let existing = Existing { id: &object.id, inputs: &inputs, outputs: &object.outputs };
    let action = FaultAction::FailOperation { status: 400, code: "SkuNotAvailable".into() };
    simulator.inject(Fault::next(Method::Put, "virtualnetworks", action));
    let error = provider.update(request(NETWORK, &inputs), &existing).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ProviderErrorKind::Refused, "SkuNotAvailable"));
    assert_eq!(error.left.unwrap().id, object.id);
}

#[tokio::test]
async fn a_vault_that_was_deleted_softly_is_recovered_and_one_that_is_there_is_not_taken_over() {
    let (_, provider) = world(Settings { soft_delete: true, ..Settings::default() });
    let vault = Value::from(json!({
        "parent": group(&provider).await, "name": "kv-one", "location": "westeurope", "tags": {"a": "1"},
        "properties": {"tenantId": super::SUBSCRIPTION, "sku": {"family": "A", "name": "standard"}, "accessPolicies": []}
    }));
    let first = created(&provider, VAULT, &vault).await;
    provider.delete(Target { kind: VAULT, id: &first.id, inputs: &vault }, TIMEOUT).await.unwrap();
    let second = created(&provider, VAULT, &vault).await;
    assert_eq!(second.outputs.get("tags"), Some(&Value::from([("a", "1".into())])));
    let error = provider.create(request(VAULT, &vault)).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::AlreadyExists);
    assert!(error.hint.is_some());
}

#[tokio::test]
async fn fact_051_a_zone_that_somebody_else_changed_can_be_brought_back() {
    const ZONE: &str = "Microsoft.Network/privateDnsZones";
    let (simulator, provider) = world(Settings::default());
    let zone = |owner: &str| {
        let parent = format!("/subscriptions/{}/resourceGroups/g", super::SUBSCRIPTION);
        Value::from(
            json!({"parent": parent, "name": "a.example", "location": "global", "tags": {"owner": owner}}),
        )
    };
    group(&provider).await;
    let inputs = zone("anna");
    let object = created(&provider, ZONE, &inputs).await;
    let existing = Existing { id: &object.id, inputs: &inputs, outputs: &object.outputs };
    provider.update(request(ZONE, &zone("somebody")), &existing).await.unwrap();
    let stale = object.outputs.get("etag").unwrap().clone();
    let updated = provider.update(request(ZONE, &inputs), &existing).await.unwrap();
    assert_ne!(updated.outputs.get("etag"), Some(&stale));
    let refused = simulator.requests().iter().filter(|answered| answered.status == 412).count();
    assert_eq!(refused, 0);
}
