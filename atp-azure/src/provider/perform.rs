//! Actions that change something, and what has to be done before a DELETE.

use super::AzureProvider;
use super::errors::Hidden;
use super::kind::Kind;
use super::read::SETTLE;
use crate::arm::{ArmError, Deadline};
use atp_iac::provider::{Action, ProviderError};
use atp_iac::value::Value;
use azure_core::http::Method;
use serde_json::Value as Json;

/// Types that are one side of a pair: the pair is parted by an action before they are deleted, as long as a property names
/// the other side.
const PAIRED: &[(&str, &str, &str)] =
    &[("Microsoft.ServiceBus/namespaces/disasterRecoveryConfigs", "breakPairing", "partnerNamespace")];

impl AzureProvider {
    /// Posts an action and waits for its end, also where the service answers first and goes on working.
    pub(super) async fn perform_action(&self, action: Action<'_>) -> Result<Value, ProviderError> {
        let inputs = Value::map();
        let kind = self.known_kind(action.kind, &inputs)?;
        let hidden = action.body.map(Hidden::of).unwrap_or_default();
        let body = action.body.map(Value::to_json_exposed).transpose();
        let body = body.map_err(|error| super::errors::bad_inputs(error.to_string()))?;
        let deadline = self.client.deadline(action.timeout);
        let said = self.post(&kind, action.id, action.name, body, deadline).await;
        // What an action says may be a key.
        said.map(|said| Value::from(said).into_secret()).map_err(|error| hidden.error(error))
    }

    async fn post(
        &self,
        kind: &Kind<'_>,
        id: &str,
        action: &str,
        body: Option<Json>,
        deadline: Deadline,
    ) -> Result<Json, ArmError> {
        let known = kind.descriptor.and_then(|descriptor| descriptor.action(action));
        let mut call = self.client.call(Method::Post, &format!("{id}/{action}"), kind.api_version);
        call.body = body;
        let said = self.client.run(&call, known.and_then(|known| known.long_running), deadline).await?;
        self.settled(kind, id, deadline).await?;
        Ok(said)
    }

    /// Parts what is about to be deleted from its other side.
    pub(super) async fn part(&self, kind: &Kind<'_>, id: &str, deadline: Deadline) -> Result<(), ArmError> {
        let paired = PAIRED.iter().find(|(name, ..)| name.eq_ignore_ascii_case(kind.name));
        let Some((_, action, property)) = paired else { return Ok(()) };
        let settle = Deadline { end: deadline.end.min(self.client.deadline(SETTLE).end), ..deadline };
        let found = self.settled(kind, id, settle).await?;
        let partner = found.as_ref().and_then(|body| body.get("properties")?.get(property)?.as_str());
        match partner.is_some_and(|partner| !partner.is_empty()) {
            true => self.post(kind, id, action, None, deadline).await.map(drop),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::PARENT;
    use super::super::{AzureProvider, AzureSettings};
    use crate::arm::script::{Script, VirtualTime, refused};
    use atp_iac::Value;
    use atp_iac::provider::{Action, Provider, ProviderError, Target};
    use serde_json::json;
    use std::sync::Arc;
    use std::time::Duration;

    const ALIAS: &str = "Microsoft.ServiceBus/namespaces/disasterRecoveryConfigs";

    /// A provider of all types.
    fn provider(script: &Script, time: &VirtualTime) -> AzureProvider {
        let settings = AzureSettings::new(crate::descriptors(), "s");
        let settings = AzureSettings { sleep: Arc::new(time.clone()), ..settings };
        AzureProvider::with_transport(settings, script.transport())
    }

    fn id() -> String {
        format!("{PARENT}/providers/Microsoft.ServiceBus/namespaces/bus/disasterRecoveryConfigs/alias")
    }

    fn alias(partner: &str, state: &str) -> serde_json::Value {
        json!({"id": id(), "properties": {"partnerNamespace": partner, "provisioningState": state}})
    }

    async fn fail_over(script: &Script) -> Result<Value, ProviderError> {
        let (id, timeout) = (id(), Duration::from_secs(600));
        let action = Action { kind: ALIAS, id: &id, name: "failover", body: None, timeout };
        provider(script, &VirtualTime::default()).perform(action).await
    }

    #[tokio::test]
    async fn an_action_ends_when_the_resource_has_settled() {
        let script = Script::new()
            .then(200, json!({"key": "hunter2"}))
            .then(200, alias("", "Accepted"))
            .then(200, alias("", "Succeeded"));
        let said = fail_over(&script).await.unwrap();
        assert_eq!(format!("{said:?}"), "[secret]");
        let get = format!("GET {}", id());
        assert_eq!(script.lines(), [format!("POST {}/failover", id()), get.clone(), get]);
    }

    #[tokio::test]
    async fn a_refused_action_is_an_error() {
        let script = Script::new().then(400, refused("BadRequest", "it is the primary"));
        let error = fail_over(&script).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.message.contains("it is the primary")), ("BadRequest", true));
    }

    #[tokio::test]
    async fn a_pair_is_parted_before_it_is_deleted() {
        let (id, inputs) = (id(), Value::map());
        let target = Target { kind: ALIAS, id: &id, inputs: &inputs };
        let (get, post, delete) =
            (format!("GET {id}"), format!("POST {id}/breakPairing"), format!("DELETE {id}"));
        let gone = || refused("ResourceNotFound", "no");
        let script = Script::new()
            .then(200, alias("/other", "Succeeded"))
            .then(200, json!(null))
            .then(200, alias("", "Succeeded"))
            .then(200, json!(null))
            .then(404, gone());
        let time = VirtualTime::default();
        provider(&script, &time).delete(target, Duration::from_secs(600)).await.unwrap();
        assert_eq!(script.lines(), [get.clone(), post, get.clone(), delete.clone(), get.clone()]);
        let alone = Script::new().then(200, alias("", "Succeeded")).then(200, json!(null)).then(404, gone());
        provider(&alone, &time).delete(target, Duration::from_secs(600)).await.unwrap();
        assert_eq!(alone.lines(), [get.clone(), delete, get]);
    }
}
