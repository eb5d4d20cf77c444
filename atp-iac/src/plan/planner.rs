//! Compares what a program declares with the state, resource by resource.

mod around;
mod operation;

use super::hooks;
use super::nested;
use super::partial::missing;
use super::predict::Predicted;
use super::queries::Queries;
use super::refusal::refusal;
use super::selection::{needed, undermined};
use super::steps::StepGraph;
use super::together::{Together, go_together};
use super::{
    Answers, Base, Invalid, LeftOut, Operation, OutputChange, Pattern, Plan, PlanError, Preparation,
    Question, Refusal, Selected, Selection, graph, retain,
};
use crate::diff::Change;
use crate::output::{Expression, Resolver};
use crate::program::Registration;
use crate::provider::Provider;
use crate::resource::Hook;
use crate::secrets::Fingerprints;
use crate::state::StateView;
use crate::value::Value;
use crate::{StackName, Urn};
use std::collections::{BTreeMap, HashMap, HashSet};
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
    /// Hooks for the deletion of what it does not declare any more, by name.
    pub delete_hooks: BTreeMap<String, Hook>,
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
    /// Lets what is protected be deleted and replaced.
    pub ignore_protect: bool,
    /// What the plan is about.
    pub selection: &'a Selection,
    /// What is replaced though nothing forces it.
    pub replace: &'a [Pattern],
}

/// What happens to what is declared.
struct Attempt {
    operations: Vec<Operation>,
    outputs: BTreeMap<String, OutputChange>,
    output_expressions: BTreeMap<String, Expression>,
    unanswered: Vec<Question>,
}

impl<'a> Planner<'a> {
    /// The plan that brings the stack to what the program declares. It is final when no query is
    /// [`unanswered`](Plan::unanswered).
    ///
    /// # Errors
    /// Everything wrong with the program that can be known without calling the cloud.
    pub fn plan(&self, desired: &Desired) -> Result<Plan, PlanError> {
        let order = graph::order(&desired.registrations)?;
        let mut together = Together::new(desired)?;
        let selected = self.selection.select(self.stack, self.state, Some(desired), false)?;
        let torn = if selected.is_all() { Vec::new() } else { needed(desired, &selected, self.state) };
        if !torn.is_empty() {
            return Err(PlanError::Torn(torn));
        }
        let mut left_out = self.left_out(Some(desired), &selected);
        left_out.unmatched.extend(self.unmatched_replacements(desired)?);
        let missing = missing(desired, &order, &left_out);
        loop {
            let Attempt { mut operations, outputs, output_expressions, unanswered } =
                self.attempt(desired, &order, &together, (&selected, &missing))?;
            // Each time takes one more resource, so this ends.
            if together.extend(&operations, self.state) {
                continue;
            }
            self.deletes(&mut operations, &selected);
            let warnings = self.warnings(&operations);
            let plan = self.finish(operations, outputs, Some(desired), false, &selected)?;
            let output_expressions = Some(output_expressions);
            let answers = self.answers.clone();
            return Ok(Plan { answers, unanswered, warnings, left_out, output_expressions, ..plan });
        }
    }

    /// What happens to what is declared, given what is replaced together.
    fn attempt(
        &self,
        desired: &Desired,
        order: &[usize],
        together: &Together,
        (selected, missing): (&Selected, &HashSet<&Urn>),
    ) -> Result<Attempt, PlanError> {
        let mut predicted = Predicted::new(self.state);
        let mut queries = Queries::new(self.answers);
        let mut operations = Vec::with_capacity(order.len());
        let mut invalid = Vec::new();
        for registration in order.iter().map(|index| &desired.registrations[*index]) {
            let old = self.state.get(&registration.urn).filter(|_| !registration.is_query);
            if !registration.is_query && !selected.has(&registration.urn) {
                operations.extend(old.map(|old| self.left_alone(registration, old)));
                continue;
            }
            if missing.contains(&registration.urn) {
                continue;
            }
            let inputs = self.inputs(registration, old, &predicted)?;
            let provider = self.provider(&registration.urn, &registration.provider)?;
            if registration.is_query {
                operations.extend(queries.plan(registration, inputs, &mut predicted));
                continue;
            }
            let (old, inputs) = match self.taken_back(&registration.urn, &inputs, provider.as_ref()) {
                Some(copy) => (Some(copy), self.inputs(registration, Some(copy), &predicted)?),
                None => (old, inputs),
            };
            let kind = registration.urn.resource_type();
            invalid.extend(provider.check(kind, &inputs).into_iter().map(|problem| Invalid {
                urn: registration.urn.clone(),
                location: registration.location,
                problem,
            }));
            let wanted = (old, inputs, provider.as_ref());
            let operation = self.operation(registration, wanted, &queries, together, &mut predicted)?;
            operations.push(operation);
        }
        invalid.extend(nested::declared_twice(&operations, self.providers));
        if !invalid.is_empty() {
            return Err(PlanError::Invalid(invalid));
        }
        let output_expressions = self.computable(desired, missing);
        let outputs = self.outputs(&output_expressions, &predicted)?;
        Ok(Attempt { operations, outputs, output_expressions, unanswered: queries.unanswered })
    }

    /// The plan that deletes everything that is selected. The program, if it ran, gives the hooks around that.
    ///
    /// # Errors
    /// When the dependencies in the state form a circle; when something that is not selected depends on what is.
    pub fn plan_destroy(&self, program: Option<&Desired>) -> Result<Plan, PlanError> {
        let selected = self.selection.select(self.stack, self.state, None, false)?;
        let left_out = self.left_out(None, &selected);
        let mut operations = Vec::new();
        self.deletes(&mut operations, &selected);
        let declared = program.iter().flat_map(|program| &program.registrations);
        let options: HashMap<&Urn, _> = declared.map(|one| (&one.urn, &one.options)).collect();
        for operation in operations.iter_mut().filter(|one| !one.lifecycle.delete_hooks.is_empty()) {
            operation.options = options.get(&operation.urn).copied().cloned();
        }
        let before = self.state.outputs();
        let (outputs, kept) = match left_out.is_empty() {
            true => {
                let dropped = |value: &Value| OutputChange { before: Some(value.clone()), after: None };
                (before.iter().map(|(name, value)| (name.clone(), dropped(value))).collect(), None)
            }
            // What is left may still be asked for what it gives to others.
            false => {
                let kept = before.iter().map(|(name, value)| (name.clone(), Expression::from(value.clone())));
                (BTreeMap::new(), Some(kept.collect()))
            }
        };
        let plan = self.finish(operations, outputs, program, true, &selected)?;
        Ok(Plan { left_out, output_expressions: kept, ..plan })
    }

    fn finish(
        &self,
        mut operations: Vec<Operation>,
        outputs: BTreeMap<String, OutputChange>,
        program: Option<&Desired>,
        destroys: bool,
        selected: &Selected,
    ) -> Result<Plan, PlanError> {
        let base = Base { lineage: self.state.lineage().to_owned(), serial: self.state.serial() };
        go_together(&mut operations);
        let torn = if selected.is_all() {
            Vec::new()
        } else {
            undermined(&operations, selected, self.state, self.providers)
        };
        if !torn.is_empty() {
            return Err(PlanError::Torn(torn));
        }
        let no_hooks = BTreeMap::new();
        let given = program.map_or(&no_hooks, |program| &program.delete_hooks);
        let unhooked = hooks::give(&mut operations, given, destroys && program.is_none());
        let refused =
            operations.iter().filter_map(|operation| refusal(operation, destroys, self.ignore_protect));
        let mut refusals: Vec<Refusal> = refused.collect();
        refusals.extend(retain::replaced_around(&operations, self.state, self.providers));
        refusals.extend(unhooked);
        refusals.extend(self.lasting(&operations));
        let steps = StepGraph::new(&mut operations)?;
        Ok(Plan {
            stack: self.stack.clone(),
            base,
            preparation: Preparation::default(),
            notices: Vec::new(),
            proposals: Vec::new(),
            operations,
            steps,
            warnings: Vec::new(),
            refusals,
            left_out: LeftOut::default(),
            outputs,
            output_expressions: None,
            contract: program.filter(|_| !destroys).map_or(self.state.contract(), |program| program.contract),
            fingerprints: self.fingerprints.cloned(),
            answers: Answers::new(),
            unanswered: Vec::new(),
        })
    }

    pub(super) fn resolve(
        &self,
        urn: &Urn,
        expression: &Expression,
        resolver: &dyn Resolver,
    ) -> Result<Value, PlanError> {
        expression.resolve(resolver).map_err(|error| PlanError::Output { urn: urn.clone(), error })
    }

    fn provider(&self, urn: &Urn, name: &str) -> Result<&'a Arc<dyn Provider>, PlanError> {
        let missing = || PlanError::UnknownProvider { urn: urn.clone(), provider: name.to_owned() };
        self.providers.get(name).ok_or_else(missing)
    }
}
