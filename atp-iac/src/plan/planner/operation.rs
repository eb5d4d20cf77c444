//! What happens to one resource.

use super::Planner;
use crate::Urn;
use crate::plan::compare::Wanted;
use crate::plan::predict::Predicted;
use crate::plan::queries::Queries;
use crate::plan::together::Together;
use crate::plan::trigger::trigger;
use crate::plan::{Operation, OperationKind, PlanError};
use crate::program::Registration;
use crate::provider::Provider;
use crate::state::{Lifecycle, ResourceState};
use crate::value::Value;
use std::collections::BTreeSet;

impl Planner<'_> {
    pub(super) fn operation(
        &self,
        registration: &Registration,
        (old, inputs, provider): (Option<&ResourceState>, Value, &dyn Provider),
        queries: &Queries<'_>,
        together: &Together,
        predicted: &mut Predicted<'_>,
    ) -> Result<Operation, PlanError> {
        let Registration { urn, provider: provider_name, options, .. } = registration;
        let kind = urn.resource_type().to_owned();
        let (dependencies, queries) = queries.resolve(&registration.dependencies);
        let (lifecycle, triggered) = self.lifecycle(registration, old, predicted)?;
        let (action, changes, reason) = match old {
            None => (OperationKind::Create, Vec::new(), None),
            Some(old) => {
                let forced = together.forced(urn).or(triggered).or_else(|| self.asked_for(old));
                let wanted = Wanted { inputs: &inputs, provider_name, provider, options, forced };
                self.compare_around(registration, old, wanted, &dependencies, predicted)?
            }
        };
        self.predict(urn, action, &inputs, old, &lifecycle, provider, predicted);
        let waits_for_change =
            registration.dependencies.iter().any(|dependency| predicted.is_changed(dependency));
        let keeps_old = action != OperationKind::Same
            || waits_for_change
            || metadata_changed(old, &kind, &dependencies, &lifecycle);
        Ok(Operation {
            holds_data: provider.holds_data(&kind),
            kind,
            provider: provider_name.clone(),
            action,
            inputs,
            expression: Some(registration.inputs.clone()),
            changes,
            old: old.filter(|_| keeps_old).cloned().map(Box::new),
            dependencies,
            queries,
            lifecycle,
            options: Some(options.clone()),
            location: Some(registration.location),
            reason,
            goes_with: None,
            urn: urn.clone(),
        })
    }

    /// What later runs have to know of the options, and why the resource is replaced for its trigger.
    fn lifecycle(
        &self,
        registration: &Registration,
        old: Option<&ResourceState>,
        predicted: &Predicted<'_>,
    ) -> Result<(Lifecycle, Option<&'static str>), PlanError> {
        let mut lifecycle = Lifecycle::of(&registration.options);
        let Some(expression) = &registration.options.replacement_trigger else {
            return Ok((lifecycle, None));
        };
        let now = self.resolve(&registration.urn, expression, predicted)?;
        let made_with = old.and_then(|old| old.lifecycle.replacement_trigger.as_ref());
        let reason = trigger(now, made_with, &mut lifecycle);
        Ok((lifecycle, reason))
    }

    #[allow(clippy::too_many_arguments, reason = "what an operation is made of")]
    fn predict(
        &self,
        urn: &Urn,
        action: OperationKind,
        inputs: &Value,
        old: Option<&ResourceState>,
        lifecycle: &Lifecycle,
        provider: &dyn Provider,
        predicted: &mut Predicted<'_>,
    ) {
        if action == OperationKind::Same {
            // Those that are secret from now on are so for whoever uses them, too.
            if let Some(old) = old.filter(|old| old.lifecycle.secret_outputs != lifecycle.secret_outputs) {
                predicted.answer(urn, lifecycle.guard(old.outputs.clone(), inputs));
            }
            return;
        }
        let current = old.filter(|_| action == OperationKind::Update).map(|old| &old.outputs);
        let outputs = lifecycle.guard(provider.predict(urn.resource_type(), inputs, current), inputs);
        match action {
            // What was not finished may not be fit to be asked about; what is taken back is another object than before.
            OperationKind::Update if old.is_none_or(|old| !old.incomplete && !old.replaced) => {
                predicted.set(urn, outputs)
            }
            OperationKind::ReplaceDeleteFirst => predicted.delete_first(urn, outputs),
            _ => predicted.remake(urn, outputs),
        }
    }

    pub(in crate::plan) fn delete(&self, old: &ResourceState) -> Operation {
        let provider = self.providers.get(&old.provider);
        Operation {
            urn: old.urn.clone(),
            kind: old.kind.clone(),
            provider: old.provider.clone(),
            action: if old.lifecycle.retain.is_some() {
                OperationKind::Retain
            } else {
                OperationKind::Delete
            },
            inputs: old.inputs.clone(),
            expression: None,
            changes: Vec::new(),
            dependencies: old.dependencies.iter().cloned().collect(),
            queries: BTreeSet::new(),
            lifecycle: Lifecycle { protect: old.lifecycle.protect && !old.replaced, ..old.lifecycle.clone() },
            options: None,
            holds_data: provider.is_none_or(|provider| provider.holds_data(&old.kind)),
            location: None,
            reason: (old.lifecycle.retain.clone()).or_else(|| {
                old.replaced.then(|| "it was replaced, and deleting it is still owed".to_owned())
            }),
            goes_with: None,
            old: Some(Box::new(old.clone())),
        }
    }
}

fn metadata_changed(
    old: Option<&ResourceState>,
    kind: &str,
    dependencies: &BTreeSet<Urn>,
    lifecycle: &Lifecycle,
) -> bool {
    old.is_some_and(|old| {
        old.kind != kind || old.lifecycle != *lifecycle || !old.dependencies.iter().eq(dependencies.iter())
    })
}
