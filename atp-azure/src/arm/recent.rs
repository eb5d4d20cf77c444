//! What this client made a moment ago.
//!
//! A resource that was just made may not be known yet in every corner of Azure. A refusal that calls it missing is not
//! believed for a while; one that calls anything else missing is believed at once.

use super::client::Call;
use super::error::Refusal;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// For how long a new resource may not be known everywhere.
pub(crate) const UNKNOWN_FOR: Duration = Duration::from_secs(120);

/// Ids in lower case, and when each was made.
#[derive(Debug, Default)]
pub(crate) struct Recent(Mutex<HashMap<String, Duration>>);

impl Recent {
    fn made_when(&self) -> MutexGuard<'_, HashMap<String, Duration>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The resource is there now.
    pub fn made(&self, id: &str, now: Duration) {
        let mut made = self.made_when();
        made.retain(|_, when| now.saturating_sub(*when) < UNKNOWN_FOR);
        made.insert(id.trim_end_matches('/').to_ascii_lowercase(), now);
    }

    /// The resource is about to go, with all that is in it.
    pub fn going(&self, id: &str) {
        let id = id.trim_end_matches('/').to_ascii_lowercase();
        self.made_when().retain(|made, _| !is_in(made, &id));
    }

    /// Whether the refusal of a call says that something is missing which was just made: what the call is in, or what
    /// its body names.
    pub fn calls_missing(&self, call: &Call, refusal: &Refusal, now: Duration) -> bool {
        if !matches!(refusal.status, 400 | 404 | 409) || !refusal.codes().any(says_missing) {
            return false;
        }
        let made = self.made_when();
        if made.is_empty() {
            return false;
        }
        let mut named = vec![call.url.path().to_ascii_lowercase()];
        if let Some(body) = &call.body {
            ids(body, &mut named);
        }
        let said = refusal.to_string().to_ascii_lowercase();
        made.iter().any(|(id, when)| {
            let name = id.rsplit('/').next().unwrap_or_default();
            now.saturating_sub(*when) < UNKNOWN_FOR
                && said.contains(name)
                && named.iter().any(|named| is_in(named, id))
        })
    }
}

fn says_missing(code: &str) -> bool {
    code.ends_with("NotFound") || code == "InvalidResourceReference"
}

/// Whether `id` is `outer`, or below it.
fn is_in(id: &str, outer: &str) -> bool {
    id.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Every id in a body, in lower case.
fn ids(body: &Json, found: &mut Vec<String>) {
    match body {
        Json::String(text) if text.starts_with('/') => found.push(text.to_ascii_lowercase()),
        Json::Array(items) => items.iter().for_each(|item| ids(item, found)),
        Json::Object(map) => {
            // The keys of a map may be ids: those of user-assigned identities are.
            found.extend(map.keys().filter(|key| key.starts_with('/')).map(|key| key.to_ascii_lowercase()));
            map.values().for_each(|item| ids(item, found));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::script::{Script, VirtualTime, client};
    use super::*;
    use azure_core::http::Method;
    use serde_json::json;

    const GROUP: &str = "/subscriptions/s/resourceGroups/G";

    fn missing(recent: &Recent, message: &str, body: Json, now: u64) -> bool {
        let client = client(&Script::new(), &VirtualTime::default());
        let mut call = client.call(Method::Put, &format!("{GROUP}/providers/N.S/t/a"), "1");
        call.body = Some(body);
        let body = json!({"error": {"code": "ResourceNotFound", "message": message}});
        recent.calls_missing(&call, &Refusal::read(404, &body, None), Duration::from_secs(now))
    }

    #[test]
    fn what_was_just_made_is_not_missing_until_it_should_be_known() {
        let recent = Recent::default();
        let text = "Resource group 'g' could not be found.";
        assert!(!missing(&recent, text, json!({}), 1));
        recent.made("/subscriptions/s/resourcegroups/g", Duration::ZERO);
        assert!(missing(&recent, text, json!({}), 119));
        assert!(!missing(&recent, text, json!({}), 120));
        recent.going(GROUP);
        assert!(!missing(&recent, text, json!({}), 1));
    }

    #[test]
    fn a_reference_in_the_body_counts_and_another_name_does_not() {
        let recent = Recent::default();
        let subnet = format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/net/subnets/front");
        recent.made(&subnet, Duration::ZERO);
        let body = json!({"properties": {"subnet": {"id": subnet.to_uppercase().replace("/SUBSCRIPTIONS", "/subscriptions")}}});
        assert!(missing(&recent, "The subnet 'front' was not found.", body.clone(), 1));
        assert!(!missing(&recent, "The zone 'z' was not found.", body, 1));
        assert!(!missing(&recent, "The subnet 'front' was not found.", json!({}), 1));
    }
}
