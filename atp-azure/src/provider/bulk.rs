//! Reading many resources with few requests.
//!
//! Lists are asked first. What a list shows is taken when it is all that a GET would show, or when its etag says that
//! nothing has changed. Everything else is read one by one: what a list does not show, too, because a list may lag behind,
//! and "gone" is not said lightly.

use super::AzureProvider;
use super::errors::Hidden;
use super::lists::{self, List};
use super::{body, spelling};
use crate::arm::poller::is_working;
use crate::arm::{ArmError, Call};
use atp_iac::provider::{Known, Provider, ProviderError};
use atp_iac::value::Value;
use azure_core::http::Method;
use futures::StreamExt;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::time::Duration;

/// How long all pages of a list may take.
const LIST: Duration = Duration::from_secs(5 * 60);

/// The items of a list, by their ids in lower case.
type Items = HashMap<String, Json>;

impl AzureProvider {
    pub(super) async fn read_resources(
        &self,
        known: &[Known<'_>],
        parallel: usize,
    ) -> Vec<Result<Option<Value>, ProviderError>> {
        let parallel = parallel.max(1);
        let mut found: Vec<Option<Value>> = vec![None; known.len()];
        let plan = lists::plan(&self.catalog, known);
        let calls: Vec<_> = plan.iter().map(|list| self.list(list)).collect();
        let lists: Vec<_> = futures::stream::iter(calls).buffered(parallel).collect().await;
        for (list, items) in plan.iter().zip(lists) {
            // Whatever keeps a list from being read, reading one by one tells more of it.
            let Ok(mut items) = items else { continue };
            for index in &list.members {
                let (Some(known), Some(slot)) = (known.get(*index), found.get_mut(*index)) else { continue };
                let item = items.remove(&known.target.id.to_ascii_lowercase());
                *slot = item.and_then(|item| self.taken(known, item));
            }
        }
        let reads: Vec<_> =
            known.iter().zip(found).map(|(known, found)| self.found_or_read(known, found)).collect();
        futures::stream::iter(reads).buffered(parallel).collect().await
    }

    async fn found_or_read(
        &self,
        known: &Known<'_>,
        found: Option<Value>,
    ) -> Result<Option<Value>, ProviderError> {
        match found {
            Some(found) => Ok(Some(found)),
            None => self.read(known.target).await,
        }
    }

    /// What an item of a list says of a resource; `None` when a GET has to say it.
    fn taken(&self, known: &Known<'_>, mut item: Json) -> Option<Value> {
        let kind = self.kind(known.target.kind, known.target.inputs)?;
        if is_working(&item) {
            return None;
        }
        let text = |key: &str| known.outputs.get(key).and_then(|value| value.exposed().as_str());
        if !kind.descriptor.is_some_and(lists::is_whole) {
            let etag = item.get("etag").and_then(Json::as_str);
            return (etag.is_some() && etag == text("etag")).then(|| known.outputs.clone());
        }
        // Lists write ids in other cases than GET does: that is no change.
        for key in ["id", "name", "type"] {
            if let (Some(own), Some(said)) = (text(key), item.get_mut(key))
                && said.as_str().is_some_and(|said| said.eq_ignore_ascii_case(own))
            {
                *said = own.into();
            }
        }
        let inputs = body::without_address(known.target.inputs);
        Some(kind.mark(None, spelling::as_in(kind.descriptor, &inputs, Value::from(item))))
    }

    /// All items of a list. More pages than it has resources to show are not worth it.
    async fn list(&self, list: &List) -> Result<Items, ProviderError> {
        self.all_pages(list).await.map_err(|error| Hidden::default().error(error))
    }

    async fn all_pages(&self, list: &List) -> Result<Items, ArmError> {
        let malformed = |what: &str| ArmError::Malformed { what: format!("the list {} {what}", list.path) };
        let deadline = self.client.deadline(LIST);
        let mut items = Items::new();
        let mut call: Call = self.client.call(Method::Get, &list.path, list.api_version);
        for _ in &list.members {
            let answer = self.client.send(&call, deadline).await?;
            let Some(page) = answer.body.get("value").and_then(Json::as_array) else {
                return Err(malformed("has no `value`"));
            };
            for item in page {
                if let Some(id) = item.get("id").and_then(Json::as_str) {
                    items.insert(id.to_ascii_lowercase(), item.clone());
                }
            }
            match answer.body.get("nextLink").and_then(Json::as_str).filter(|link| !link.is_empty()) {
                Some(link) => call = self.client.follow_url(link)?,
                None => return Ok(items),
            }
        }
        Err(malformed("has more pages than resources that are looked for"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{NETWORK, PARENT, ZONE, provider};
    use crate::arm::script::{Script, VirtualTime, refused};
    use crate::descriptor::TypeDescriptor;
    use atp_iac::provider::{Known, Provider, ProviderError, Target};
    use atp_iac::value::{Map, Value};
    use serde_json::{Value as Json, json};

    static NOTHING: Value = Value::Map(Map::new());

    fn id(descriptor: &TypeDescriptor, name: &str) -> String {
        format!("{PARENT}/providers/{}/{name}", descriptor.name)
    }

    fn item(descriptor: &TypeDescriptor, name: &str, etag: &str) -> Json {
        json!({"id": id(descriptor, name), "name": name, "etag": etag, "properties": {}})
    }

    /// Reads resources of these names, one call at a time.
    async fn read(
        script: &Script,
        descriptor: &TypeDescriptor,
        names: &[&str],
        outputs: &Value,
    ) -> Vec<Result<Option<Value>, ProviderError>> {
        let ids: Vec<String> = names.iter().map(|name| id(descriptor, name)).collect();
        let known: Vec<Known<'_>> = ids
            .iter()
            .map(|id| Known { target: Target { kind: descriptor.name, id, inputs: &NOTHING }, outputs })
            .collect();
        provider(script, &VirtualTime::default()).read_many(&known, 1).await
    }

    fn etags(results: Vec<Result<Option<Value>, ProviderError>>) -> Vec<Option<String>> {
        let etag = |value: Value| value.get("etag").unwrap().as_str().unwrap().to_owned();
        results.into_iter().map(|result| result.unwrap().map(etag)).collect()
    }

    #[tokio::test]
    async fn fact_045_one_list_with_all_its_pages_answers_for_many() {
        let next = "https://management.azure.com/next?$skipToken=1";
        let script = Script::new()
            .then(200, json!({"value": [item(&NETWORK, "a", "1")], "nextLink": next}))
            .then(200, json!({"value": [], "nextLink": next}))
            .then(200, json!({"value": [item(&NETWORK, "C", "3"), item(&NETWORK, "b", "2")]}));
        let found = etags(read(&script, &NETWORK, &["a", "b", "c"], &NOTHING).await);
        assert_eq!(found, [Some("1".into()), Some("2".into()), Some("3".into())]);
        assert_eq!(script.seen().len(), 3);
        assert_eq!(script.seen()[1].query, "$skipToken=1");
    }

    #[tokio::test]
    async fn what_a_list_does_not_show_is_looked_at_before_it_is_called_gone() {
        let script = Script::new()
            .then(200, json!({"value": []}))
            .then(200, item(&NETWORK, "a", "1"))
            .then(404, refused("ResourceNotFound", "gone"));
        let found = etags(read(&script, &NETWORK, &["a", "b"], &NOTHING).await);
        assert_eq!(found, [Some("1".into()), None]);
        assert_eq!(script.lines()[1], format!("GET {}", id(&NETWORK, "a")));
    }

    #[tokio::test]
    async fn what_is_worked_on_is_waited_for() {
        let working = json!({"id": id(&NETWORK, "a"), "properties": {"provisioningState": "Updating"}});
        let script = Script::new()
            .then(200, json!({"value": [working, item(&NETWORK, "b", "2")]}))
            .then(200, item(&NETWORK, "a", "1"));
        let found = etags(read(&script, &NETWORK, &["a", "b"], &NOTHING).await);
        assert_eq!(found, [Some("1".into()), Some("2".into())]);
    }

    #[tokio::test]
    async fn of_a_list_that_may_leave_something_out_only_the_etag_is_believed() {
        let mut outputs = Value::map();
        if let Value::Map(map) = &mut outputs {
            map.insert("etag".into(), "1".into());
            map.insert("secret".into(), "kept".into());
        }
        let script = Script::new()
            .then(200, json!({"value": [item(&ZONE, "a", "1"), item(&ZONE, "b", "2")]}))
            .then(200, item(&ZONE, "b", "2"));
        let found = read(&script, &ZONE, &["a", "b"], &outputs).await;
        assert_eq!(found[0].as_ref().unwrap().as_ref(), Some(&outputs));
        assert_eq!(script.lines()[1..], [format!("GET {}", id(&ZONE, "b"))]);
    }

    #[tokio::test]
    async fn a_list_that_cannot_be_read_or_has_no_end_gives_way_to_single_reads() {
        let next = "https://management.azure.com/next?$skipToken=1";
        let endless = json!({"value": [item(&NETWORK, "x", "0")], "nextLink": next});
        for (status, body, requests) in [
            (403, refused("AuthorizationFailed", "no"), 1),
            (200, json!({"items": []}), 1),
            (200, json!({"value": [], "nextLink": "https://evil.example/"}), 1),
            (200, endless, 2),
        ] {
            let mut script = Script::new();
            for _ in 0..requests {
                script = script.then(status, body.clone());
            }
            let script = script.then(200, item(&NETWORK, "a", "1")).then(200, item(&NETWORK, "b", "2"));
            let found = etags(read(&script, &NETWORK, &["a", "b"], &NOTHING).await);
            assert_eq!(found, [Some("1".into()), Some("2".into())]);
        }
    }
}
