//! What is replaced around a resource that is deleted before its successor is made.
//!
//! Whoever uses such a resource has to do without it for a while. What can be changed in place does so: it lets go, or looks
//! again. What could not have any other one in that place, because the property cannot be changed, is replaced around it:
//! deleted before, and made again after. That goes on from one to the next.

use super::compare::Wanted;
use super::predict::Predicted;
use super::{OperationKind, PlanError, Planner};
use crate::Urn;
use crate::output::Resolver;
use crate::program::Registration;
use crate::state::ResourceState;
use crate::value::{Kind, Value};
use std::collections::BTreeSet;

/// Knows nothing of what is deleted first.
struct Forgetting<'p, 's> {
    predicted: &'p Predicted<'s>,
    nothing: Value,
}

impl Resolver for Forgetting<'_, '_> {
    fn outputs(&self, urn: &Urn) -> Option<&Value> {
        if self.predicted.is_deleted_first(urn) { Some(&self.nothing) } else { self.predicted.outputs(urn) }
    }
}

impl Planner<'_> {
    /// Why a resource that would stay is replaced around one that it uses.
    pub(super) fn replaced_around(
        &self,
        registration: &Registration,
        old: &ResourceState,
        wanted: Wanted<'_>,
        uses: &BTreeSet<Urn>,
        predicted: &Predicted<'_>,
    ) -> Result<Option<String>, PlanError> {
        let Some(first) = uses.iter().find(|urn| predicted.is_deleted_first(urn)) else { return Ok(None) };
        let forgetting = Forgetting { predicted, nothing: Value::unknown(Kind::Map, "") };
        let inputs = self.inputs(registration, Some(old), &forgetting)?;
        let (action, changes, _) = self.compare(old, Wanted { inputs: &inputs, ..wanted });
        let forcing = changes.iter().find(|change| change.replaces).filter(|_| action.replaces());
        Ok(forcing.map(|change| {
            format!("its `{}` is bound to `{}`, which is deleted first", change.path, first.name())
        }))
    }
}

/// The order of a replacement of what uses these: what was bound to something that is deleted first goes before it.
pub(super) fn order(action: OperationKind, old: &ResourceState, predicted: &Predicted<'_>) -> OperationKind {
    match action {
        OperationKind::Replace if old.dependencies.iter().any(|urn| predicted.is_deleted_first(urn)) => {
            OperationKind::ReplaceDeleteFirst
        }
        other => other,
    }
}
