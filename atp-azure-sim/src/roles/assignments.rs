//! Rules of role assignments that are about more than one of them.

use serde_json::{Value, json};

use super::{ASSIGNMENT, DEFINITION, OWNER, ROLES};
use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::store::Resource;

impl Cloud {
    /// Refuses an assignment of a role that there is not, when references are checked.
    pub(crate) fn refuse_unknown_role(
        &self,
        type_name: &str,
        body: &serde_json::Map<String, Value>,
    ) -> Answer<()> {
        let checked = self.settings.check_references || self.settings.enforce_roles;
        if !checked || !type_name.eq_ignore_ascii_case(ASSIGNMENT) {
            return Ok(());
        }
        let role = role_of(body);
        let known = ROLES.iter().any(|known| known.id == role)
            || self.store.named(DEFINITION, &role).next().is_some();
        if known {
            return Ok(());
        }
        let message = format!("The specified role definition with ID '{role}' does not exist.");
        Err(ApiError::new(400, "RoleDefinitionDoesNotExist", message))
    }

    /// Refuses to delete the last owner of a subscription, when roles are enforced. Otherwise everybody is an owner.
    pub(crate) fn refuse_last_owner(&self, assignment: &Resource) -> Answer<()> {
        let key = assignment.id.to_ascii_lowercase();
        let at_subscription = key.starts_with("/subscriptions/") && key.matches('/').count() == 6;
        let is_owner = assignment.type_name == ASSIGNMENT && role_of(&assignment.body) == OWNER;
        if !self.settings.enforce_roles || !at_subscription || !is_owner {
            return Ok(());
        }
        let siblings = key.rsplit_once('/').map_or("", |(siblings, _)| siblings);
        let prefix = format!("{siblings}/");
        let mut others = self.store.range(&prefix, None).filter(|(other, _)| **other != key);
        let another = others.any(|(_, other)| role_of(&other.body) == OWNER);
        let scope = key.split("/providers/").next().unwrap_or_default();
        let granted = self.settings.grants.iter().any(|grant| {
            let role = grant.role.rsplit('/').next().unwrap_or_default();
            let owner = role.eq_ignore_ascii_case(OWNER) || role.eq_ignore_ascii_case("Owner");
            owner && grant.scope.trim_end_matches('/').eq_ignore_ascii_case(scope)
        });
        if another || granted {
            return Ok(());
        }
        let message = "Cannot delete the last RBAC admin assignment.";
        Err(ApiError::new(412, "CannotDeleteLastRbacAdminAssignment", message))
    }

    /// The assignments of a principal outlive it; nobody knows any more what it was.
    pub(crate) fn orphan_assignments(&mut self, gone: &Resource) {
        let principal = |part: &str| gone.body.get(part).and_then(|part| part.get("principalId")?.as_str());
        let Some(principal) = principal("properties").or_else(|| principal("identity")) else { return };
        if gone.type_name == ASSIGNMENT {
            return;
        }
        let of_principal = |(_, found): &(&String, &Resource)| {
            let properties = found.body.get("properties");
            let own = properties.and_then(|properties| properties.get("principalId")?.as_str());
            found.type_name == ASSIGNMENT && own.is_some_and(|own| own.eq_ignore_ascii_case(principal))
        };
        let keys: Vec<String> =
            self.store.resources().filter(of_principal).map(|(key, _)| key.clone()).collect();
        for key in keys {
            let Some(mut assignment) = self.store.get(&key).cloned() else { continue };
            if let Some(properties) = assignment.body.get_mut("properties") {
                properties["principalType"] = json!("Unknown");
            }
            self.store.put(&key, assignment);
        }
    }
}

/// Id of the role of an assignment, without its scope, in lower case.
fn role_of(body: &serde_json::Map<String, Value>) -> String {
    let properties = body.get("properties").and_then(|properties| properties.get("roleDefinitionId"));
    let id = properties.and_then(Value::as_str).unwrap_or_default();
    id.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_ascii_lowercase()
}
