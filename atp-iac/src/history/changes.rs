//! What is otherwise in a state than before, as digests.

use crate::Urn;
use crate::secrets::Fingerprints;
use crate::state::{ResourceState, StateView};
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A resource that is otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Which.
    pub urn: String,
    /// In which way.
    pub operation: How,
    /// Of what moved: the URN that it had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Digest of what was known of it, with the key of the stack.
    pub before: Option<String>,
    /// Digest of what is known of it.
    pub after: Option<String>,
}

/// In which way a resource is otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// It is new.
    Created,
    /// It is the same object.
    Updated,
    /// It is another object.
    Replaced,
    /// It is called otherwise.
    Moved,
    /// It is gone, or not managed any more.
    Deleted,
}

impl std::fmt::Display for How {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            How::Created => "created",
            How::Updated => "updated",
            How::Replaced => "replaced",
            How::Moved => "moved",
            How::Deleted => "deleted",
        })
    }
}

/// An output of the stack that is otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedOutput {
    /// Its name.
    pub name: String,
    /// Digest of its value before.
    pub before: Option<String>,
    /// Digest of its value now.
    pub after: Option<String>,
}

/// Every resource and every output that is otherwise, by name. Of a resource with copies that wait for their deletion, all
/// objects count as one.
pub(crate) fn changes(
    before: &StateView,
    after: &StateView,
    fingerprints: &Fingerprints,
) -> (Vec<Changed>, Vec<ChangedOutput>) {
    (resources(before, after, fingerprints), outputs(before.outputs(), after.outputs(), fingerprints))
}

/// All objects of one resource.
type Objects<'v> = Vec<&'v Arc<ResourceState>>;

/// The resources of which an object is not in the other state just so.
fn touched<'v>(of: &'v StateView, other: &StateView) -> BTreeSet<&'v Urn> {
    let known: BTreeMap<(&Urn, &str), &Arc<ResourceState>> =
        other.shared_resources().map(|one| ((&one.urn, one.id.as_str()), one)).collect();
    let same = |one: &Arc<ResourceState>| {
        let other = known.get(&(&one.urn, one.id.as_str()));
        other.is_some_and(|other| Arc::ptr_eq(one, other) || one.same_content(other))
    };
    of.shared_resources().filter(|one| !same(one)).map(|one| &one.urn).collect()
}

fn resources(before: &StateView, after: &StateView, fingerprints: &Fingerprints) -> Vec<Changed> {
    let urns: BTreeSet<&Urn> = touched(before, after).into_iter().chain(touched(after, before)).collect();
    let (had, has) = (objects(before, &urns), objects(after, &urns));
    let moved: BTreeMap<&str, &Urn> = urns
        .iter()
        .filter(|urn| after.get(urn).is_none())
        .filter_map(|urn| before.get(urn))
        .map(|gone| (gone.id.as_str(), &gone.urn))
        .collect();
    let from = |urn: &Urn| match (before.get(urn), after.get(urn)) {
        (None, Some(new)) => moved.get(new.id.as_str()).copied(),
        _ => None,
    };
    let left: BTreeSet<&Urn> = urns.iter().filter_map(|urn| from(urn)).collect();
    let digest = |objects: Option<&Objects<'_>>| objects.map(|objects| digest(objects, fingerprints));
    let mut changed = Vec::new();
    for urn in urns.iter().filter(|urn| !left.contains(*urn)) {
        let from = from(urn);
        let old = before.get(from.unwrap_or(urn));
        let operation = match (from, old, after.get(urn)) {
            (Some(_), ..) => How::Moved,
            (None, None, Some(_)) => How::Created,
            (None, Some(old), Some(new)) if !old.id.eq_ignore_ascii_case(&new.id) => How::Replaced,
            (None, Some(_), None) => How::Deleted,
            // Also where only copies that wait for their deletion are concerned.
            (None, ..) => How::Updated,
        };
        changed.push(Changed {
            urn: urn.to_string(),
            operation,
            from: from.map(Urn::to_string),
            before: digest(had.get(from.unwrap_or(urn))),
            after: digest(has.get(urn)),
        });
    }
    changed
}

fn objects<'v>(view: &'v StateView, urns: &BTreeSet<&Urn>) -> BTreeMap<&'v Urn, Objects<'v>> {
    let mut objects: BTreeMap<&Urn, Objects<'_>> = BTreeMap::new();
    for one in view.shared_resources().filter(|one| urns.contains(&one.urn)) {
        objects.entry(&one.urn).or_default().push(one);
    }
    objects
}

fn digest(objects: &Objects<'_>, fingerprints: &Fingerprints) -> String {
    let known =
        |object: &&Arc<ResourceState>| format!("{} {}", object.id, known_object(object, fingerprints));
    let mut known: Vec<String> = objects.iter().map(known).collect();
    known.sort();
    known.iter().fold(fingerprints.digest(), |digest, one| digest.text(one)).finish()
}

/// All that the state says of an object, but for when it was changed and where it was declared.
pub(crate) fn known_object(object: &ResourceState, fingerprints: &Fingerprints) -> String {
    let ResourceState { provider, inputs, outputs, dependencies, lifecycle, .. } = object;
    let flags = (object.replaced, object.incomplete, object.tainted);
    let digest = fingerprints.digest().text(provider).value(inputs).value(outputs);
    let trigger = lifecycle.replacement_trigger.as_ref().unwrap_or(&Value::Null);
    digest.text(&format!("{dependencies:?} {lifecycle:?} {flags:?}")).value(trigger).finish()
}

fn outputs(
    before: &BTreeMap<String, Value>,
    after: &BTreeMap<String, Value>,
    fingerprints: &Fingerprints,
) -> Vec<ChangedOutput> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let digest = |value: Option<&Value>| value.map(|value| fingerprints.digest().value(value).finish());
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    changed
        .map(|name| ChangedOutput {
            name: name.clone(),
            before: digest(before.get(name)),
            after: digest(after.get(name)),
        })
        .collect()
}
