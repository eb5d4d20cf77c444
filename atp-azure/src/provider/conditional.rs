//! Which requests say which version of the resource they mean, with `If-Match`.
//!
//! The version is the one that was read just before, and not the one in the state. That one is out of date as soon as
//! the service, or a part of the resource, changes it: a zone would then refuse every update for ever, and most of all
//! the one that undoes what somebody else changed. What a plan is based on is the engine's concern, which reads before
//! it plans; the condition guards the moment between reading and writing.

use crate::arm::Answer;
use serde_json::Value as Json;

/// Types whose PUT takes a version: those that are named, and all below those that end in `/`.
const PUT: &[&str] = &[
    "Microsoft.ContainerService/managedClusters",
    "Microsoft.ContainerService/managedClusters/agentPools",
    "Microsoft.CostManagement/scheduledActions",
    "Microsoft.Network/dnsZones",
    "Microsoft.Network/dnsZones/",
    "Microsoft.Network/privateDnsZones",
    "Microsoft.Network/privateDnsZones/",
    "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies",
];

/// Types whose DELETE is refused without one.
const DELETE: &[&str] = &["Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies"];

/// Whether a PUT says which version it replaces.
pub(super) fn on_put(kind: &str) -> bool {
    is_among(PUT, kind)
}

/// Whether a DELETE says which version it means.
pub(super) fn on_delete(kind: &str) -> bool {
    is_among(DELETE, kind)
}

fn is_among(types: &[&str], kind: &str) -> bool {
    let name = kind.to_ascii_lowercase();
    types.iter().map(|entry| entry.to_ascii_lowercase()).any(|entry| match entry.ends_with('/') {
        true => name.starts_with(&entry),
        false => name == entry,
    })
}

/// The version of what was read: the header and the body agree, where both have it.
pub(super) fn version(answer: &Answer) -> Option<String> {
    let of_body = || ["etag", "eTag"].iter().find_map(|key| answer.body.get(key).and_then(Json::as_str));
    answer.header("etag").or_else(of_body).filter(|etag| !etag.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use azure_core::http::headers::Headers;
    use serde_json::json;

    #[test]
    fn fact_051_052_only_named_types_are_conditional() {
        assert!(on_put("microsoft.network/dnsZones/A") && on_put("Microsoft.Network/privateDnsZones"));
        assert!(!on_put("Microsoft.Network/virtualNetworks") && !on_put("Microsoft.Network/dnsZonesX"));
        assert!(on_put("Microsoft.ContainerService/managedClusters/agentPools"));
        assert!(!on_put("Microsoft.ContainerService/managedClusters/maintenanceConfigurations"));
        assert!(!on_delete("Microsoft.Network/dnsZones"));
        assert!(DELETE.iter().all(|kind| on_delete(kind) && on_put(kind)));
    }

    #[test]
    fn fact_050_the_version_is_in_the_header_or_in_the_body() {
        let answer = |header: Option<&'static str>, body: Json| {
            let mut headers = Headers::new();
            if let Some(header) = header {
                headers.insert("etag", header);
            }
            Answer { status: 200, headers, body }
        };
        assert_eq!(version(&answer(Some("\"1\""), json!({"etag": "\"1\""}))).as_deref(), Some("\"1\""));
        assert_eq!(version(&answer(None, json!({"eTag": "2"}))).as_deref(), Some("2"));
        assert_eq!(version(&answer(None, json!({"etag": ""}))), None);
    }
}
