//! What permissions allow: lists of actions with wildcards, less lists of actions.

use serde_json::{Map, Value, json};

use super::table::{BuiltIn, USUAL};

/// What one permission of a role allows.
#[derive(Debug, Default)]
pub(super) struct Permission {
    actions: Vec<String>,
    not_actions: Vec<String>,
    data_actions: Vec<String>,
    not_data_actions: Vec<String>,
}

impl Permission {
    pub fn of_built_in(role: &BuiltIn) -> Permission {
        let usual = USUAL.iter().filter(|_| role.usual);
        Permission {
            actions: usual.chain(role.actions).map(|action| (*action).to_owned()).collect(),
            not_actions: role.not_actions.iter().map(|action| (*action).to_owned()).collect(),
            data_actions: role.data_actions.iter().map(|action| (*action).to_owned()).collect(),
            not_data_actions: Vec::new(),
        }
    }

    /// The permissions in the body of a role definition.
    pub fn of_body(body: &Map<String, Value>) -> Vec<Permission> {
        let permissions = body.get("properties").and_then(|properties| properties.get("permissions"));
        let list = |permission: &Value, name: &str| {
            let items = permission.get(name).and_then(Value::as_array).into_iter().flatten();
            items.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let permissions = permissions.and_then(Value::as_array).into_iter().flatten();
        permissions
            .map(|permission| Permission {
                actions: list(permission, "actions"),
                not_actions: list(permission, "notActions"),
                data_actions: list(permission, "dataActions"),
                not_data_actions: list(permission, "notDataActions"),
            })
            .collect()
    }

    pub fn allows(&self, action: &str) -> bool {
        is_in(&self.actions, action) && !is_in(&self.not_actions, action)
    }

    /// The same, of what is done with the data in a resource.
    pub fn allows_data(&self, action: &str) -> bool {
        is_in(&self.data_actions, action) && !is_in(&self.not_data_actions, action)
    }
}

/// The permissions of a built-in role as its definition shows them.
pub(super) fn shown(role: &BuiltIn) -> Value {
    let permission = Permission::of_built_in(role);
    json!([{
        "actions": permission.actions,
        "notActions": permission.not_actions,
        "dataActions": role.data_actions,
        "notDataActions": [],
    }])
}

fn is_in(patterns: &[String], action: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern, action))
}

/// Whether a pattern, in which `*` stands for any text, is that of an action. Neither has a case.
pub(super) fn matches(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = action.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, action, expected) in [
            ("*", "A.B/c/write", true),
            ("*/read", "A.B/c/d/READ", true),
            ("*/read", "A.B/c/write", false),
            ("A.B/*", "a.b/c/write", true),
            ("A.B/*", "A.Bc/d/write", false),
            ("A/*/write", "A/b/c/write", true),
            ("A/*/write", "A/write", false),
            ("A/b/read", "A/b/read", true),
            ("A/b/read", "A/b/read/x", false),
            ("A/*/x/*/write", "A/1/x/2/write", true),
            ("aa*aa", "aaa", false),
        ] {
            assert_eq!(matches(pattern, action), expected, "{pattern} {action}");
        }
    }

    #[test]
    fn what_is_excepted_is_not_allowed() {
        let permission = Permission {
            actions: vec!["*".to_owned()],
            not_actions: vec!["Microsoft.Authorization/*/Write".to_owned()],
            ..Permission::default()
        };
        assert!(permission.allows("Microsoft.Network/virtualNetworks/write"));
        assert!(!permission.allows("Microsoft.Authorization/roleAssignments/write"));
    }
}
