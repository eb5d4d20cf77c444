//! The port to a cloud: what the engine asks of whoever manages resources.
//!
//! A provider has two halves. The first is pure: it checks inputs, says which id a resource will have, and compares.
//! The second calls the cloud. The engine decides what is called and when; a provider never keeps state of its own.
//!
//! What a type does by time, such as being due for a replacement, is compared with the clock that the provider was made
//! with ([`Clock`](crate::ports::Clock)): asking such a port calls nobody, and a test that holds the clock gets the same
//! plan each time.
//!
//! Whether a provider keeps all that is asked for here is found out by
//! [`Conformance`](crate::testing::conformance::Conformance).

use crate::diff::{Change, Exact, compare};
use crate::migrate::{Counterpart, Foreign, ForeignFile};
use crate::value::{Path, Value};
use async_trait::async_trait;
use futures::StreamExt;
use std::collections::BTreeMap;
use std::time::Duration;

/// Manages the resources of some types.
///
/// Inputs are what the program said, with unknown parts during a plan and none during an apply. Outputs are what the
/// cloud said. Both are maps.
#[async_trait]
pub trait Provider: Send + Sync {
    /// The name that resource types give as their provider, such as `azure`.
    fn name(&self) -> &str;

    /// Which cloud this is, for people: shown on every screen.
    fn describe(&self) -> String;

    /// Whether the cloud is there and lets this run in. Asked once before anything is done, so that what every call
    /// would fail with is said once.
    async fn verify(&self) -> Result<(), ProviderError> {
        Ok(())
    }

    /// What is wrong with the inputs, as far as they are known. Empty when nothing is.
    fn check(&self, kind: &str, inputs: &Value) -> Vec<Problem>;

    /// The id that the resource has or will have, when its inputs determine it and are known.
    fn id(&self, kind: &str, inputs: &Value) -> Option<String>;

    /// The outputs to expect of a resource with these inputs: unknown where only the cloud can tell. `current` is what
    /// the cloud said last, when the resource is there already.
    fn predict(&self, kind: &str, inputs: &Value, current: Option<&Value>) -> Value;

    /// What would change, and whether it can be changed in place. An unknown part of `new` counts as changed. Unless told,
    /// every difference of the inputs, which can all be changed in place.
    fn diff(&self, _kind: &str, old: &Existing<'_>, new: &Value) -> Vec<Change> {
        compare(old.inputs, new, &Exact)
    }

    /// What of the properties that the program gave differs between what the cloud said when they were applied, and
    /// what it says now.
    fn drift(&self, kind: &str, old: &Existing<'_>, observed: &Value) -> Vec<Change>;

    /// Whether resources of a type hold data that is lost when they are deleted. Those that nothing is known of do.
    fn holds_data(&self, _kind: &str) -> bool {
        true
    }

    /// What a create, or an update of `old`, does that nobody can undo, as far as the inputs are known.
    fn warnings(&self, _kind: &str, _inputs: &Value, _old: Option<&Existing<'_>>) -> Vec<Warning> {
        Vec::new()
    }

    /// What nobody can take back of `old`, and an update to these inputs would, or without any its deletion. Such a plan is
    /// refused before anything is called.
    fn lasting(&self, _kind: &str, _old: &Existing<'_>, _inputs: Option<&Value>) -> Vec<Warning> {
        Vec::new()
    }

    /// For how long reads may not show what was made a moment ago. After a crash, what a call was to make is not called
    /// missing before.
    fn appears_within(&self) -> Duration {
        Duration::ZERO
    }

    /// Whether a resource is deleted with another one, because it lies in it, by their ids. Ids are paths, unless a
    /// provider says otherwise.
    fn lies_in(&self, id: &str, container: &str) -> bool {
        let start = id.as_bytes().get(..container.len());
        !container.is_empty()
            && start.is_some_and(|start| start.eq_ignore_ascii_case(container.as_bytes()))
            && id.as_bytes().get(container.len()) == Some(&b'/')
    }

    /// Whether resources of a type exist in the state and nowhere else, such as a generated password. The engine reads
    /// nothing of them: a refresh leaves them as the state has them, a call that was cut off had no effect, and a new one
    /// never stands in the way of the old one. Their [`read`](Self::read) is for imports alone: what an id says.
    fn lives_in_state(&self, _kind: &str) -> bool {
        false
    }

    /// Writes with the same key do not run at the same time, such as those to the subnets of one network.
    fn serial_key(&self, _kind: &str, _id: &str) -> Option<String> {
        None
    }

    /// The parts of a resource that could also be declared as resources of their own, such as the subnets of a network,
    /// as far as their ids are known. `said` is what the program or the cloud said of the resource with this id.
    fn nested(&self, _kind: &str, _id: &str, _said: &Value) -> Vec<Nested> {
        Vec::new()
    }

    /// What the program or the cloud said of a resource with a part more, or with another in its place; `child` is one as
    /// [`nested`](Self::nested) tells of them.
    fn with_nested(&self, _kind: &str, said: &Value, _child: &Nested) -> Value {
        said.clone()
    }

    /// The inputs of a resource without one of its [`nested`](Self::nested) parts.
    fn without_nested(&self, _kind: &str, inputs: &Value, _child: &Nested) -> Value {
        inputs.clone()
    }

    /// Creates a resource. Fails when it is already there.
    async fn create(&self, request: Request<'_>) -> Result<Object, ProviderError>;

    /// Reads a resource; `None` when it is not there.
    async fn read(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError>;

    /// Reads several resources, `parallel` calls at a time: the answers are those that [`read`](Self::read) would give,
    /// in the order of `known`. A provider that can list resources needs fewer calls than one for each.
    async fn read_many(
        &self,
        known: &[Known<'_>],
        parallel: usize,
    ) -> Vec<Result<Option<Value>, ProviderError>> {
        let reads: Vec<_> = known.iter().map(|known| self.read(known.target)).collect();
        futures::stream::iter(reads).buffered(parallel.max(1)).collect().await
    }

    /// Brings a resource that is there to these inputs.
    async fn update(&self, request: Request<'_>, old: &Existing<'_>) -> Result<Object, ProviderError>;

    /// The inputs that a program would give for what the cloud has: without what only the service sets, and without what
    /// it would set by itself anyway where that is known. `None`: the provider does not support importing.
    fn inputs_of(&self, _kind: &str, _id: &str, _outputs: &Value) -> Option<Value> {
        None
    }

    /// Everything that is in `scope`, such as a resource group, by id: containers before what lies in them.
    async fn discover(&self, scope: &str) -> Result<Vec<Found>, ProviderError> {
        let message = format!("the provider `{}` cannot say what is in `{scope}`", self.name());
        Err(ProviderError::new(ProviderErrorKind::Refused, "UnknownScope", message))
    }

    /// Reads an object of which only the type and the id are known; `None` when it is not there.
    async fn find(&self, kind: &str, id: &str) -> Result<Option<Value>, ProviderError> {
        let inputs = Value::map();
        self.read(Target { kind, id, inputs: &inputs }).await
    }

    /// What a resource that another tool manages is here; `None` when its type is not known. What an id leaves open may
    /// follow from others in the same file.
    fn foreign(&self, _resource: &Foreign, _file: &ForeignFile) -> Option<Counterpart> {
        None
    }

    /// What inputs that were made by [`inputs_of`](Self::inputs_of) lack, though a program has to give it: passwords and the
    /// like, which the cloud never shows.
    fn not_shown(&self, _kind: &str, _inputs: &Value) -> Vec<Path> {
        Vec::new()
    }

    /// Rust code of a function that declares resources with these inputs; `None` when the provider writes none.
    fn rust(&self, _declarations: &[Declaration<'_>]) -> Option<String> {
        None
    }

    /// Answers a [`Query`](crate::program::Query); `None` when what it asks for is not there. It changes nothing. What
    /// is secret in the answer is marked so. Every part of `inputs` is known.
    async fn query(&self, kind: &str, _: &Value, _: Duration) -> Result<Option<Value>, ProviderError> {
        let message = format!("the provider `{}` answers no queries such as `{kind}`", self.name());
        Err(ProviderError::new(ProviderErrorKind::Refused, "UnknownQuery", message))
    }

    /// Performs an action that changes something, such as `failover`, and waits until it is done. What it says is secret.
    /// A plan holds no actions: this is for procedures that are no matter of a desired state.
    async fn perform(&self, action: Action<'_>) -> Result<Value, ProviderError> {
        let message = format!("the provider `{}` performs no actions such as `{}`", self.name(), action.name);
        Err(ProviderError::new(ProviderErrorKind::Refused, "UnknownAction", message))
    }

    /// Deletes a resource; one that is not there is no error.
    async fn delete(&self, target: Target<'_>, timeout: Duration) -> Result<(), ProviderError>;
}

/// A create or an update.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The type of the resource.
    pub kind: &'a str,
    /// What the program said; every part is known.
    pub inputs: &'a Value,
    /// How long it may take.
    pub timeout: Duration,
}

/// Something that is in the cloud.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The type of the resource.
    pub kind: String,
    /// The id in the cloud.
    pub id: String,
    /// What the cloud said, if it said all that a read would.
    pub outputs: Option<Value>,
}

impl Found {
    /// A name for each in a program: the last segment of its id, behind those of what it lies in where others have the
    /// same.
    pub fn names(found: &[Found]) -> Vec<String> {
        let segments = |found: &Found| -> Vec<String> {
            let names = found.id.trim_matches('/').split('/').rev().step_by(2);
            names.map(str::to_owned).collect()
        };
        let segments: Vec<Vec<String>> = found.iter().map(segments).collect();
        let name = |own: &[String], count: usize| -> String {
            let mut parts: Vec<&str> = own.iter().take(count).map(String::as_str).collect();
            parts.reverse();
            parts.join("-")
        };
        let mut counts = vec![1; found.len()];
        // Each round makes names longer that are not yet their own, until no name can get longer.
        loop {
            let names: Vec<String> =
                segments.iter().zip(&counts).map(|(own, count)| name(own, *count)).collect();
            let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for (position, name) in names.iter().enumerate() {
                places.entry(name.to_lowercase()).or_default().push(position);
            }
            let shared = places.into_values().filter(|places| places.len() > 1).flatten();
            let mut is_longer = false;
            for position in shared {
                if let (Some(count), Some(own)) = (counts.get_mut(position), segments.get(position))
                    && *count < own.len()
                {
                    *count += 1;
                    is_longer = true;
                }
            }
            if !is_longer {
                return names;
            }
        }
    }
}

/// A resource to write code for.
#[derive(Debug, Clone, Copy)]
pub struct Declaration<'a> {
    /// Its name in the program.
    pub name: &'a str,
    /// Its type.
    pub kind: &'a str,
    /// The id in the cloud.
    pub id: &'a str,
    /// What the program is to say.
    pub inputs: &'a Value,
}

/// An action on a resource.
#[derive(Debug, Clone, Copy)]
pub struct Action<'a> {
    /// The type of the resource.
    pub kind: &'a str,
    /// The id in the cloud.
    pub id: &'a str,
    /// The name of the action.
    pub name: &'a str,
    /// What is sent along.
    pub body: Option<&'a Value>,
    /// How long it may take.
    pub timeout: Duration,
}

/// The object that a read or a delete is about.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// The type of the resource.
    pub kind: &'a str,
    /// The id in the cloud.
    pub id: &'a str,
    /// What the program said when it was applied last; an empty map when that is not known.
    pub inputs: &'a Value,
}

/// A resource that is to be read again.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Which.
    pub target: Target<'a>,
    /// What the cloud said last.
    pub outputs: &'a Value,
}

/// A resource as the state has it.
#[derive(Debug, Clone, Copy)]
pub struct Existing<'a> {
    /// The id in the cloud.
    pub id: &'a str,
    /// What the program said when it was applied last.
    pub inputs: &'a Value,
    /// What the cloud said then.
    pub outputs: &'a Value,
}

/// A part of a resource that could also be a resource of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Nested {
    /// Where it stands in the resource.
    pub path: Path,
    /// The type that it would have.
    pub kind: String,
    /// The id in the cloud: the same, either way.
    pub id: String,
    /// What is said of it, as inputs of a resource of its own; `None` when it cannot be moved from one to the other.
    pub inputs: Option<Value>,
}

/// What a call to the cloud left.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The id in the cloud.
    pub id: String,
    /// What the cloud said.
    pub outputs: Value,
}

/// Something wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands.
    pub path: Path,
    /// What is wrong. Never contains a secret.
    pub message: String,
}

/// Something in the inputs that cannot be undone once it is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where it stands.
    pub path: Path,
    /// What follows from it. Never contains a secret.
    pub message: String,
}

/// A call to the cloud that failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct ProviderError {
    /// What kind of failure.
    pub kind: ProviderErrorKind,
    /// The cloud's own code, such as `ScopeLocked`.
    pub code: String,
    /// What happened. Never contains a secret.
    pub message: String,
    /// What the user can do.
    pub hint: Option<String>,
    /// What exists now though the call failed: it is kept in the state, to be repaired by the next update.
    pub left: Option<Box<Object>>,
}

impl ProviderError {
    /// The same error without the secrets that were sent to the cloud, which may repeat them.
    pub(crate) fn masked(self, masks: &crate::secrets::Masks) -> Self {
        let hint = self.hint.as_deref().map(|hint| masks.mask(hint));
        ProviderError { code: masks.mask(&self.code), message: masks.mask(&self.message), hint, ..self }
    }
}

/// Kinds of failure that the engine treats differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProviderErrorKind {
    /// The cloud was not reached, or did not answer in time: the call may or may not have had an effect.
    Unreachable,
    /// The cloud refused.
    Refused,
    /// The resource to create is already there.
    AlreadyExists,
    /// No credential, or not enough rights.
    Unauthorized,
}

impl ProviderError {
    /// An error without a hint.
    pub fn new(kind: ProviderErrorKind, code: impl Into<String>, message: impl Into<String>) -> Self {
        ProviderError { kind, code: code.into(), message: message.into(), hint: None, left: None }
    }

    /// The same error with what the user can do.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_short_as_they_can_be_and_their_own() {
        let found = |id: &str| Found { kind: "T".into(), id: id.into(), outputs: None };
        let ids =
            ["/groups/g", "/groups/g/nets/a", "/groups/g/nets/a/subnets/x", "/groups/g/nets/b/subnets/X"];
        assert_eq!(Found::names(&ids.map(found)), ["g", "a", "a-x", "b-X"]);
        assert_eq!(Found::names(&["/a/x", "/b/x"].map(found)), ["x", "x"], "nothing tells them apart");
    }
}
