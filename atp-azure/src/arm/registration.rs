//! Registering a resource provider with the subscription, which its first use needs.

use super::client::{ArmClient, Call, Deadline};
use super::error::ArmError;
use azure_core::http::Method;
use serde_json::Value as Json;
use std::time::Duration;

impl ArmClient {
    /// Registers the namespace that a refusal names, and waits until it is.
    pub(super) async fn register(
        &self,
        call: &Call,
        error: &ArmError,
        deadline: Deadline,
    ) -> Result<(), ArmError> {
        const API_VERSION: &str = "2022-12-01";
        let message = error.refusal().map_or("", |refusal| refusal.message.as_str());
        let Some(namespace) = last_quoted(message).filter(|name| is_namespace(name)) else {
            return Err(error.clone());
        };
        let Some(subscription) = subscription_of(call.url.path()) else { return Err(error.clone()) };
        let id = format!("/subscriptions/{subscription}/providers/{namespace}");
        let post = self.call(Method::Post, &format!("{id}/register"), API_VERSION);
        self.persist(&post, deadline).await?;
        loop {
            let answer = self.persist(&self.call(Method::Get, &id, API_VERSION), deadline).await?;
            let state = answer.body.get("registrationState").and_then(Json::as_str).unwrap_or_default();
            if state.eq_ignore_ascii_case("Registered") {
                return Ok(());
            }
            let wait = answer.retry_after().unwrap_or(Duration::from_secs(10));
            if self.sleep().now().saturating_add(wait) > deadline.end {
                let after = self.sleep().now().saturating_sub(deadline.start);
                return Err(ArmError::Timeout { what: format!("the registration of {namespace}"), after });
            }
            self.sleep().sleep(wait).await;
        }
    }
}

fn last_quoted(message: &str) -> Option<&str> {
    let end = message.rfind('\'')?;
    let start = message.get(..end)?.rfind('\'')?;
    message.get(start + 1..end)
}

fn is_namespace(text: &str) -> bool {
    text.contains('.') && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.')
}

fn subscription_of(path: &str) -> Option<&str> {
    let mut segments = path.split('/');
    segments.find(|segment| segment.eq_ignore_ascii_case("subscriptions"))?;
    segments.next()
}

#[cfg(test)]
mod tests {
    use super::super::script::{Script, VirtualTime, client, refused};
    use super::*;
    use serde_json::json;

    const ID: &str = "/subscriptions/s/resourceGroups/g";

    #[tokio::test]
    async fn fact_104_an_unregistered_namespace_is_registered_once_and_the_request_sent_again() {
        let message = "The subscription is not registered to use namespace 'Microsoft.Cache'";
        let script = Script::new()
            .then(409, refused("MissingSubscriptionRegistration", message))
            .then(200, json!({"registrationState": "Registering"}))
            .then(200, json!({"registrationState": "Registering"}))
            .then(200, json!({"registrationState": "Registered"}))
            .then(200, json!({}));
        let time = VirtualTime::default();
        let client = client(&script, &time);
        let call = client.call(Method::Get, ID, "2024-01-01");
        client.send(&call, client.deadline(Duration::from_secs(600))).await.unwrap();
        assert_eq!(time.elapsed(), Duration::from_secs(10));
        let seen = script.seen();
        assert_eq!(seen[1].line, "POST /subscriptions/s/providers/Microsoft.Cache/register");
        assert_eq!(seen[2].line, "GET /subscriptions/s/providers/Microsoft.Cache");
        assert_eq!(seen[4].line, format!("GET {ID}"));
        assert!(seen[0].client_request_id.is_some());
        assert_ne!(seen[0].client_request_id, seen[4].client_request_id, "it is another request");
    }

    #[tokio::test]
    async fn a_message_that_names_no_namespace_is_reported() {
        let script = Script::new().then(409, refused("MissingSubscriptionRegistration", "not registered"));
        let client = client(&script, &VirtualTime::default());
        let call = client.call(Method::Get, ID, "2024-01-01");
        let error = client.send(&call, client.deadline(Duration::from_secs(600))).await.unwrap_err();
        assert!(error.hint().is_some_and(|hint| hint.contains("az provider register")));
    }
}
