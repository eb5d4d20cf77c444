//! Reading and deleting.

use super::errors::{Hidden, unknown_kind};
use super::kind::Kind;
use super::{AzureProvider, body, conditional, spelling};
use crate::arm::poller::{is_working, provisioning_state};
use crate::arm::{Answer, ArmError, Deadline};
use atp_iac::provider::{ProviderError, ProviderErrorKind, Target};
use atp_iac::value::Value;
use azure_core::http::Method;
use serde_json::Value as Json;
use std::time::Duration;

/// How long a read waits for a resource that the service is still working on.
pub(super) const SETTLE: Duration = Duration::from_secs(15 * 60);
/// How long a resource may still be seen after its DELETE was done.
const VANISH: Duration = Duration::from_secs(5 * 60);
/// How long to wait for the first answer of all.
const VERIFY: Duration = Duration::from_secs(20);
/// The api-version of subscriptions.
const SUBSCRIPTIONS: &str = "2022-12-01";

impl AzureProvider {
    pub(super) fn known_kind<'a>(&self, name: &'a str, inputs: &'a Value) -> Result<Kind<'a>, ProviderError> {
        self.kind(name, inputs).ok_or_else(|| unknown_kind(self.catalog.unknown_kind(name)))
    }

    /// Whether the subscription answers.
    pub(super) async fn verify_subscription(&self) -> Result<(), ProviderError> {
        let id = format!("/subscriptions/{}", self.subscription);
        let call = self.client.call(Method::Get, &id, SUBSCRIPTIONS);
        let answer = self.client.send(&call, self.client.deadline(VERIFY)).await;
        answer.map(|_| ()).map_err(|error| Hidden::default().error(error))
    }

    pub(super) async fn read_resource(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError> {
        let kind = self.known_kind(target.kind, target.inputs)?;
        let deadline = self.client.deadline(SETTLE);
        let body = self.settled(&kind, target.id, deadline).await.map_err(|e| Hidden::default().error(e))?;
        Ok(body.map(|body| {
            let inputs = body::without_address(target.inputs);
            let said = spelling::as_in(kind.descriptor, &inputs, Value::from(body));
            kind.mark(None, spelling::addressed(kind.name, target.id, said))
        }))
    }

    /// What the service has, once; `None` when it has nothing.
    pub(super) async fn get(
        &self,
        kind: &Kind<'_>,
        id: &str,
        deadline: Deadline,
    ) -> Result<Option<Json>, ArmError> {
        Ok(self.get_answer(kind, id, deadline).await?.map(|answer| answer.body))
    }

    /// What the service has, once, with the headers; `None` when it has nothing.
    pub(super) async fn get_answer(
        &self,
        kind: &Kind<'_>,
        id: &str,
        deadline: Deadline,
    ) -> Result<Option<Answer>, ArmError> {
        let call = self.client.call(Method::Get, id, kind.api_version);
        match self.client.send(&call, deadline).await {
            // Some services say that there is nothing with 204 instead of 404.
            Ok(answer) if answer.status == 204 => Ok(None),
            Ok(answer) if answer.body.is_null() => {
                Err(ArmError::Malformed { what: format!("GET {id} gave no body") })
            }
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What the service has when it is done working on it, or when the deadline comes.
    pub(super) async fn settled(
        &self,
        kind: &Kind<'_>,
        id: &str,
        deadline: Deadline,
    ) -> Result<Option<Json>, ArmError> {
        let mut wait = Duration::from_secs(1);
        loop {
            let found = self.get(kind, id, deadline).await?;
            let working = found.as_ref().is_some_and(is_working);
            if !working || self.client.sleep().now().saturating_add(wait) > deadline.end {
                return Ok(found);
            }
            self.client.sleep().sleep(wait).await;
            wait = (wait * 2).min(Duration::from_secs(15));
        }
    }

    pub(super) async fn delete_resource(
        &self,
        target: Target<'_>,
        timeout: Duration,
    ) -> Result<(), ProviderError> {
        let kind = self.known_kind(target.kind, target.inputs)?;
        let deadline = self.client.deadline(timeout);
        self.delete_and_verify(&kind, target.id, deadline).await
    }

    async fn delete_and_verify(
        &self,
        kind: &Kind<'_>,
        id: &str,
        deadline: Deadline,
    ) -> Result<(), ProviderError> {
        let refused = |error| Hidden::default().error(error);
        // What cannot be deleted goes with its parent.
        if !kind.can_be_deleted() {
            return Ok(());
        }
        self.part(kind, id, deadline).await.map_err(refused)?;
        if let Some(body) = kind.initial(id) {
            let mut call = self.client.call(Method::Put, id, kind.api_version);
            call.body = Some(body);
            self.client.run(&call, kind.put(), deadline).await.map_err(refused)?;
            return Ok(());
        }
        let long_running = kind.descriptor.and_then(|descriptor| descriptor.delete?.long_running);
        let mut call = self.client.call(Method::Delete, id, kind.api_version);
        if conditional::on_delete(kind.name) {
            let found = self.get_answer(kind, id, deadline).await.map_err(refused)?;
            let Some(found) = found else { return Ok(()) };
            call.if_match = conditional::version(&found);
        }
        let followed = match self.client.send(&call, deadline).await {
            Ok(first) => {
                self.client.follow(&call, first, long_running, deadline).await.map_err(|error| (true, error))
            }
            Err(error) => Err((error.tries() > 1, error)),
        };
        match followed {
            Ok(_) => {}
            Err((_, error)) if error.is_absent() => return Ok(()),
            Err((true, error)) if !error.is_of_operation() => return Err(open(error)),
            Err((_, error)) => return Err(refused(error)),
        }
        if kind.is_single() {
            // The service shows settings that were deleted with their defaults.
            return Ok(());
        }
        self.vanished(kind, id, deadline).await.map_err(open)
    }

    /// Waits until the resource is not seen any more.
    async fn vanished(&self, kind: &Kind<'_>, id: &str, deadline: Deadline) -> Result<(), ArmError> {
        let start = self.client.sleep().now();
        let mut wait = Duration::from_millis(500);
        while let Some(body) = self.get(kind, id, deadline).await? {
            let now = self.client.sleep().now();
            let deleting =
                provisioning_state(&body).is_some_and(|state| state.eq_ignore_ascii_case("Deleting"));
            let end = if deleting { deadline.end } else { deadline.end.min(start.saturating_add(VANISH)) };
            if now.saturating_add(wait) > end {
                let after = now.saturating_sub(start);
                return Err(ArmError::Timeout { what: format!("the disappearance of {id}"), after });
            }
            self.client.sleep().sleep(wait).await;
            wait = (wait * 2).min(Duration::from_secs(15));
        }
        Ok(())
    }
}

/// The error of a call that was heard, or may have been: what it did shows later.
fn open(error: ArmError) -> ProviderError {
    ProviderError { kind: ProviderErrorKind::Unreachable, ..Hidden::default().error(error) }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{NETWORK_ID, provider};
    use crate::arm::script::{Script, VirtualTime, refused};
    use atp_iac::Value;
    use atp_iac::provider::{Provider, ProviderErrorKind, Target};
    use atp_iac::value::Map;
    use serde_json::{Value as Json, json};
    use std::time::Duration;

    static NOTHING: Value = Value::Map(Map::new());

    fn target() -> Target<'static> {
        Target { kind: "Microsoft.Network/virtualNetworks", id: NETWORK_ID, inputs: &NOTHING }
    }

    #[tokio::test]
    async fn a_resource_that_is_not_there_is_none_but_a_missing_subscription_is_an_error() {
        let time = VirtualTime::default();
        for (code, absent) in
            [("ResourceNotFound", true), ("ResourceGroupNotFound", true), ("SubscriptionNotFound", false)]
        {
            let script = Script::new().then(404, refused(code, "no"));
            let result = provider(&script, &time).read(target()).await;
            assert_eq!(matches!(result, Ok(None)), absent, "{code}: {result:?}");
        }
    }

    #[tokio::test]
    async fn a_read_waits_until_the_service_has_finished() {
        let time = VirtualTime::default();
        let script = Script::new()
            .then(200, json!({"properties": {"provisioningState": "Creating"}}))
            .then(200, json!({"properties": {"provisioningState": "Succeeded"}}));
        let read = provider(&script, &time).read(target()).await.unwrap().unwrap();
        let state = read.get("properties").and_then(|p| p.get("provisioningState"));
        assert_eq!(state, Some(&"Succeeded".into()));
        assert_eq!(time.elapsed(), Duration::from_secs(1));
    }

    #[tokio::test]
    async fn a_delete_is_followed_and_verified() {
        let time = VirtualTime::default();
        let location = ("location", "https://management.azure.com/subscriptions/s/results/1?api-version=1");
        let script = Script::new()
            .then_with(202, &[location], Json::Null)
            .then(204, Json::Null)
            .then(200, json!({"id": NETWORK_ID}))
            .then(404, refused("ResourceNotFound", "gone"));
        provider(&script, &time).delete(target(), Duration::from_secs(600)).await.unwrap();
        assert_eq!(script.lines()[0], format!("DELETE {NETWORK_ID}"));
        assert_eq!(script.lines()[3], format!("GET {NETWORK_ID}"));
    }

    #[tokio::test]
    async fn a_delete_whose_end_cannot_be_read_leaves_open_what_became_of_it() {
        let time = VirtualTime::default();
        let location = ("location", "https://management.azure.com/subscriptions/s/results/1?api-version=1");
        let forbidden = || refused("AuthorizationFailed", "no");
        let accepted = || Script::new().then_with(202, &[location], Json::Null);
        for script in [
            accepted().then(403, forbidden()),
            accepted().then(204, Json::Null).then(403, forbidden()),
            Script::new().then_lost().then(403, forbidden()),
        ] {
            let error =
                provider(&script, &time).delete(target(), Duration::from_secs(600)).await.unwrap_err();
            assert_eq!(
                (error.kind, error.code.as_str()),
                (ProviderErrorKind::Unreachable, "AuthorizationFailed")
            );
        }
        let script = Script::new().then(403, forbidden());
        let error = provider(&script, &time).delete(target(), Duration::from_secs(600)).await.unwrap_err();
        assert_eq!(error.kind, ProviderErrorKind::Unauthorized);
    }

    #[tokio::test]
    async fn deleting_what_is_not_there_is_no_error_and_a_lock_is() {
        let time = VirtualTime::default();
        let script = Script::new().then(404, refused("ResourceNotFound", "gone"));
        provider(&script, &time).delete(target(), Duration::from_secs(9)).await.unwrap();
        let locked =
            "The scope 'a' cannot perform delete operation because following scope(s) are locked: '/b'.";
        let script = Script::new().then(409, refused("ScopeLocked", locked));
        let error = provider(&script, &time).delete(target(), Duration::from_secs(9)).await.unwrap_err();
        assert_eq!((error.kind, error.code.as_str()), (ProviderErrorKind::Refused, "ScopeLocked"));
        assert!(error.hint.unwrap().contains("/b"));
    }
}
