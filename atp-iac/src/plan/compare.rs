//! What differs between a resource and what the program says of it, and what has to be done about it.

use super::{OperationKind, Planner};
use crate::diff::Change;
use crate::provider::{Existing, Provider};
use crate::state::ResourceState;
use crate::value::Value;

impl Planner<'_> {
    pub(super) fn compare(
        &self,
        old: &ResourceState,
        inputs: &Value,
        provider_name: &str,
        provider: &dyn Provider,
    ) -> (OperationKind, Vec<Change>, Option<String>) {
        let existing = Existing { id: &old.id, inputs: &old.inputs, outputs: &old.outputs };
        let mut changes = provider.diff(&old.kind, &existing, inputs);
        let mut reason = None;
        if let Some(drift) = self.drift.get(&old.urn).filter(|drift| !drift.is_empty()) {
            reason = Some("it was changed outside of this program".to_owned());
            let new: Vec<Change> = drift
                .iter()
                .filter(|found| changes.iter().all(|change| change.path != found.path))
                .cloned()
                .collect();
            changes.extend(new);
        }
        if old.incomplete {
            reason = Some("the last operation on it did not finish".to_owned());
        }
        let other_provider = old.provider != provider_name;
        if other_provider {
            reason = Some(format!("its provider changes from `{}` to `{provider_name}`", old.provider));
        }
        let action = if other_provider || changes.iter().any(|change| change.replaces) {
            replacement(old, inputs, provider)
        } else if !changes.is_empty() || old.incomplete {
            OperationKind::Update
        } else {
            OperationKind::Same
        };
        (action, changes, reason)
    }
}

/// The old one can stay until the new one is there, unless both would have the same id outside of the state.
fn replacement(old: &ResourceState, inputs: &Value, provider: &dyn Provider) -> OperationKind {
    match provider.id(&old.kind, inputs) {
        Some(id) if !id.eq_ignore_ascii_case(&old.id) => OperationKind::Replace,
        _ if provider.lives_in_state(&old.kind) => OperationKind::Replace,
        _ => OperationKind::ReplaceDeleteFirst,
    }
}
