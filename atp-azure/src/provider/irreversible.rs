//! Settings that nobody can take back, not even Microsoft's support.

use atp_iac::provider::{Existing, Warning};
use atp_iac::value::{Path, Value};

/// A value of a property that stays once it is set.
struct Setting {
    /// Of which type.
    kind: &'static str,
    /// Which property, in keys joined by `/`.
    path: &'static str,
    /// Which value of it.
    value: Set,
    /// For how many days data cannot be deleted, where a property says it.
    days: Option<&'static str>,
    /// What follows from it.
    message: &'static str,
}

enum Set {
    Word(&'static str),
    True,
}

const SETTINGS: &[Setting] = &[
    Setting {
        kind: "Microsoft.Storage/storageAccounts",
        path: "properties/immutableStorageWithVersioning/immutabilityPolicy/state",
        value: Set::Word("Locked"),
        days: Some(
            "properties/immutableStorageWithVersioning/immutabilityPolicy/immutabilityPeriodSinceCreationInDays",
        ),
        message: "the policy can never be unlocked or shortened",
    },
    Setting {
        kind: "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies",
        path: "properties/state",
        value: Set::Word("Locked"),
        days: Some("properties/immutabilityPeriodSinceCreationInDays"),
        message: "the policy can never be unlocked or shortened",
    },
    Setting {
        kind: "Microsoft.Sql/servers/databases",
        path: "properties/isLedgerOn",
        value: Set::True,
        days: None,
        message: "a ledger database can never become an ordinary one: every table in it is a ledger table",
    },
    Setting {
        kind: "Microsoft.RecoveryServices/vaults",
        path: "properties/securitySettings/immutabilitySettings/state",
        value: Set::Word("Locked"),
        days: None,
        message: "the immutability of the vault can never be turned off, and no backup deleted before its time",
    },
    Setting {
        kind: "Microsoft.DataProtection/backupVaults",
        path: "properties/securitySettings/immutabilitySettings/state",
        value: Set::Word("Locked"),
        days: None,
        message: "the immutability of the vault can never be turned off, and no backup deleted before its time",
    },
];

impl Setting {
    fn is_in(&self, said: &Value) -> bool {
        let found = Path::of_keys(self.path).find(said).map(Value::exposed);
        match (&self.value, found) {
            (Set::Word(word), Some(Value::String(found))) => found.eq_ignore_ascii_case(word),
            (Set::True, Some(Value::Bool(found))) => *found,
            _ => false,
        }
    }

    fn warning(&self, inputs: &Value) -> Warning {
        let days = self.days.and_then(|path| Path::of_keys(path).find(inputs)).map(Value::exposed);
        let lasting = match (self.days, days) {
            (None, _) => String::new(),
            (Some(_), Some(Value::Number(days))) => {
                format!("; nobody can delete or change what is written there for {days} days")
            }
            (Some(_), _) => {
                "; nobody can delete or change what is written there until its time is over".to_owned()
            }
        };
        let message = format!("{}{lasting}; this cannot be undone", self.message);
        Warning { path: Path::of_keys(self.path), message }
    }
}

/// What the inputs newly set of that.
pub(super) fn warnings(kind: &str, inputs: &Value, old: Option<&Existing<'_>>) -> Vec<Warning> {
    let was =
        |setting: &Setting| old.is_some_and(|old| setting.is_in(old.inputs) || setting.is_in(old.outputs));
    let new = SETTINGS
        .iter()
        .filter(|setting| setting.kind.eq_ignore_ascii_case(kind) && setting.is_in(inputs) && !was(setting));
    new.map(|setting| setting.warning(inputs)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ACCOUNT: &str = "Microsoft.Storage/storageAccounts";

    fn account(state: &str) -> Value {
        let policy = json!({"state": state, "immutabilityPeriodSinceCreationInDays": 2555});
        Value::from(json!({
            "properties": {"immutableStorageWithVersioning": {"enabled": true, "immutabilityPolicy": policy}}
        }))
    }

    #[test]
    fn a_lock_says_that_it_is_for_ever_and_how_long_data_stays() {
        let found = warnings(ACCOUNT, &account("locked"), None);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "the policy can never be unlocked or shortened; nobody can delete or change what is written there for \
             2555 days; this cannot be undone"
        );
        assert!(warnings(ACCOUNT, &account("Unlocked"), None).is_empty());
    }

    #[test]
    fn what_is_locked_already_is_no_news() {
        let (inputs, nothing) = (account("Locked"), Value::map());
        let by_hand = Existing { id: "/a", inputs: &nothing, outputs: &inputs };
        assert!(warnings(ACCOUNT, &inputs, Some(&by_hand)).is_empty());
        let unlocked = account("Unlocked");
        let before = Existing { id: "/a", inputs: &unlocked, outputs: &unlocked };
        assert_eq!(warnings(ACCOUNT, &inputs, Some(&before)).len(), 1);
    }

    #[test]
    fn every_setting_is_of_a_type_that_has_it_or_of_none_that_is_known() {
        assert!(crate::descriptor(ACCOUNT).is_some());
        for setting in SETTINGS {
            let Some(descriptor) = crate::descriptor(setting.kind) else { continue };
            let keys = setting.path.rsplit('/').next().unwrap_or_default();
            assert!(format!("{:?}", descriptor.body).contains(keys), "{}: {}", setting.kind, setting.path);
        }
    }
}
