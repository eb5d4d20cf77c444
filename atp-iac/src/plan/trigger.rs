//! Values that a resource is replaced for when they change.

use super::agrees;
use crate::state::Lifecycle;
use crate::value::Value;

/// Puts the trigger into what the state will keep, and says why the resource is replaced for it. `made_with` is what the
/// trigger was when the resource was made; nothing is known of it where there was none then.
pub(super) fn trigger(
    now: Value,
    made_with: Option<&Value>,
    lifecycle: &mut Lifecycle,
) -> Option<&'static str> {
    let reason = match made_with {
        Some(_) if now.has_unknown() => Some("its replacement trigger is not known yet"),
        Some(before) if !agrees(&now, before) => Some("its replacement trigger changed"),
        _ => None,
    };
    lifecycle.replacement_trigger = match made_with {
        // That a value is not secret any more is nothing to write down.
        Some(before) if reason.is_none() && !now.has_secret() => Some(before.clone()),
        _ => Some(now),
    };
    reason
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Kind;

    fn replaced(now: Value, before: Option<Value>) -> (bool, Option<Value>) {
        let mut lifecycle = Lifecycle::default();
        let reason = trigger(now, before.as_ref(), &mut lifecycle);
        (reason.is_some(), lifecycle.replacement_trigger)
    }

    #[test]
    fn another_value_replaces_and_secrecy_is_no_other_value() {
        let (one, two) = (Value::from(1_i64), Value::from(2_i64));
        let secret = one.clone().into_secret();
        assert_eq!(replaced(two.clone(), Some(one.clone())), (true, Some(two)));
        assert_eq!(replaced(secret.clone(), Some(one.clone())), (false, Some(secret.clone())));
        assert_eq!(replaced(one.clone(), Some(secret.clone())), (false, Some(secret)));
        assert_eq!(replaced(one.clone(), None), (false, Some(one)));
    }

    #[test]
    fn what_is_not_known_may_be_another_value() {
        let unknown = Value::unknown(Kind::Any, "${a.b}");
        assert!(replaced(unknown.clone(), Some(1_i64.into())).0);
        assert!(!replaced(unknown, None).0);
    }
}
