//! Immutability of blobs. Policies of containers: who deletes, locks or extends one has to say which version is meant.
//! The policy of an account is a part of it, and once it is locked it can only become stricter.

use atp_azure::descriptor::TypeDescriptor;
use serde_json::{Map, Value, json};

use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::locks::Access;
use crate::message::{Request, Response};
use crate::route::{Collection, Route};

const POLICIES: &str = "microsoft.storage/storageaccounts/blobservices/containers/immutabilitypolicies";

/// Refuses a request without `If-Match`, where the type asks for it.
pub(crate) fn require_condition(descriptor: &TypeDescriptor, request: &Request) -> Answer<()> {
    if !descriptor.name.eq_ignore_ascii_case(POLICIES) || request.header("if-match").is_some() {
        return Ok(());
    }
    let message = "An HTTP header that's mandatory for this request is not specified: 'If-Match'.";
    Err(ApiError::new(400, "MissingRequiredHeader", message).with_target("If-Match"))
}

/// Refuses to make an account with a locked policy, and to loosen one that is locked.
pub(crate) fn refuse_to_loosen(
    descriptor: &TypeDescriptor,
    old: Option<&Map<String, Value>>,
    body: &mut Map<String, Value>,
) -> Answer<()> {
    const PATH: &str = "properties.immutableStorageWithVersioning.immutabilityPolicy";
    const DAYS: &str = "immutabilityPeriodSinceCreationInDays";
    if !descriptor.name.eq_ignore_ascii_case("Microsoft.Storage/storageAccounts") {
        return Ok(());
    }
    let policy_of = |body: &Map<String, Value>| {
        let whole = body.get("properties")?.get("immutableStorageWithVersioning")?;
        whole.get("immutabilityPolicy").filter(|policy| policy.is_object()).cloned()
    };
    let is_locked =
        |policy: &Value| policy["state"].as_str().is_some_and(|s| s.eq_ignore_ascii_case("Locked"));
    let before = old.and_then(policy_of);
    let Some(after) = policy_of(body) else {
        // What is left out stays.
        let kept = old.and_then(|old| old.get("properties")?.get("immutableStorageWithVersioning")).cloned();
        if let (Some(kept), Some(properties)) =
            (kept, body.get_mut("properties").and_then(Value::as_object_mut))
        {
            properties.insert("immutableStorageWithVersioning".to_owned(), kept);
        }
        return Ok(());
    };
    let refused = |name: &str, problem: &str| Err(ApiError::parameter(&format!("{PATH}.{name}"), problem));
    match before {
        None if is_locked(&after) => {
            refused("state", "A policy is created in the state Unlocked or Disabled, and can be locked then.")
        }
        Some(before) if is_locked(&before) && !is_locked(&after) => {
            refused("state", "A policy that is locked stays locked.")
        }
        Some(before) if is_locked(&before) && after[DAYS].as_i64() < before[DAYS].as_i64() => {
            refused(DAYS, "The period of a locked policy can only become longer.")
        }
        Some(before)
            if is_locked(&before)
                && after["allowProtectedAppendWrites"] != before["allowProtectedAppendWrites"] =>
        {
            refused("allowProtectedAppendWrites", "It cannot be changed once the policy is locked.")
        }
        _ => Ok(()),
    }
}

impl Cloud {
    /// Whether a POST is an action on a policy.
    pub(crate) fn is_policy_action(action: &Collection) -> bool {
        let type_name = action.type_name.rsplit_once('/').map_or("", |(type_name, _)| type_name);
        action.nested && type_name.eq_ignore_ascii_case(POLICIES)
    }

    /// POST `lock` and `extend`: both answer with the policy as it is then.
    pub(crate) fn act_on_policy(
        &mut self,
        route: &Route,
        action: &Collection,
        request: &Request,
    ) -> Answer<Response> {
        let descriptor = self.catalog.known(POLICIES, request.method)?;
        self.require_version(descriptor, request, "")?;
        let key = action.parent.to_ascii_lowercase();
        let Some(mut policy) = self.store.get(&key).cloned() else {
            return Err(self.missing_in_group(route, &action.parent));
        };
        self.refuse_locked(&action.parent, Access::Write)?;
        require_condition(descriptor, request)?;
        self.check_conditions(request, &key, Some(&policy), &action.parent)?;
        let properties = policy.body.entry("properties").or_insert_with(|| json!({}));
        let is_locked = properties["state"] == "Locked";
        match action.leaf.to_ascii_lowercase().as_str() {
            "lock" if is_locked => return Err(not_allowed("lock")),
            "lock" => properties["state"] = json!("Locked"),
            "extend" if !is_locked => return Err(not_allowed("extend")),
            "extend" => {
                const DAYS: &str = "immutabilityPeriodSinceCreationInDays";
                let sent: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
                let (days, before) = (sent["properties"][DAYS].as_i64(), properties[DAYS].as_i64());
                let longer = days.filter(|days| before.is_none_or(|before| *days >= before));
                let Some(days) = longer else {
                    let problem = "The period of a locked policy can only become longer.";
                    return Err(ApiError::parameter(&format!("properties.{DAYS}"), problem));
                };
                properties[DAYS] = json!(days);
            }
            _ => return Err(ApiError::method_not_allowed(&request.path)),
        }
        policy.revision = self.store.next_number();
        let shown = self.shown(&policy);
        self.store.put(&key, policy);
        Ok(Response::json(200, &shown).with_etag(&shown))
    }
}

fn not_allowed(action: &str) -> ApiError {
    let message = format!("The operation '{action}' is not allowed in the current state of the policy.");
    ApiError::new(409, "OperationNotAllowedOnImmutabilityPolicy", message)
}
