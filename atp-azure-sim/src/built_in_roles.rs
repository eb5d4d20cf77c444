//! Role definitions that Azure has built in: readable at every scope and writable at none.

use serde_json::Value;

use crate::errors::ApiError;
use crate::roles::{self, DEFINITION};

/// The built-in definition of this type and name, as it is shown to who asks in a subscription, or in none.
pub(crate) fn definition(type_name: &str, name: &str, subscription: Option<&str>) -> Option<Value> {
    let mut all = definitions(type_name, subscription);
    all.find(|role| role["name"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(name)))
}

/// All built-in definitions, when that is the type.
pub(crate) fn definitions(type_name: &str, subscription: Option<&str>) -> impl Iterator<Item = Value> {
    let subscription = subscription.map(|id| format!("/subscriptions/{id}")).unwrap_or_default();
    let known = type_name.eq_ignore_ascii_case(DEFINITION);
    let roles = roles::built_in().iter().filter(move |_| known);
    roles.map(move |role| roles::definition_value(role, &subscription))
}

/// Refuses to write or delete what is built in.
pub(crate) fn refuse(type_name: &str, name: &str) -> Result<(), ApiError> {
    match definition(type_name, name, None) {
        None => Ok(()),
        Some(_) => {
            let message =
                format!("The role definition '{name}' is built in and cannot be changed or deleted.");
            Err(ApiError::new(400, "RoleDefinitionUpdateNotPermitted", message))
        }
    }
}
