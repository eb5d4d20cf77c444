//! Definitions of roles and policies that Azure has built in: readable at every scope and writable at none.

use serde_json::Value;

use crate::errors::{Answer, ApiError};
use crate::{policy, roles};

/// The built-in definition of this type and name, as it is shown to who asks in a subscription, or in none.
pub(crate) fn definition(type_name: &str, name: &str, subscription: Option<&str>) -> Option<Value> {
    let mut all = definitions(type_name, subscription);
    all.find(|known| known["name"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(name)))
}

/// The roles that every account of Cosmos DB has from the start: its reader and its contributor.
const COSMOS_ROLES: [&str; 2] =
    ["00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"];

/// Whether there is a definition of this type and name though nobody has made it.
pub(crate) fn is_there(type_name: &str, name: &str) -> bool {
    let is_role = type_name.eq_ignore_ascii_case("Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions");
    is_role && COSMOS_ROLES.contains(&name) || definition(type_name, name, None).is_some()
}

/// All built-in definitions of this type.
pub(crate) fn definitions(type_name: &str, subscription: Option<&str>) -> impl Iterator<Item = Value> {
    let subscription = subscription.map(|id| format!("/subscriptions/{id}")).unwrap_or_default();
    let is_role = type_name.eq_ignore_ascii_case(roles::DEFINITION);
    let roles = roles::built_in().iter().filter(move |_| is_role);
    roles.map(move |role| roles::definition_value(role, &subscription)).chain(policy::definitions(type_name))
}

/// Refuses to write or delete what is built in.
pub(crate) fn refuse(type_name: &str, name: &str) -> Answer<()> {
    if definition(type_name, name, None).is_none() {
        return Ok(());
    }
    let role = type_name.eq_ignore_ascii_case(roles::DEFINITION);
    let (kind, code) = if role {
        ("role", "RoleDefinitionUpdateNotPermitted")
    } else {
        ("policy", "PolicyDefinitionUpdateNotPermitted")
    };
    let message = format!("The {kind} definition '{name}' is built in and cannot be changed or deleted.");
    Err(ApiError::new(400, code, message))
}
