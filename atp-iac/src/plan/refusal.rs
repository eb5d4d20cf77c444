//! What stands against single operations.

use super::{Operation, OperationKind, Refusal};

/// Why an operation may not be carried out: what it takes away is protected, unless that is ignored, or must stay.
pub(super) fn refusal(operation: &Operation, destroys: bool, ignore_protect: bool) -> Option<Refusal> {
    let what = match operation.action {
        OperationKind::Delete => "deleted",
        OperationKind::Replace | OperationKind::ReplaceDeleteFirst => "replaced",
        _ => return None,
    };
    let (urn, name) = (operation.urn.clone(), operation.urn.name());
    let declared = (operation.location.map(|location| location.to_string()))
        .or_else(|| operation.old.as_ref().and_then(|old| old.location.clone()));
    let at = declared.map(|location| format!(" at {location}")).unwrap_or_default();
    if operation.lifecycle.protect && !ignore_protect {
        let hint = match (operation.location, destroys) {
            (Some(_), _) => format!("take `protect` off it{at}, or undo the change that forces this"),
            (None, true) => format!(
                "take `protect` off it{at} and run `up`, which writes that down, then destroy; where it comes from \
                 the configuration: `up --set protect=false`"
            ),
            (None, false) => {
                "put it back into the program without `protect`, run `up`, then remove it".to_owned()
            }
        };
        return Some(Refusal { urn, message: format!("`{name}` is protected and would be {what}"), hint });
    }
    let kept = operation.lifecycle.retain.as_ref()?;
    Some(Refusal {
        urn,
        message: format!("`{name}` must stay and would be {what}: {kept}"),
        hint: format!(
            "undo the change that forces this; declare the new one under another name{at}, and the old one stays and \
             is forgotten; or take `retain_on_delete` off it"
        ),
    })
}
