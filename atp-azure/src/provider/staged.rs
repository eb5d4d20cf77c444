//! States that a resource can only come to, and not be made in: it is made in another one first.

use serde_json::Value as Json;

/// A state that a service refuses for a new resource.
struct Staged {
    kind: &'static str,
    /// Where in the body it stands.
    path: &'static str,
    /// The state.
    reached: &'static str,
    /// The state that the resource is made in.
    first: &'static str,
}

const STAGED: &[Staged] = &[Staged {
    kind: "Microsoft.Storage/storageAccounts",
    path: "/properties/immutableStorageWithVersioning/immutabilityPolicy/state",
    reached: "Locked",
    first: "Unlocked",
}];

/// The body that a resource is made with, where it cannot be made with `body` at once.
pub(crate) fn first_body(kind: &str, body: &Json) -> Option<Json> {
    let staged = STAGED.iter().find(|staged| {
        let said = body.pointer(staged.path).and_then(Json::as_str);
        staged.kind.eq_ignore_ascii_case(kind)
            && said.is_some_and(|said| said.eq_ignore_ascii_case(staged.reached))
    })?;
    let mut first = body.clone();
    *first.pointer_mut(staged.path)? = staged.first.into();
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_account_is_made_unlocked_and_locked_after_that() {
        let body = |state: &str| json!({"properties": {"immutableStorageWithVersioning": {"immutabilityPolicy": {"state": state}}}});
        let account = "microsoft.storage/storageaccounts";
        assert_eq!(first_body(account, &body("locked")), Some(body("Unlocked")));
        assert_eq!(first_body(account, &body("Unlocked")), None);
        assert_eq!(first_body("Microsoft.Sql/servers", &body("Locked")), None);
        assert_eq!(first_body(account, &json!({"properties": {}})), None);
    }
}
