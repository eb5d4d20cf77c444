//! What differs between a resource and what the program says of it, and what has to be done about it.

use super::operation::hidden;
use super::predict::Predicted;
use super::{OperationKind, PlanError, Planner, chain};
use crate::Urn;
use crate::diff::Change;
use crate::output::Resolver;
use crate::program::Registration;
use crate::provider::{Existing, Provider};
use crate::resource::Options;
use crate::state::ResourceState;
use crate::value::Value;
use std::collections::BTreeSet;

/// What the program says of a resource.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'w> {
    pub inputs: &'w Value,
    pub provider_name: &'w str,
    pub provider: &'w dyn Provider,
    pub options: &'w Options,
    /// Why it is replaced, whatever differs.
    pub forced: Option<&'w str>,
}

impl Planner<'_> {
    pub(super) fn compare(
        &self,
        old: &ResourceState,
        wanted: Wanted<'_>,
    ) -> (OperationKind, Vec<Change>, Option<String>) {
        let Wanted { inputs, provider_name, provider, options, forced } = wanted;
        let existing = Existing { id: &old.id, inputs: &old.inputs, outputs: &old.outputs };
        let kind = old.urn.resource_type();
        let mut changes = provider.diff(kind, &existing, inputs);
        let mut reason = None;
        let counts = |change: &&Change| !options.ignore_changes.cover(&change.path);
        let drift = self.drift_of(old).filter(counts);
        let drift: Vec<&Change> = drift.collect();
        if !drift.is_empty() {
            reason = Some("it was changed outside of this program".to_owned());
            let new: Vec<Change> = drift
                .into_iter()
                .filter(|found| changes.iter().all(|change| change.path != found.path))
                .cloned()
                .collect();
            changes.extend(new);
        }
        changes.retain(|change| counts(&change));
        for Change { path, before, after, replaces } in &mut changes {
            *replaces |= options.replace_on_changes.touch(path, before.as_ref(), after.as_ref());
        }
        if old.replaced {
            reason = Some("it was replaced, and is taken back before it was deleted".to_owned());
        } else if old.incomplete {
            reason = Some("the last operation on it did not finish".to_owned());
        }
        let other_provider = old.provider != provider_name;
        if other_provider {
            reason = Some(format!("its provider changes from `{}` to `{provider_name}`", old.provider));
        }
        let other_type = is_retyped(old, inputs, provider);
        if other_type {
            reason = Some(format!("its type changes from `{}` to `{kind}`", old.kind));
        }
        if let Some(forced) = forced {
            reason = Some(forced.to_owned());
        }
        let replaces = |change: &Change| change.replaces;
        let action = if other_provider || other_type || forced.is_some() || changes.iter().any(replaces) {
            replacement(old, wanted)
        } else if !changes.is_empty() || old.incomplete || old.replaced {
            OperationKind::Update
        } else {
            OperationKind::Same
        };
        (action, changes, reason)
    }
}

impl Planner<'_> {
    /// The inputs of a resource as far as they are known. What is ignored is as in the state, or as the cloud was found.
    pub(super) fn inputs(
        &self,
        registration: &Registration,
        old: Option<&ResourceState>,
        resolver: &dyn Resolver,
    ) -> Result<Value, PlanError> {
        let inputs = self.resolve(&registration.urn, &registration.inputs, resolver)?;
        let ignored = &registration.options.ignore_changes;
        let Some(old) = old.filter(|_| !ignored.is_empty()) else { return Ok(inputs) };
        let drift = self.drift_of(old).filter(|change| ignored.cover(&change.path));
        let found =
            drift.fold(old.inputs.clone(), |inputs, change| change.path.put(inputs, change.after.clone()));
        Ok(ignored.keep(&found, inputs))
    }

    /// What the cloud changed of an object; of copies nobody looked.
    fn drift_of(&self, old: &ResourceState) -> impl Iterator<Item = &Change> {
        self.drift.get(&old.urn).filter(|_| !old.replaced).into_iter().flatten()
    }

    /// Compares a resource, and looks whether it is replaced around another one.
    pub(super) fn compare_around(
        &self,
        registration: &Registration,
        old: &ResourceState,
        wanted: Wanted<'_>,
        uses: &BTreeSet<Urn>,
        predicted: &Predicted<'_>,
    ) -> Result<(OperationKind, Vec<Change>, Option<String>), PlanError> {
        let (mut action, mut changes, mut reason) = self.compare(old, wanted);
        if action.replaces() {
            action = chain::order(action, old, predicted);
        } else if let Some(around) = self.replaced_around(registration, old, wanted, uses, predicted)? {
            (action, reason) = (OperationKind::ReplaceDeleteFirst, Some(around));
        }
        let hide = &wanted.options.hide_diff;
        if !hide.is_empty() {
            for Change { path, before, after, .. } in &mut changes {
                *before = before.take().map(|value| hidden(hide, path, value));
                *after = after.take().map(|value| hidden(hide, path, value));
            }
        }
        Ok((action, changes, reason))
    }
}

/// An alias may say that a resource had another type. It is the same object all the same, unless the cloud has it under
/// another id then.
fn is_retyped(old: &ResourceState, inputs: &Value, provider: &dyn Provider) -> bool {
    let kind = old.urn.resource_type();
    old.kind != kind && provider.id(kind, inputs).is_some_and(|id| !id.eq_ignore_ascii_case(&old.id))
}

/// The old one can stay until the new one is there, unless both would have the same id outside of the state, or the program
/// says otherwise.
fn replacement(old: &ResourceState, wanted: Wanted<'_>) -> OperationKind {
    let Wanted { inputs, provider, options, .. } = wanted;
    let kind = old.urn.resource_type();
    let id = provider.id(kind, inputs);
    let other_id = match id.map(|id| !id.eq_ignore_ascii_case(&old.id)) {
        Some(true) => Some(true),
        _ if provider.lives_in_state(kind) => Some(true),
        same_or_unknown => same_or_unknown,
    };
    match (other_id, options.delete_before_replace) {
        (Some(false), _) | (_, Some(true)) | (None, None) => OperationKind::ReplaceDeleteFirst,
        (Some(true), _) | (None, Some(false)) => OperationKind::Replace,
    }
}
