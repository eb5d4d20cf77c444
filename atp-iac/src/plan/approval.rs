//! Whether a plan stays within another one that people approved.
//!
//! Several stacks are shown in one preview, the later ones with what the earlier ones are only planned to give. When the
//! turn of a stack comes, it is planned anew, from what is known then. That plan needs no second approval as long as it
//! does nothing that the first one did not show.

use super::{Operation, OperationKind, Plan, agrees, first_difference};
use crate::Urn;
use crate::urn::UrnRefMap;
use std::fmt;

/// Something that a plan does and the approved one did not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// About which resource.
    pub urn: Urn,
    /// What was approved for it; `None` when it was not in that plan at all.
    pub approved: Option<OperationKind>,
    /// What would be done now.
    pub planned: OperationKind,
    /// The first property that is otherwise than what was approved, where the action is the same or a gentler one.
    pub property: Option<String>,
}

impl fmt::Display for Departure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.urn.name();
        let planned = verb(self.planned);
        match (&self.property, self.approved) {
            (Some(property), _) if property.is_empty() => {
                write!(f, "`{name}` would {planned} with other properties than those that were approved")
            }
            (Some(property), _) => {
                write!(f, "`{name}` would {planned} with another `{property}` than was approved")
            }
            (None, Some(approved)) if verb(approved) == planned => {
                write!(f, "`{name}` would {planned}, but it is another object than the approved one")
            }
            (None, Some(approved)) => {
                write!(f, "`{name}` would {planned}, and it was approved that it would {}", verb(approved))
            }
            (None, None) => write!(f, "`{name}` would {planned}, and the approved plan does not name it"),
        }
    }
}

pub(crate) fn verb(action: OperationKind) -> &'static str {
    match action {
        OperationKind::Same => "stay",
        OperationKind::Create => "be created",
        OperationKind::Update => "be updated",
        OperationKind::Replace => "be replaced",
        OperationKind::ReplaceDeleteFirst => "be replaced, the old one first",
        OperationKind::Delete => "be deleted",
        OperationKind::Retain => "stay and be forgotten",
        OperationKind::Read => "be read",
    }
}

/// Whether what was approved includes the action.
fn allows(approved: OperationKind, planned: OperationKind) -> bool {
    use OperationKind::{Create, Delete, Read, Replace, ReplaceDeleteFirst, Retain, Same, Update};
    match planned {
        Same | Read => true,
        Create | Update | Replace if approved == ReplaceDeleteFirst => true,
        // The first half of a replacement was done, or the old one went by itself.
        Create | Update | Delete if approved == Replace => true,
        Retain if approved == Delete => true,
        Create | Update | Replace | ReplaceDeleteFirst | Delete | Retain => approved == planned,
    }
}

impl Plan {
    /// What this plan does and the approved one did not say. Empty: whoever approved that one has approved this one.
    ///
    /// An operation stays within the approved one when its action is the same or a gentler one, such as an update where a
    /// replacement was approved, and every part of its inputs that was known then is the same now. What was unknown then
    /// may have become anything: it was shown as unknown.
    pub fn departures(&self, approved: &Plan) -> Vec<Departure> {
        let acts = |action| !matches!(action, OperationKind::Same | OperationKind::Read);
        let acting = self.operations.iter().filter(|operation| acts(operation.action));
        // A resource has more than one operation only while old copies of it are still to be deleted.
        let mut shown: UrnRefMap<'_, Vec<&Operation>> = UrnRefMap::default();
        for operation in &approved.operations {
            shown.entry(&operation.urn).or_default().push(operation);
        }
        let same = |urn: &Urn| shown.get(urn).map_or(&[][..], Vec::as_slice);
        let mut departures: Vec<Departure> =
            acting.clone().filter_map(|operation| departure(operation, same(&operation.urn))).collect();
        // A value that was unknown may turn out to be one that nobody can take back: that was not approved.
        for warning in self.warnings.iter().filter(|warning| !approved.warnings.contains(warning)) {
            let known = departures.iter().any(|departure| departure.urn == warning.urn);
            let operation = acting.clone().find(|operation| operation.urn == warning.urn && !known);
            departures.extend(operation.map(|operation| Departure {
                urn: warning.urn.clone(),
                approved: Some(operation.action),
                planned: operation.action,
                property: Some(warning.path.to_string()),
            }));
        }
        departures
    }
}

/// How an operation departs from those that were approved of the same resource.
fn departure(operation: &Operation, same: &[&Operation]) -> Option<Departure> {
    let Operation { urn, action, .. } = operation;
    let departure =
        |approved, property| Some(Departure { urn: urn.clone(), approved, planned: *action, property });
    // What was created half way is finished by an update.
    let finishes = |approved: OperationKind| {
        approved == OperationKind::Create
            && *action == OperationKind::Update
            && operation.old.as_ref().is_some_and(|old| old.incomplete)
    };
    let allowed = |candidate: &&Operation| allows(candidate.action, *action) || finishes(candidate.action);
    let allowing: Vec<&Operation> = same.iter().copied().filter(allowed).collect();
    let Some(nearest) = allowing.first() else {
        return departure(same.first().map(|candidate| candidate.action), None);
    };
    if allowing.iter().any(|candidate| covers(candidate, operation)) {
        return None;
    }
    let property = action.writes().then(|| first_difference(&nearest.inputs, &operation.inputs));
    departure(Some(nearest.action), property)
}

fn covers(approved: &Operation, planned: &Operation) -> bool {
    if planned.action.writes() {
        return approved.provider == planned.provider && agrees(&approved.inputs, &planned.inputs);
    }
    let id = |operation: &Operation| operation.old.as_ref().map(|old| old.id.to_ascii_lowercase());
    id(approved) == id(planned)
}
