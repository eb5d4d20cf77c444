//! Immutability policies of blob containers: who deletes, locks or extends one has to say which version is meant.

use atp_azure::descriptor::TypeDescriptor;
use serde_json::{Value, json};

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
