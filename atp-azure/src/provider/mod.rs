//! The provider `azure`: resources by their descriptors, through Azure Resource Manager.
//!
//! Inputs are the ARM body, with `parent` (the id of what the resource lives in; absent for resource groups) and
//! `name` beside it, and what `kind.rs` says. Outputs are the body as the service gives it.
//!
//! Invariant: nothing here knows a property of a type; what differs between types is in their descriptors, and in the
//! few tables of this module that name the types they are for.

pub(crate) mod address;
mod adopt;
pub(crate) mod body;
mod bulk;
pub(crate) mod catalog;
mod check;
mod conditional;
mod connect;
#[cfg(test)]
mod contract;
mod data;
mod drift;
mod errors;
mod irreversible;
pub(crate) mod kind;
mod lists;
mod names;
mod nested;
mod perform;
pub(crate) mod predict;
mod query;
mod read;
mod rules;
mod scaling;
pub(crate) mod secrets;
pub(crate) mod serial;
pub(crate) mod shape;
mod soft_delete;
mod spelling;
pub(crate) mod staged;
#[cfg(test)]
mod testing;
mod write;

pub(crate) use connect::sign_in;
pub use connect::{AzureSettings, ConnectError};
#[cfg(test)]
pub(crate) use testing::shape_at;

use crate::arm::{ArmClient, Source};
use crate::descriptor::{Parent, TypeDescriptor};
use async_trait::async_trait;
use atp_iac::diff::{Change, compare};
use atp_iac::migrate::{Counterpart, Foreign, ForeignFile};
use atp_iac::provider::{
    Action, Declaration, Existing, Found, Known, Nested, Object, Problem, Provider, ProviderError, Request,
    Target, Warning,
};
use atp_iac::value::{Path, Value};
use catalog::Catalog;
use connect::Credentials;
use kind::Kind;
pub(crate) use kind::{API_VERSION, REPLACE_ON, SECRETS, is_type};
use nested::NestedList;
use std::time::Duration;

/// Manages Azure resources.
#[derive(Debug)]
pub struct AzureProvider {
    client: ArmClient,
    catalog: Catalog,
    subscription: String,
    appears_within: Duration,
    description: String,
    credentials: Credentials,
}

impl AzureProvider {
    /// Where the identity comes from, once it was used; `None` before that, and for the simulator.
    pub fn identity(&self) -> Option<Source> {
        match &self.credentials {
            Credentials::Chain(chain) => chain.name(),
            Credentials::Nobody | Credentials::Given => None,
        }
    }

    /// The client that requests go through.
    pub fn client(&self) -> &ArmClient {
        &self.client
    }

    /// The id that the inputs determine, or which of them is missing or unknown.
    fn id_of(&self, kind: &Kind<'_>, inputs: &Value) -> Option<String> {
        let name = inputs.get("name")?.exposed().as_str()?;
        let subscription;
        let rule = kind.descriptor.map(|descriptor| descriptor.parent);
        let parent = match (rule, inputs.get("parent").map(Value::exposed)) {
            (Some(Parent::Subscription), None | Some(Value::Null)) => {
                subscription = format!("/subscriptions/{}", self.subscription);
                subscription.as_str()
            }
            (_, parent) => parent?.as_str()?,
        };
        kind.id(parent, name)
    }

    /// The lists in the body of a type whose items are resources of their own.
    fn nested_lists(&self, descriptor: Option<&'static TypeDescriptor>) -> &[NestedList] {
        descriptor.map_or(&[], |descriptor| self.catalog.nested_lists(descriptor))
    }

    /// The type of inputs; `None` when it is not known, and they do not say its api-version.
    fn kind<'a>(&self, name: &'a str, inputs: &'a Value) -> Option<Kind<'a>> {
        Kind::new(name, self.catalog.find(name), inputs)
    }
}

#[async_trait]
impl Provider for AzureProvider {
    fn name(&self) -> &str {
        "azure"
    }

    fn describe(&self) -> String {
        match &self.credentials {
            Credentials::Nobody => self.description.clone(),
            Credentials::Given => format!("{} (credentials: given by the program)", self.description),
            Credentials::Chain(chain) => format!("{} (credentials: {})", self.description, chain.describe()),
        }
    }

    async fn verify(&self) -> Result<(), ProviderError> {
        self.verify_subscription().await
    }

    fn check(&self, kind: &str, inputs: &Value) -> Vec<Problem> {
        match self.kind(kind, inputs) {
            Some(kind) => check::check(&kind, inputs),
            None => vec![Problem { path: Path::root(), message: self.catalog.unknown_kind(kind) }],
        }
    }

    fn appears_within(&self) -> Duration {
        self.appears_within
    }

    fn id(&self, kind: &str, inputs: &Value) -> Option<String> {
        self.id_of(&self.kind(kind, inputs)?, inputs)
    }

    fn predict(&self, kind: &str, inputs: &Value, current: Option<&Value>) -> Value {
        let id = self.id(kind, inputs);
        let Some(descriptor) = self.catalog.find(kind) else {
            return predict::predict_any(kind, id, inputs, current);
        };
        let mut outputs = predict::predict(descriptor, id, inputs, current);
        if let Some(current) = current {
            nested::forget_shared(self.catalog.nested_lists(descriptor), inputs, current, &mut outputs);
        }
        outputs
    }

    fn diff(&self, kind: &str, old: &Existing<'_>, new: &Value) -> Vec<Change> {
        let descriptor = self.catalog.find(kind);
        let rules =
            rules::TypeRules::of_inputs(descriptor).replacing_as(new).by_name(self.nested_lists(descriptor));
        let marked = |inputs: &Value| {
            let inputs = rules::canonical(inputs);
            match descriptor {
                Some(descriptor) => secrets::mark(descriptor.body, None, inputs),
                None => inputs,
            }
        };
        let mut changes = compare(&marked(old.inputs), &marked(new), &rules);
        for change in changes.iter_mut().filter(|change| change.replaces && change.before.is_none()) {
            change.replaces = !drift::has_already(descriptor, old.outputs, change);
        }
        changes
    }

    fn drift(&self, kind: &str, old: &Existing<'_>, observed: &Value) -> Vec<Change> {
        let descriptor = self.catalog.find(kind);
        drift::drift(descriptor, self.nested_lists(descriptor), old, observed)
    }

    fn holds_data(&self, kind: &str) -> bool {
        self.catalog.find(kind).is_none() || data::holds_data(kind)
    }

    fn warnings(&self, kind: &str, inputs: &Value, old: Option<&Existing<'_>>) -> Vec<Warning> {
        irreversible::warnings(kind, inputs, old)
    }

    fn lasting(&self, kind: &str, old: &Existing<'_>, inputs: Option<&Value>) -> Vec<Warning> {
        irreversible::lasting(kind, old, inputs)
    }

    fn serial_key(&self, kind: &str, id: &str) -> Option<String> {
        serial::key(&self.catalog, self.catalog.find(kind)?, id)
    }

    fn nested(&self, kind: &str, id: &str, said: &Value) -> Vec<Nested> {
        nested::parts(self.nested_lists(self.catalog.find(kind)), id, said)
    }

    fn with_nested(&self, kind: &str, inputs: &Value, child: &Nested) -> Value {
        nested::with(self.nested_lists(self.catalog.find(kind)), inputs, child)
    }

    fn without_nested(&self, kind: &str, inputs: &Value, child: &Nested) -> Value {
        nested::without(self.nested_lists(self.catalog.find(kind)), inputs, child)
    }

    async fn create(&self, request: Request<'_>) -> Result<Object, ProviderError> {
        self.create_resource(request).await
    }

    async fn read(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError> {
        self.read_resource(target).await
    }

    async fn read_many(
        &self,
        known: &[Known<'_>],
        parallel: usize,
    ) -> Vec<Result<Option<Value>, ProviderError>> {
        self.read_resources(known, parallel).await
    }

    async fn update(&self, request: Request<'_>, old: &Existing<'_>) -> Result<Object, ProviderError> {
        self.update_resource(request, old).await
    }

    fn inputs_of(&self, kind: &str, id: &str, outputs: &Value) -> Option<Value> {
        let kind = self.kind(kind, outputs)?;
        adopt::inputs(&kind, self.nested_lists(kind.descriptor), id, outputs)
    }

    fn not_shown(&self, kind: &str, inputs: &Value) -> Vec<Path> {
        self.catalog.find(kind).map(|descriptor| adopt::missing(descriptor, inputs)).unwrap_or_default()
    }

    fn rust(&self, declarations: &[Declaration<'_>]) -> Option<String> {
        Some(crate::rust::module(&self.catalog, declarations))
    }

    async fn discover(&self, scope: &str) -> Result<Vec<Found>, ProviderError> {
        self.discover_scope(scope).await
    }

    async fn find(&self, kind: &str, id: &str) -> Result<Option<Value>, ProviderError> {
        self.find_object(kind, id).await
    }

    fn foreign(&self, resource: &Foreign, file: &ForeignFile) -> Option<Counterpart> {
        crate::migrate::counterpart(&self.catalog, resource, file)
    }

    async fn query(
        &self,
        kind: &str,
        inputs: &Value,
        timeout: Duration,
    ) -> Result<Option<Value>, ProviderError> {
        self.answer(kind, inputs, timeout).await
    }

    async fn perform(&self, action: Action<'_>) -> Result<Value, ProviderError> {
        self.perform_action(action).await
    }

    async fn delete(&self, target: Target<'_>, timeout: Duration) -> Result<(), ProviderError> {
        self.delete_resource(target, timeout).await
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{ACCOUNT, GROUP, PARENT, SUBNET, provider};
    use super::*;
    use crate::arm::script::{Script, VirtualTime, refused};
    use atp_iac::value::Kind as ValueKind;
    use serde_json::json;

    fn offline() -> AzureProvider {
        provider(&Script::new(), &VirtualTime::default())
    }

    #[test]
    fn ids_follow_from_parent_and_name() {
        let id = |kind: &str, inputs: Value| offline().id(kind, &inputs);
        let group = Value::from(json!({"name": "g"}));
        assert_eq!(id(GROUP.name, group), Some("/subscriptions/s/resourceGroups/g".to_owned()));
        let subnet = Value::from(json!({"parent": "/net", "name": "a"}));
        assert_eq!(id(SUBNET.name, subnet), Some("/net/subnets/a".to_owned()));
        let unknown =
            Value::from([("parent", Value::unknown(ValueKind::String, "${net.id}")), ("name", "a".into())]);
        assert_eq!(id(SUBNET.name, unknown), None);
        assert_eq!(id(SUBNET.name, Value::from(json!({"name": "a"}))), None);
    }

    #[test]
    fn an_unknown_type_is_a_problem() {
        let problems = offline().check("Microsoft.Storage/storageAccount", &Value::map());
        assert!(problems[0].message.contains("did you mean Microsoft.Storage/storageAccounts?"));
    }

    #[tokio::test]
    async fn every_request_about_a_type_without_a_descriptor_carries_the_version_of_its_inputs() {
        const BAR: &str = "Microsoft.Foo/bars";
        let missing = refused("ResourceNotFound", "no");
        let script = Script::new()
            .then(404, missing.clone())
            .then(201, json!({"id": "/a"}))
            .then(200, json!({"id": "/a"}))
            .then(200, json!({"id": "/a"}))
            .then(200, serde_json::Value::Null)
            .then(404, missing);
        let provider = provider(&script, &VirtualTime::default());
        let inputs = |version: &str| {
            Value::from(
                json!({"$apiVersion": version, "parent": PARENT, "name": "a", "properties": {"b": 1}}),
            )
        };
        let (old, new, timeout) = (inputs("2024-01-01"), inputs("2025-01-01"), Duration::from_secs(60));
        let request = |inputs| Request { kind: BAR, inputs, timeout };
        let created = provider.create(request(&old)).await.unwrap();
        let existing = Existing { id: &created.id, inputs: &old, outputs: &created.outputs };
        provider.update(request(&new), &existing).await.unwrap();
        let target = Target { kind: BAR, id: &created.id, inputs: &new };
        assert!(provider.read(target).await.unwrap().is_some());
        provider.delete(target, timeout).await.unwrap();
        let versions: Vec<String> = script.seen().into_iter().map(|seen| seen.api_version).collect();
        assert_eq!(versions, [vec!["2024-01-01"; 2], vec!["2025-01-01"; 4]].concat());
        assert_eq!(script.seen()[1].body, json!({"properties": {"b": 1}}));
        let nothing = Value::map();
        let unknown = Target { inputs: &nothing, ..target };
        assert_eq!(provider.read(unknown).await.unwrap_err().code, "UnknownType");
    }

    #[test]
    fn a_type_without_a_descriptor_may_hold_data() {
        assert!(offline().holds_data("Microsoft.Foo/bars") && !offline().holds_data(SUBNET.name));
    }

    #[test]
    fn saying_what_the_service_chose_by_itself_needs_no_new_resource() {
        let replaces = |kind: &str| {
            let inputs = Value::map();
            let outputs = Value::from(json!({"kind": "StorageV2"}));
            let old = Existing { id: "/a", inputs: &inputs, outputs: &outputs };
            offline().diff(ACCOUNT.name, &old, &Value::from(json!({"kind": kind})))[0].replaces
        };
        assert!(!replaces("StorageV2"));
        assert!(replaces("BlobStorage"));
    }

    #[test]
    fn a_property_that_the_type_calls_secret_is_not_shown_by_a_diff() {
        let inputs = Value::from(json!({"properties": {"adminPassword": "hunter1"}}));
        let new = Value::from(json!({"properties": {"adminPassword": "hunter2"}}));
        let outputs = Value::map();
        let changes =
            offline().diff(ACCOUNT.name, &Existing { id: "/a", inputs: &inputs, outputs: &outputs }, &new);
        assert_eq!(changes.len(), 1);
        assert!(!format!("{changes:?}").contains("hunter"), "{changes:?}");
    }
}
