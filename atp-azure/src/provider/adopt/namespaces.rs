//! Which api-version to read a type at of which nothing is known.

use super::super::AzureProvider;
use super::super::errors::Hidden;
use atp_iac::provider::ProviderError;
use azure_core::http::Method;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::time::Duration;

/// The api-version of the resource providers themselves.
const PROVIDERS: &str = "2021-04-01";
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(60);

/// The newest api-version of each type of a namespace, by the type in lower case.
pub(super) type Versions = BTreeMap<String, String>;

impl AzureProvider {
    /// What the resource provider of a namespace says of its types.
    pub(super) async fn versions(&self, namespace: &str) -> Result<Versions, ProviderError> {
        let path = format!("/subscriptions/{}/providers/{namespace}", self.subscription);
        let call = self.client.call(Method::Get, &path, PROVIDERS);
        let answer = self.client.send(&call, self.client.deadline(ANSWER)).await;
        let body = answer.map_err(|error| Hidden::default().error(error))?.body;
        let types = body.get("resourceTypes").and_then(Json::as_array).into_iter().flatten();
        let newest = types.filter_map(|kind| {
            let name = format!("{namespace}/{}", kind.get("resourceType")?.as_str()?);
            Some((name.to_ascii_lowercase(), newest(kind.get("apiVersions")?)?.to_owned()))
        });
        Ok(newest.collect())
    }
}

/// The newest version that is no preview, or the newest one.
fn newest(versions: &Json) -> Option<&str> {
    let versions: Vec<&str> = versions.as_array()?.iter().filter_map(Json::as_str).collect();
    let stable = versions.iter().filter(|version| version.len() == "2024-01-01".len()).max();
    stable.or_else(|| versions.iter().max()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_version_that_is_no_preview_goes_before_a_newer_one_that_is() {
        let versions = json!(["2025-01-01-preview", "2023-05-01", "2024-01-01"]);
        assert_eq!(newest(&versions), Some("2024-01-01"));
        assert_eq!(newest(&json!(["2023-01-01-preview", "2024-01-01-preview"])), Some("2024-01-01-preview"));
        assert_eq!(newest(&json!([])), None);
    }
}
