//! What a plan was made from, as digests: enough to tell that something is otherwise, and what.

use crate::Urn;
use crate::config::ConfigTree;
use crate::history::known_object;
use crate::output::{Expression, Resolver};
use crate::plan::{Answers, Desired, Drift};
use crate::program::Registration;
use crate::secrets::{Digest, Fingerprints};
use crate::state::{ResourceState, StateView};
use crate::value::Value;
use std::collections::BTreeMap;

/// Digests of all that a plan was made from, but for the state as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::engine) struct Seen {
    /// What the program declares: resources and queries.
    pub declared: BTreeMap<Urn, String>,
    /// The outputs that it gives.
    pub outputs: BTreeMap<String, String>,
    /// Every value of the configuration, by its path.
    pub config: BTreeMap<String, String>,
    /// The objects, by URN and id.
    pub objects: BTreeMap<(Urn, String), Object>,
    /// What queries answered.
    pub answers: BTreeMap<Urn, String>,
}

/// One object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::engine) struct Object {
    /// As the state had it; `None` when it was found later.
    pub known: Option<String>,
    /// Its outputs as the plan started from them: those of the state, or what the cloud said; `None` when it was gone.
    pub read: Option<String>,
}

impl Seen {
    /// What the program and its configuration say.
    pub fn declare(&mut self, desired: &Desired, config: &ConfigTree, fingerprints: &Fingerprints) {
        let registrations = desired.registrations.iter();
        self.declared = registrations.map(|one| (one.urn.clone(), registration(one, fingerprints))).collect();
        let output = |(name, given): (&String, &Expression)| {
            (name.clone(), expression(fingerprints.digest(), given).finish())
        };
        self.outputs = desired.outputs.iter().map(output).collect();
        let value = |(path, value): (String, Value)| (path, fingerprints.digest().value(&value).finish());
        self.config = config.leaves().into_iter().map(value).collect();
    }

    /// What the state has, before anything was read.
    pub fn know(&mut self, state: &StateView, fingerprints: &Fingerprints) {
        for (key, known) in known(state, fingerprints) {
            self.objects.entry(key).or_default().known = Some(known);
        }
    }

    /// What the plan starts from.
    pub fn read(&mut self, state: &StateView, drift: &Drift, fingerprints: &Fingerprints) {
        for object in state.resources() {
            let mut digest = fingerprints.digest().value(&object.outputs);
            // What the cloud changed is not in the state before it is put right.
            for change in drift.get(&object.urn).filter(|_| !object.replaced).into_iter().flatten() {
                let now = change.after.as_ref().unwrap_or(&Value::Null);
                digest = digest.text(&change.path.to_string()).value(now);
            }
            self.objects.entry(key(object)).or_default().read = Some(digest.finish());
        }
    }

    /// What queries answered.
    pub fn answer(&mut self, answers: &Answers, fingerprints: &Fingerprints) {
        let answers = answers.iter();
        self.answers = answers
            .map(|(urn, answer)| (urn.clone(), fingerprints.digest().value(answer).finish()))
            .collect();
    }
}

/// A digest of every object of a state.
pub(super) fn known(state: &StateView, fingerprints: &Fingerprints) -> BTreeMap<(Urn, String), String> {
    state.resources().map(|object| (key(object), known_object(object, fingerprints))).collect()
}

fn key(object: &ResourceState) -> (Urn, String) {
    (object.urn.clone(), object.id.clone())
}

/// What is declared, as far as it is data: not where. Of closures only their names and what they take count; what they
/// make of it counts when the plan is made again.
fn registration(registration: &Registration, fingerprints: &Fingerprints) -> String {
    let Registration { provider, inputs, dependencies, options, is_query, .. } = registration;
    let digest = expression(fingerprints.digest().text(provider), inputs);
    let digest = digest.text(&format!("{dependencies:?} {options:?} {is_query}"));
    // In `Debug`, secrets are masked.
    match &options.replacement_trigger {
        Some(trigger) => expression(digest, trigger).finish(),
        None => digest.finish(),
    }
}

fn expression(digest: Digest, given: &Expression) -> Digest {
    match given {
        Expression::Value(value) => digest.text("value").value(value),
        Expression::Output(output) if output.dependencies().is_empty() => {
            // It comes from no resource: it is known now.
            match output.evaluate(&Nothing) {
                Ok(value) => digest.text("value").value(&value),
                Err(error) => digest.text("error").text(&error.to_string()),
            }
        }
        Expression::Output(output) => {
            digest.text("output").text(&output.origin()).text(&format!("{:?}", output.dependencies()))
        }
        Expression::List(items) => {
            let digest = digest.text("list").text(&items.len().to_string());
            items.iter().fold(digest, expression)
        }
        Expression::Map(entries) => {
            let digest = digest.text("map").text(&entries.len().to_string());
            entries.iter().fold(digest, |digest, (key, item)| expression(digest.text(key), item))
        }
        Expression::Secret(inner) => expression(digest.text("secret"), inner),
        Expression::Refused { path, problem } => digest.text("refused").text(path).text(problem),
    }
}

/// No outputs at all.
struct Nothing;

impl Resolver for Nothing {
    fn outputs(&self, _: &Urn) -> Option<&Value> {
        None
    }
}
