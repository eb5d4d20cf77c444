//! Which queries can be asked before the plan, and what stands for those that cannot.

use super::predict::Predicted;
use super::{Answers, Operation, OperationKind, Question};
use crate::Urn;
use crate::program::Registration;
use crate::state::Lifecycle;
use crate::value::{Kind, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The queries of a program, as far as it was planned.
pub(super) struct Queries<'a> {
    answers: &'a Answers,
    /// For each query, the resources that it waits for.
    waits_for: BTreeMap<Urn, BTreeSet<Urn>>,
    /// Those that are asked while the plan is carried out.
    deferred: BTreeSet<Urn>,
    /// Those that can be asked before the plan, and were not.
    pub unanswered: Vec<Question>,
}

impl<'a> Queries<'a> {
    pub(super) fn new(answers: &'a Answers) -> Self {
        Queries { answers, waits_for: BTreeMap::new(), deferred: BTreeSet::new(), unanswered: Vec::new() }
    }

    /// The dependencies with, in the place of each query, the resources that it waits for; and the queries that have to
    /// be asked first.
    pub(super) fn resolve(&self, dependencies: &BTreeSet<Urn>) -> (BTreeSet<Urn>, BTreeSet<Urn>) {
        let mut resources = BTreeSet::new();
        let mut queries = BTreeSet::new();
        for urn in dependencies {
            match self.waits_for.get(urn) {
                Some(waits_for) => resources.extend(waits_for.iter().cloned()),
                None => drop(resources.insert(urn.clone())),
            }
            if self.deferred.contains(urn) {
                queries.insert(urn.clone());
            }
        }
        (resources, queries)
    }

    /// Plans a query whose inputs are known as far as they are: the step that asks it, if it is asked that late.
    pub(super) fn plan(
        &mut self,
        registration: &Registration,
        inputs: Value,
        predicted: &mut Predicted<'_>,
    ) -> Option<Operation> {
        let Registration { urn, provider, inputs: expression, dependencies, location, .. } =
            registration.clone();
        let (resources, queries) = self.resolve(&dependencies);
        let early = queries.is_empty()
            && !inputs.has_unknown()
            && !resources.iter().any(|resource| predicted.is_remade(resource));
        self.waits_for.insert(urn.clone(), resources.clone());
        let unknown = || Value::unknown(Kind::Map, format!("${{{}}}", urn.name()));
        if early {
            match self.answers.get(&urn) {
                Some(answer) => predicted.answer(&urn, answer.clone()),
                None => {
                    predicted.answer(&urn, unknown());
                    self.unanswered.push(Question { urn, provider, inputs, location });
                }
            }
            return None;
        }
        predicted.set(&urn, unknown());
        self.deferred.insert(urn.clone());
        Some(Operation {
            kind: urn.resource_type().to_owned(),
            urn,
            provider,
            action: OperationKind::Read,
            inputs,
            expression: Some(expression),
            changes: Vec::new(),
            old: None,
            dependencies: resources,
            queries,
            lifecycle: Lifecycle::default(),
            options: None,
            holds_data: false,
            location: Some(location),
            reason: None,
            goes_with: None,
        })
    }
}
