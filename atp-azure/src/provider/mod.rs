//! The provider `azure`: resources by their descriptors, through Azure Resource Manager.
//!
//! Inputs are the ARM body, with `parent` (the id of what the resource lives in; absent for resource groups) and
//! `name` beside it. Outputs are the body as the service gives it.
//!
//! Invariant: nothing here knows a property of a type; what differs between types is in their descriptors, and in the
//! few tables of this module that name the types they are for.

mod body;
mod catalog;
mod check;
mod connect;
mod data;
mod drift;
mod errors;
mod names;
mod predict;
mod read;
mod rules;
mod secrets;
mod serial;
mod shape;
#[cfg(test)]
mod testing;
mod write;

pub use connect::{AzureSettings, ConnectError};

use crate::arm::{ArmClient, CredentialChain, Source};
use crate::descriptor::{Parent, TypeDescriptor};
use async_trait::async_trait;
use atp_iac::diff::{Change, compare};
use atp_iac::provider::{Existing, Object, Problem, Provider, ProviderError, Request, Target};
use atp_iac::value::{Path, Value};
use catalog::Catalog;
use std::sync::Arc;
use std::time::Duration;

/// Manages Azure resources.
#[derive(Debug)]
pub struct AzureProvider {
    client: ArmClient,
    catalog: Catalog,
    subscription: String,
    description: String,
    chain: Option<Arc<CredentialChain>>,
}

impl AzureProvider {
    /// Where the identity comes from, once it was used; `None` before that, and for the simulator.
    pub fn identity(&self) -> Option<Source> {
        self.chain.as_ref().and_then(|chain| chain.name())
    }

    /// The client that requests go through.
    pub fn client(&self) -> &ArmClient {
        &self.client
    }

    /// The id that the inputs determine, or which of them is missing or unknown.
    fn id_of(&self, descriptor: &TypeDescriptor, inputs: &Value) -> Option<String> {
        let name = inputs.get("name")?.exposed().as_str()?;
        let subscription;
        let parent = match (descriptor.parent, inputs.get("parent").map(Value::exposed)) {
            (Parent::Subscription, None | Some(Value::Null)) => {
                subscription = format!("/subscriptions/{}", self.subscription);
                subscription.as_str()
            }
            (_, parent) => parent?.as_str()?,
        };
        Some(descriptor.id(parent, name))
    }
}

#[async_trait]
impl Provider for AzureProvider {
    fn name(&self) -> &str {
        "azure"
    }

    fn describe(&self) -> String {
        self.description.clone()
    }

    async fn verify(&self) -> Result<(), ProviderError> {
        self.verify_subscription().await
    }

    fn check(&self, kind: &str, inputs: &Value) -> Vec<Problem> {
        match self.catalog.find(kind) {
            Some(descriptor) => check::check(descriptor, inputs),
            None => vec![Problem { path: Path::root(), message: self.catalog.unknown_kind(kind) }],
        }
    }

    fn id(&self, kind: &str, inputs: &Value) -> Option<String> {
        self.id_of(self.catalog.find(kind)?, inputs)
    }

    fn predict(&self, kind: &str, inputs: &Value, current: Option<&Value>) -> Value {
        match self.catalog.find(kind) {
            Some(descriptor) => predict::predict(descriptor, self.id_of(descriptor, inputs), inputs, current),
            None => body::without_address(inputs),
        }
    }

    fn diff(&self, kind: &str, old: &Existing<'_>, new: &Value) -> Vec<Change> {
        let descriptor = self.catalog.find(kind);
        let rules = rules::TypeRules::of_inputs(descriptor);
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
        drift::drift(self.catalog.find(kind), old, observed)
    }

    fn holds_data(&self, kind: &str) -> bool {
        data::holds_data(kind)
    }

    fn serial_key(&self, kind: &str, id: &str) -> Option<String> {
        serial::key(&self.catalog, self.catalog.find(kind)?, id)
    }

    async fn create(&self, request: Request<'_>) -> Result<Object, ProviderError> {
        self.create_resource(request).await
    }

    async fn read(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError> {
        self.read_resource(target).await
    }

    async fn update(&self, request: Request<'_>, old: &Existing<'_>) -> Result<Object, ProviderError> {
        self.update_resource(request, old).await
    }

    async fn delete(&self, target: Target<'_>, timeout: Duration) -> Result<(), ProviderError> {
        self.delete_resource(target, timeout).await
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{ACCOUNT, GROUP, SUBNET, provider};
    use super::*;
    use crate::arm::script::{Script, VirtualTime};
    use atp_iac::value::Kind;
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
            Value::from([("parent", Value::unknown(Kind::String, "${net.id}")), ("name", "a".into())]);
        assert_eq!(id(SUBNET.name, unknown), None);
        assert_eq!(id(SUBNET.name, Value::from(json!({"name": "a"}))), None);
    }

    #[test]
    fn an_unknown_type_is_a_problem() {
        let problems = offline().check("Microsoft.Storage/storageAccount", &Value::map());
        assert!(problems[0].message.contains("did you mean Microsoft.Storage/storageAccounts?"));
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
