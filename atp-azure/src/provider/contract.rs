//! Facts of the contract with Azure Resource Manager that show only in the provider as a whole.

use super::testing::{ACCOUNT, NETWORK, NETWORK_ID, PARENT, provider};
use super::{AzureProvider, AzureSettings};
use crate::arm::script::{Script, VirtualTime, refused};
use crate::descriptor::{NameRules, Parent, Shape, TypeDescriptor};
use atp_iac::provider::{Existing, Object, Provider, ProviderError, Request, Target};
use atp_iac::value::{Map, Value};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(600);
const ROLE: &str = "11111111-1111-4111-8111-111111111111";

static NOTHING: Value = Value::Map(Map::new());

/// The policy of a container, of which a deletion names the version.
static POLICY: TypeDescriptor = TypeDescriptor {
    name: "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies",
    parent: Parent::Resource("Microsoft.Storage/storageAccounts/blobServices/containers"),
    names: NameRules { fixed: Some("default"), ..NETWORK.names },
    body: &Shape::Any,
    ..NETWORK
};

/// A secret of a vault, which Azure Resource Manager cannot delete.
static SECRET: TypeDescriptor = TypeDescriptor {
    name: "Microsoft.KeyVault/vaults/secrets",
    parent: Parent::Resource("Microsoft.KeyVault/vaults"),
    body: &Shape::Any,
    delete: None,
    ..NETWORK
};

static ASSIGNMENT: TypeDescriptor = TypeDescriptor {
    name: "Microsoft.Authorization/roleAssignments",
    parent: Parent::Scope,
    body: &Shape::Any,
    create_only: &["properties.principalId"],
    ..NETWORK
};

static DESCRIPTORS: &[&TypeDescriptor] = &[&POLICY, &SECRET, &ASSIGNMENT];

fn with(script: &Script) -> AzureProvider {
    let sleep = Arc::new(VirtualTime::default());
    let settings = AzureSettings { sleep, ..AzureSettings::new(DESCRIPTORS, "s") };
    AzureProvider::with_transport(settings, script.transport())
}

fn request<'a>(descriptor: &TypeDescriptor, inputs: &'a Value) -> Request<'a> {
    Request { kind: descriptor.name, inputs, timeout: TIMEOUT }
}

fn target<'a>(descriptor: &TypeDescriptor, id: &'a str) -> Target<'a> {
    Target { kind: descriptor.name, id, inputs: &NOTHING }
}

fn missing() -> Json {
    refused("ResourceNotFound", "no")
}

fn assignment(principal: &str) -> Value {
    Value::from(json!({"parent": PARENT, "name": ROLE, "properties": {"principalId": principal}}))
}

async fn assign(script: &Script) -> Result<Object, ProviderError> {
    with(script).create(request(&ASSIGNMENT, &assignment("p1"))).await
}

#[tokio::test]
async fn fact_032_a_status_that_strict_clients_refuse_is_taken() {
    let script = Script::new().then(404, missing()).then(201, json!({"id": "/a"}));
    let inputs = Value::from(json!({"parent": PARENT, "name": "acc", "kind": "Storage"}));
    let created = provider(&script, &VirtualTime::default()).create(request(&ACCOUNT, &inputs)).await;
    assert_eq!(created.unwrap().id, "/a");
    if let Some(account) = crate::descriptor(ACCOUNT.name) {
        assert!(!account.put.codes.contains(&201), "the descriptor lists what is documented");
    }
}

#[tokio::test]
async fn fact_036_a_resource_that_is_in_another_region_has_a_way_out() {
    let script =
        Script::new().then(409, refused("InvalidResourceLocation", "already exists in location 'x'"));
    let inputs = Value::from(json!({"location": "y", "properties": {"subnets": []}}));
    let old = Existing { id: NETWORK_ID, inputs: &inputs, outputs: &NOTHING };
    let provider = provider(&script, &VirtualTime::default());
    let error = provider.update(request(&NETWORK, &inputs), &old).await.unwrap_err();
    assert!(error.hint.unwrap().contains("cannot move between regions"));
    assert_eq!(script.seen().len(), 1, "asking again does not help");
}

#[tokio::test]
async fn fact_049_052_a_policy_is_deleted_by_its_version_and_not_when_it_has_changed() {
    let id = "/container/immutabilityPolicies/default";
    let found = || Script::new().then_with(200, &[("etag", "\"1\"")], json!({"id": id}));
    let script = found().then(412, refused("PreconditionFailed", "changed"));
    let error = with(&script).delete(target(&POLICY, id), TIMEOUT).await.unwrap_err();
    assert_eq!(error.code, "PreconditionFailed");
    assert_eq!(script.seen()[1].if_match.as_deref(), Some("\"1\""));
    let script = found().then(204, Json::Null);
    with(&script).delete(target(&POLICY, id), TIMEOUT).await.unwrap();
    let script = Script::new().then(404, missing());
    with(&script).delete(target(&POLICY, id), TIMEOUT).await.unwrap();
}

#[tokio::test]
async fn a_policy_that_is_there_already_is_set_by_its_version() {
    let script = Script::new()
        .then_with(200, &[("etag", "\"1\"")], json!({"id": "/p"}))
        .then(200, json!({"id": "/p"}));
    let inputs = Value::from(json!({"parent": "/container", "name": "default"}));
    with(&script).create(request(&POLICY, &inputs)).await.unwrap();
    assert_eq!(script.seen()[1].if_match.as_deref(), Some("\"1\""));
}

#[tokio::test]
async fn fact_069_every_way_to_say_that_something_is_deleted_is_one() {
    for (status, body) in [
        (200, json!({"id": NETWORK_ID})),
        (200, Json::Null),
        (202, Json::Null),
        (204, Json::Null),
        (404, refused("ResourceGroupNotFound", "the group, too")),
    ] {
        let script = Script::new().then(status, body).always(404, missing());
        let provider = provider(&script, &VirtualTime::default());
        provider.delete(target(&NETWORK, NETWORK_ID), TIMEOUT).await.unwrap();
        let verified = script.lines().contains(&format!("GET {NETWORK_ID}"));
        assert_eq!(verified, status != 404, "{status}");
    }
}

#[tokio::test]
async fn fact_083_a_provider_of_resources_that_limits_requests_is_heeded_too() {
    let script = Script::new()
        .then_with(429, &[("retry-after", "30")], refused("TooManyRequests", "of Microsoft.Network"))
        .then(200, json!({"id": NETWORK_ID}));
    let time = VirtualTime::default();
    assert!(provider(&script, &time).read(target(&NETWORK, NETWORK_ID)).await.unwrap().is_some());
    assert_eq!(time.elapsed(), Duration::from_secs(30));
}

#[tokio::test]
async fn fact_093_what_cannot_be_deleted_is_left_to_its_parent_and_taken_over_when_it_is_there() {
    let script = Script::new().then(200, json!({"id": "/v/secrets/a"}));
    with(&script).delete(target(&SECRET, "/v/secrets/a"), TIMEOUT).await.unwrap();
    assert!(script.seen().is_empty());
    let inputs = Value::from(json!({"parent": "/v", "name": "a"}));
    with(&script).create(request(&SECRET, &inputs)).await.unwrap();
    assert_eq!(script.lines(), ["PUT /v/secrets/a"]);
}

#[tokio::test]
async fn fact_095_a_role_is_assigned_with_201_or_200_and_its_name_is_a_guid() {
    for status in [201, 200] {
        let script = Script::new().then(404, missing()).then(status, json!({"id": "/r"}));
        assert_eq!(assign(&script).await.unwrap().id, "/r");
    }
    let settings = AzureSettings::new(crate::descriptors(), "s");
    let every_type = AzureProvider::with_transport(settings, Script::new().transport());
    let role = format!("/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/{ROLE}");
    let properties = json!({"principalId": ROLE, "roleDefinitionId": role});
    let problems = |name: &str| {
        let inputs = json!({"parent": PARENT, "name": name, "properties": properties});
        every_type.check(ASSIGNMENT.name, &Value::from(inputs))
    };
    assert_eq!(problems(ROLE), []);
    assert_eq!(problems("reader")[0].path.to_string(), "name");
}

#[tokio::test]
async fn fact_096_097_an_assignment_that_is_in_the_way_is_explained_and_not_tried_again() {
    for (status, code, expected) in [
        (409, "RoleAssignmentExists", "under another name"),
        (400, "RoleAssignmentUpdateNotPermitted", "give it another name"),
    ] {
        let script = Script::new().then(404, missing()).then(status, refused(code, "no"));
        let error = assign(&script).await.unwrap_err();
        assert_eq!(error.code, code);
        assert!(error.hint.unwrap().contains(expected));
        assert_eq!(script.lines().iter().filter(|line| line.starts_with("PUT")).count(), 1);
    }
}

#[tokio::test]
async fn fact_098_a_principal_that_is_replicated_late_is_assigned_in_the_end() {
    let late = refused("PrincipalNotFound", "Principal p1 does not exist in the directory t.");
    let script = Script::new()
        .then(404, missing())
        .then(400, late.clone())
        .then(400, late)
        .then(201, json!({"id": "/r"}));
    assert!(assign(&script).await.is_ok());
}

#[test]
fn fact_100_another_principal_needs_another_assignment() {
    let (old, new) = (assignment("p1"), assignment("p2"));
    let existing = Existing { id: "/r", inputs: &old, outputs: &NOTHING };
    let changes = with(&Script::new()).diff(ASSIGNMENT.name, &existing, &new);
    assert!(changes.len() == 1 && changes[0].replaces, "{changes:?}");
    if let Some(descriptor) = crate::descriptor(ASSIGNMENT.name) {
        assert!(descriptor.create_only.contains(&"properties.principalId"));
    }
}
