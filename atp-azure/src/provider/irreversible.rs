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
    /// Whether what has it cannot be deleted either.
    stays: bool,
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
        stays: false,
        message: "the policy can never be unlocked or shortened",
    },
    Setting {
        kind: "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies",
        path: "properties/state",
        value: Set::Word("Locked"),
        days: Some("properties/immutabilityPeriodSinceCreationInDays"),
        stays: true,
        message: "the policy can never be unlocked or shortened",
    },
    Setting {
        kind: "Microsoft.Sql/servers/databases",
        path: "properties/isLedgerOn",
        value: Set::True,
        days: None,
        stays: false,
        message: "a ledger database can never become an ordinary one: every table in it is a ledger table",
    },
    Setting {
        kind: "Microsoft.RecoveryServices/vaults",
        path: "properties/securitySettings/immutabilitySettings/state",
        value: Set::Word("Locked"),
        days: None,
        stays: false,
        message: "the immutability of the vault can never be turned off, and no backup deleted before its time",
    },
    Setting {
        kind: "Microsoft.DataProtection/backupVaults",
        path: "properties/securitySettings/immutabilitySettings/state",
        value: Set::Word("Locked"),
        days: None,
        stays: false,
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

    /// What is said of it, as far as that is known.
    fn said<'v>(path: &str, said: &'v Value) -> Option<&'v Value> {
        Path::of_keys(path).find(said).map(Value::exposed).filter(|value| !value.has_unknown())
    }

    /// Whether inputs say something else of it, or of its days less. What they leave out stays as it is.
    fn is_loosened(&self, old: &Existing<'_>, inputs: &Value) -> bool {
        let days = |said: &Value| match Setting::said(self.days?, said) {
            Some(Value::Number(days)) => days.as_i64(),
            _ => None,
        };
        let before = days(old.outputs).or_else(|| days(old.inputs));
        let is_shorter = before.zip(days(inputs)).is_some_and(|(before, now)| now < before);
        is_shorter || (Setting::said(self.path, inputs).is_some() && !self.is_in(inputs))
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

/// What is set of that, and would be taken back by these inputs, or without any by a deletion.
pub(super) fn lasting(kind: &str, old: &Existing<'_>, inputs: Option<&Value>) -> Vec<Warning> {
    let lost = SETTINGS.iter().filter(|setting| {
        setting.kind.eq_ignore_ascii_case(kind)
            && (setting.is_in(old.inputs) || setting.is_in(old.outputs))
            && inputs.map_or(setting.stays, |inputs| setting.is_loosened(old, inputs))
    });
    let warning = |setting: &Setting| Warning {
        path: Path::of_keys(setting.path),
        message: setting.message.to_owned(),
    };
    lost.map(warning).collect()
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
    fn what_is_locked_is_not_unlocked_or_shortened_and_a_policy_of_its_own_not_deleted() {
        let (locked, nothing) = (account("Locked"), Value::map());
        let by_hand = Existing { id: "/a", inputs: &nothing, outputs: &locked };
        let found = lasting(ACCOUNT, &by_hand, Some(&account("Unlocked")));
        assert_eq!(found[0].message, "the policy can never be unlocked or shortened");
        assert!(lasting(ACCOUNT, &by_hand, Some(&locked)).is_empty());
        assert!(lasting(ACCOUNT, &by_hand, Some(&nothing)).is_empty(), "what is left out stays");
        assert!(lasting(ACCOUNT, &by_hand, None).is_empty(), "an account goes when nothing is in it");
        let open = account("Unlocked");
        let unlocked = Existing { id: "/a", inputs: &open, outputs: &open };
        assert!(lasting(ACCOUNT, &unlocked, Some(&locked)).is_empty());
        let policy = |days: i64| {
            let properties = json!({"state": "Locked", "immutabilityPeriodSinceCreationInDays": days});
            Value::from(json!({"properties": properties}))
        };
        const POLICY: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies";
        let year = policy(365);
        let old = Existing { id: "/p", inputs: &year, outputs: &year };
        let count = |inputs: Option<&Value>| lasting(POLICY, &old, inputs).len();
        assert_eq!((count(Some(&policy(366))), count(Some(&policy(364))), count(None)), (0, 1, 1));
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
