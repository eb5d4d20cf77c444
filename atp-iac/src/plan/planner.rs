//! Compares what a program declares with the state, resource by resource.

use super::nested;
use super::predict::{Predicted, forget_id};
use super::queries::Queries;
use super::refusal::refusal;
use super::steps::StepGraph;
use super::{
    Answers, Base, Invalid, Irreversible, Operation, OperationKind, OutputChange, Plan, PlanError, Refusal,
    graph, retain,
};
use crate::diff::Change;
use crate::output::Expression;
use crate::program::Registration;
use crate::provider::{Existing, Provider, Warning};
use crate::secrets::Fingerprints;
use crate::state::{Lifecycle, ResourceState, StateView};
use crate::value::Value;
use crate::{StackName, Urn};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

/// What a program declares.
#[derive(Debug, Clone, Default)]
pub struct Desired {
    /// Its resources and queries, in its order.
    pub registrations: Vec<Registration>,
    /// Its outputs.
    pub outputs: BTreeMap<String, Expression>,
    /// The contract of its outputs.
    pub contract: u64,
}

/// For each resource that was read and differs: what the cloud changed of the properties that the program gave.
pub type Drift = BTreeMap<Urn, Vec<Change>>;

/// Makes plans for one stack.
pub struct Planner<'a> {
    /// Which stack.
    pub stack: &'a StackName,
    /// The providers, by name.
    pub providers: &'a BTreeMap<String, Arc<dyn Provider>>,
    /// What is there.
    pub state: &'a StateView,
    /// What was found changed, when the cloud was read before.
    pub drift: &'a Drift,
    /// Tells secrets apart; `None` when there is no key for it.
    pub fingerprints: Option<&'a Fingerprints>,
    /// What queries answered so far.
    pub answers: &'a Answers,
}

impl<'a> Planner<'a> {
    /// The plan that brings the stack to what the program declares. It is final when no query is
    /// [`unanswered`](Plan::unanswered).
    ///
    /// # Errors
    /// Everything wrong with the program that can be known without calling the cloud.
    pub fn plan(&self, desired: &Desired) -> Result<Plan, PlanError> {
        let order = graph::order(&desired.registrations)?;
        let mut predicted = Predicted::new(self.state);
        let mut queries = Queries::new(self.answers);
        let mut operations = Vec::with_capacity(order.len());
        let mut invalid = Vec::new();
        for registration in order.into_iter().map(|index| &desired.registrations[index]) {
            let inputs = self.resolve(&registration.urn, &registration.inputs, &predicted)?;
            let provider = self.provider(&registration.urn, &registration.provider)?;
            if registration.is_query {
                operations.extend(queries.plan(registration, inputs, &mut predicted));
                continue;
            }
            let kind = registration.urn.resource_type();
            invalid.extend(provider.check(kind, &inputs).into_iter().map(|problem| Invalid {
                urn: registration.urn.clone(),
                location: registration.location,
                problem,
            }));
            operations.push(self.operation(
                registration,
                inputs,
                provider.as_ref(),
                &queries,
                &mut predicted,
            ));
        }
        invalid.extend(nested::declared_twice(&operations, self.providers));
        if !invalid.is_empty() {
            return Err(PlanError::Invalid(invalid));
        }
        let outputs = self.outputs(&desired.outputs, &predicted)?;
        drop(predicted);
        self.deletes(&mut operations);
        let warnings = self.warnings(&operations);
        let unanswered = queries.unanswered;
        let plan = self.finish(operations, outputs, Some(desired.outputs.clone()), desired.contract)?;
        Ok(Plan { answers: self.answers.clone(), unanswered, warnings, ..plan })
    }

    /// The plan that deletes everything.
    ///
    /// # Errors
    /// When the dependencies in the state form a circle.
    pub fn plan_destroy(&self) -> Result<Plan, PlanError> {
        let mut operations = Vec::new();
        self.deletes(&mut operations);
        let outputs =
            self.state.outputs().iter().map(|(name, value)| {
                (name.clone(), OutputChange { before: Some(value.clone()), after: None })
            });
        self.finish(operations, outputs.collect(), None, self.state.contract())
    }

    fn finish(
        &self,
        mut operations: Vec<Operation>,
        outputs: BTreeMap<String, OutputChange>,
        output_expressions: Option<BTreeMap<String, Expression>>,
        contract: u64,
    ) -> Result<Plan, PlanError> {
        let base = Base { lineage: self.state.lineage().to_owned(), serial: self.state.serial() };
        let destroys = output_expressions.is_none();
        let mut refusals: Vec<Refusal> =
            operations.iter().filter_map(|operation| refusal(operation, destroys)).collect();
        refusals.extend(retain::replaced_around(&operations, self.state, self.providers));
        let steps = StepGraph::new(&mut operations)?;
        Ok(Plan {
            stack: self.stack.clone(),
            base,
            operations,
            steps,
            warnings: Vec::new(),
            refusals,
            outputs,
            output_expressions,
            contract,
            fingerprints: self.fingerprints.cloned(),
            answers: Answers::new(),
            unanswered: Vec::new(),
        })
    }

    fn resolve(
        &self,
        urn: &Urn,
        expression: &Expression,
        predicted: &Predicted<'_>,
    ) -> Result<Value, PlanError> {
        expression.resolve(predicted).map_err(|error| PlanError::Output { urn: urn.clone(), error })
    }

    fn provider(&self, urn: &Urn, name: &str) -> Result<&'a Arc<dyn Provider>, PlanError> {
        let missing = || PlanError::UnknownProvider { urn: urn.clone(), provider: name.to_owned() };
        self.providers.get(name).ok_or_else(missing)
    }

    fn operation(
        &self,
        registration: &Registration,
        inputs: Value,
        provider: &dyn Provider,
        queries: &Queries<'_>,
        predicted: &mut Predicted<'_>,
    ) -> Operation {
        let Registration { urn, provider: provider_name, dependencies, options, .. } = registration;
        let lifecycle = Lifecycle::of(options);
        let old = self.state.get(urn);
        let kind = urn.resource_type().to_owned();
        let (action, changes, reason) = match old {
            None => (OperationKind::Create, Vec::new(), None),
            Some(old) => self.compare(old, &inputs, provider_name, provider),
        };
        if action != OperationKind::Same {
            let current = old.filter(|_| action == OperationKind::Update).map(|old| &old.outputs);
            let outputs = provider.predict(&kind, &inputs, current);
            match action {
                // What was not finished may not be fit to be asked about.
                OperationKind::Update if old.is_none_or(|old| !old.incomplete) => predicted.set(urn, outputs),
                OperationKind::ReplaceDeleteFirst => predicted.remake(urn, forget_id(outputs, urn)),
                _ => predicted.remake(urn, outputs),
            }
        }
        let waits_for_change = dependencies.iter().any(|dependency| predicted.is_changed(dependency));
        let (dependencies, queries) = queries.resolve(dependencies);
        let keeps_old = action != OperationKind::Same
            || waits_for_change
            || metadata_changed(old, &dependencies, &lifecycle);
        Operation {
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
            urn: urn.clone(),
        }
    }

    fn outputs(
        &self,
        outputs: &BTreeMap<String, Expression>,
        predicted: &Predicted<'_>,
    ) -> Result<BTreeMap<String, OutputChange>, PlanError> {
        let before = self.state.outputs();
        let mut changes = BTreeMap::new();
        for (name, expression) in outputs {
            let after = expression.resolve(predicted).map_err(|error| {
                crate::ProgramError::Other(format!(
                    "the output `{name}` of the stack cannot be computed: {error}"
                ))
            })?;
            changes
                .insert(name.clone(), OutputChange { before: before.get(name).cloned(), after: Some(after) });
        }
        for (name, value) in before.iter().filter(|(name, _)| !outputs.contains_key(*name)) {
            changes.insert(name.clone(), OutputChange { before: Some(value.clone()), after: None });
        }
        Ok(changes)
    }

    fn delete(&self, old: &ResourceState) -> Operation {
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
            old: Some(Box::new(old.clone())),
        }
    }

    /// What is in the state and not in the program, and old copies whose deletion is still owed.
    fn deletes(&self, operations: &mut Vec<Operation>) {
        let declared: HashSet<Urn> = operations.iter().map(|operation| operation.urn.clone()).collect();
        let gone =
            self.state.resources().filter(|resource| resource.replaced || !declared.contains(&resource.urn));
        let deletes: Vec<Operation> = gone.map(|old| self.delete(old)).collect();
        operations.extend(deletes);
        retain::containers(operations, self.state, self.providers);
    }

    /// What the providers say of each write that cannot be undone.
    fn warnings(&self, operations: &[Operation]) -> Vec<Irreversible> {
        let writes = operations.iter().filter(|operation| operation.action.writes());
        let found = writes.filter_map(|operation| {
            // Of a replacement, nothing is left of what there was.
            let old = operation.old.as_deref().filter(|_| operation.action == OperationKind::Update);
            let old = old.map(|old| Existing { id: &old.id, inputs: &old.inputs, outputs: &old.outputs });
            let provider = self.providers.get(&operation.provider)?;
            let warnings = provider.warnings(&operation.kind, &operation.inputs, old.as_ref());
            Some(warnings.into_iter().map(|Warning { path, message }| Irreversible {
                urn: operation.urn.clone(),
                path,
                message,
            }))
        });
        found.flatten().collect()
    }
}

fn metadata_changed(
    old: Option<&ResourceState>,
    dependencies: &BTreeSet<Urn>,
    lifecycle: &Lifecycle,
) -> bool {
    old.is_some_and(|old| old.lifecycle != *lifecycle || !old.dependencies.iter().eq(dependencies.iter()))
}
