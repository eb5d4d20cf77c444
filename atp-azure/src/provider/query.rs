//! Answers to queries: what is there, and what an action says of it.
//!
//! A query has the name that Azure gives to the operation: `<type>/read`, or `<type>/<action>/action`. Its inputs are the
//! `id` of the resource, or its `parent` and `name`; the `body` of an action, if it has one; and `$apiVersion`, for a
//! type without a descriptor.

use super::AzureProvider;
use super::errors::{Hidden, bad_inputs};
use super::kind::Kind;
use super::read::SETTLE;
use crate::arm::{ArmError, Deadline};
use atp_iac::provider::ProviderError;
use atp_iac::value::Value;
use azure_core::http::Method;
use serde_json::Value as Json;
use std::time::Duration;

/// How the names of actions begin that change nothing. A query is asked on every plan.
const QUESTIONS: [&str; 5] = ["list", "get", "check", "sharedkeys", "readonlykeys"];

impl AzureProvider {
    /// What a query asks for; `None` when the resource that it is about is not there.
    pub(super) async fn answer(
        &self,
        query: &str,
        inputs: &Value,
        timeout: Duration,
    ) -> Result<Option<Value>, ProviderError> {
        let hidden = Hidden::of(inputs);
        if let Some(name) = query.strip_suffix("/read") {
            let kind = self.known_kind(name, inputs)?;
            let id = self.asked(&kind, inputs)?;
            let deadline = self.client.deadline(timeout.min(SETTLE));
            let found = self.settled(&kind, &id, deadline).await.map_err(|error| hidden.error(error))?;
            return Ok(found.map(|body| kind.mark(None, Value::from(body))));
        }
        let action = query.strip_suffix("/action").and_then(|action| action.rsplit_once('/'));
        let Some((name, action)) = action else {
            return Err(bad_inputs(format!(
                "`{query}` is neither `<type>/read` nor `<type>/<action>/action`"
            )));
        };
        if !QUESTIONS.iter().any(|start| action.to_ascii_lowercase().starts_with(start)) {
            let message =
                format!("the action `{action}` may change something, and a query is asked on every plan");
            return Err(bad_inputs(message)
                .with_hint("query only actions whose names begin with `list`, `get` or `check`"));
        }
        let kind = self.known_kind(name, inputs)?;
        let id = self.asked(&kind, inputs)?;
        let body = inputs.get("body").filter(|body| !matches!(body.exposed(), Value::Null));
        let body =
            body.map(Value::to_json_exposed).transpose().map_err(|error| bad_inputs(error.to_string()))?;
        let deadline = self.client.deadline(timeout);
        let said = self.act(&kind, &format!("{id}/{action}"), body, deadline).await;
        // What an action says is what a read does not: all of it is secret.
        Ok(said.map_err(|error| hidden.error(error))?.map(|said| Value::from(said).into_secret()))
    }

    async fn act(
        &self,
        kind: &Kind<'_>,
        path: &str,
        body: Option<Json>,
        deadline: Deadline,
    ) -> Result<Option<Json>, ArmError> {
        let mut call = self.client.call(Method::Post, path, kind.api_version);
        call.body = body;
        match self.client.run(&call, None, deadline).await {
            Ok(said) => Ok(Some(said)),
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The id of the resource that is asked about.
    fn asked(&self, kind: &Kind<'_>, inputs: &Value) -> Result<String, ProviderError> {
        let id = match inputs.get("id").map(Value::exposed) {
            Some(Value::String(id)) => Some(id.clone()),
            _ => self.id_of(kind, inputs),
        };
        let id =
            id.ok_or_else(|| bad_inputs("neither an id is given, nor a parent and a name that make one"))?;
        if kind.names(&id) {
            return Ok(id);
        }
        Err(bad_inputs(format!("`{id}` is not the id of a {}", kind.name))
            .with_hint("give the id of a resource of that type"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ACCOUNT, GROUP, NETWORK, NETWORK_ID, PARENT, provider};
    use super::*;
    use crate::arm::script::{Script, VirtualTime, refused};
    use atp_iac::provider::Provider;
    use serde_json::json;

    async fn ask(script: &Script, query: &str, inputs: Json) -> Result<Option<Value>, ProviderError> {
        let provider = provider(script, &VirtualTime::default());
        provider.query(query, &Value::from(inputs), Duration::from_secs(60)).await
    }

    #[tokio::test]
    async fn what_is_there_is_read_by_id_or_by_parent_and_name() {
        let kind = format!("{}/read", NETWORK.name);
        for inputs in [json!({"id": NETWORK_ID}), json!({"parent": PARENT, "name": "net"})] {
            let script = Script::new().then(200, json!({"id": NETWORK_ID, "location": "x"}));
            let answer = ask(&script, &kind, inputs).await.unwrap().unwrap();
            assert_eq!(answer.get("location"), Some(&"x".into()));
            assert_eq!(script.lines(), [format!("GET {NETWORK_ID}")]);
        }
        let script = Script::new().then(200, json!({"id": PARENT}));
        assert!(ask(&script, &format!("{}/read", GROUP.name), json!({"name": "g"})).await.unwrap().is_some());
        assert_eq!(script.lines(), [format!("GET {PARENT}")]);
    }

    #[tokio::test]
    async fn what_the_type_calls_secret_is_secret_when_it_is_read() {
        let id = format!("{PARENT}/providers/{}/acc", ACCOUNT.name);
        let script =
            Script::new().then(200, json!({"properties": {"primaryKey": "k1", "accessTier": "Hot"}}));
        let answer = ask(&script, &format!("{}/read", ACCOUNT.name), json!({"id": id})).await.unwrap();
        assert_eq!(
            format!("{:?}", answer.unwrap()),
            r#"{"properties": {"accessTier": "Hot", "primaryKey": [secret]}}"#
        );
    }

    #[tokio::test]
    async fn what_is_not_there_is_nothing_and_an_id_of_another_type_is_refused() {
        let kind = format!("{}/read", NETWORK.name);
        let script = Script::new().then(404, refused("ResourceNotFound", "no"));
        assert_eq!(ask(&script, &kind, json!({"id": NETWORK_ID})).await.unwrap(), None);
        let script = Script::new();
        let error = ask(&script, &kind, json!({"id": PARENT})).await.unwrap_err();
        assert_eq!(error.message, format!("`{PARENT}` is not the id of a {}", NETWORK.name));
        let error = ask(&script, &kind, json!({"name": "net"})).await.unwrap_err();
        assert!(error.message.contains("a parent and a name"), "{error}");
        let error = ask(&script, "Microsoft.Foo/bars/read", json!({"id": "/x"})).await.unwrap_err();
        assert_eq!(error.code, "UnknownType");
        assert!(script.lines().is_empty());
    }

    #[tokio::test]
    async fn all_that_an_action_says_is_secret_and_so_is_its_body_in_errors() {
        let id = format!("{PARENT}/providers/Microsoft.Foo/bars/a");
        let inputs = json!({"id": id, "$apiVersion": "2024-01-01", "body": {"expand": "kerb"}});
        let script = Script::new().then(200, json!({"keys": [{"value": "k1"}]}));
        let answer = ask(&script, "Microsoft.Foo/bars/listKeys/action", inputs).await.unwrap().unwrap();
        assert_eq!(format!("{answer:?}"), "[secret]");
        assert_eq!(script.lines(), [format!("POST {id}/listKeys")]);
        assert_eq!(script.seen()[0].body, json!({"expand": "kerb"}));
        let inputs = Value::from([
            ("id", id.into()),
            ("$apiVersion", "2024-01-01".into()),
            ("body", Value::from([("pin", Value::from("hunter2").into_secret())])),
        ]);
        let script = Script::new().then(400, refused("BadPin", "'hunter2' is no pin"));
        let provider = provider(&script, &VirtualTime::default());
        let answer = provider.query("Microsoft.Foo/bars/listKeys/action", &inputs, Duration::from_secs(60));
        let error = answer.await.unwrap_err();
        assert!(error.code == "BadPin" && !format!("{error:?}").contains("hunter2"), "{error:?}");
    }

    #[tokio::test]
    async fn an_action_that_may_change_something_is_no_query() {
        let script = Script::new();
        let inputs = json!({"id": format!("{PARENT}/providers/{}/acc", ACCOUNT.name)});
        let query = format!("{}/regenerateKey/action", ACCOUNT.name);
        let error = ask(&script, &query, inputs).await.unwrap_err();
        assert!(error.message.contains("`regenerateKey` may change something") && error.hint.is_some());
        assert!(script.lines().is_empty());
    }
}
