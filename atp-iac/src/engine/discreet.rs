//! The one way by which answers of clouds come into the engine: without the secrets that the engine knows.
//!
//! A cloud repeats in its errors what it was sent, or what it holds. Whatever the engine hands to a provider, and what it
//! reads from states, is remembered here as far as it is secret, and masked in every error and remark that comes back, in
//! each form in which it could stand there.

use crate::diff::Change;
use crate::migrate::{Counterpart, Foreign, ForeignFile};
use crate::provider::{
    Action, Declaration, Existing, Found, Known, Nested, Object, Problem, Provider, ProviderError, Request,
    Target, Warning,
};
use crate::secrets::{KnownSecrets, Masks};
use crate::value::{Path, Value};
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;

/// A provider whose errors and remarks are masked.
pub(super) struct Discreet {
    inner: Arc<dyn Provider>,
    known: Arc<KnownSecrets>,
}

impl Discreet {
    /// Secrets that calls are made with are added to the known ones.
    pub fn new(inner: Arc<dyn Provider>, known: Arc<KnownSecrets>) -> Self {
        Discreet { inner, known }
    }

    fn masked<T>(&self, result: Result<T, ProviderError>) -> Result<T, ProviderError> {
        result.map_err(|error| error.masked(&self.known.masks()))
    }
}

#[async_trait]
impl Provider for Discreet {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn describe(&self) -> String {
        self.inner.describe()
    }

    async fn verify(&self) -> Result<(), ProviderError> {
        self.masked(self.inner.verify().await)
    }

    fn check(&self, kind: &str, inputs: &Value) -> Vec<Problem> {
        let mut problems = self.inner.check(kind, inputs);
        if !problems.is_empty() {
            let masks = Masks::of([inputs]);
            problems.iter_mut().for_each(|problem| problem.message = masks.mask(&problem.message));
        }
        problems
    }

    fn id(&self, kind: &str, inputs: &Value) -> Option<String> {
        self.inner.id(kind, inputs)
    }

    fn predict(&self, kind: &str, inputs: &Value, current: Option<&Value>) -> Value {
        self.inner.predict(kind, inputs, current)
    }

    fn diff(&self, kind: &str, old: &Existing<'_>, new: &Value) -> Vec<Change> {
        self.inner.diff(kind, old, new)
    }

    fn drift(&self, kind: &str, old: &Existing<'_>, observed: &Value) -> Vec<Change> {
        self.inner.drift(kind, old, observed)
    }

    fn holds_data(&self, kind: &str) -> bool {
        self.inner.holds_data(kind)
    }

    fn warnings(&self, kind: &str, inputs: &Value, old: Option<&Existing<'_>>) -> Vec<Warning> {
        let mut warnings = self.inner.warnings(kind, inputs, old);
        if !warnings.is_empty() {
            let before = old.into_iter().flat_map(|old| [old.inputs, old.outputs]);
            let masks = Masks::of(before.chain([inputs]));
            warnings.iter_mut().for_each(|warning| warning.message = masks.mask(&warning.message));
        }
        warnings
    }

    fn lasting(&self, kind: &str, old: &Existing<'_>, inputs: Option<&Value>) -> Vec<Warning> {
        let mut lasting = self.inner.lasting(kind, old, inputs);
        if !lasting.is_empty() {
            let masks = Masks::of([old.inputs, old.outputs].into_iter().chain(inputs));
            lasting.iter_mut().for_each(|warning| warning.message = masks.mask(&warning.message));
        }
        lasting
    }

    fn appears_within(&self) -> Duration {
        self.inner.appears_within()
    }

    fn lies_in(&self, id: &str, container: &str) -> bool {
        self.inner.lies_in(id, container)
    }

    fn lives_in_state(&self, kind: &str) -> bool {
        self.inner.lives_in_state(kind)
    }

    fn serial_key(&self, kind: &str, id: &str) -> Option<String> {
        self.inner.serial_key(kind, id)
    }

    fn nested(&self, kind: &str, id: &str, said: &Value) -> Vec<Nested> {
        self.inner.nested(kind, id, said)
    }

    fn with_nested(&self, kind: &str, said: &Value, child: &Nested) -> Value {
        self.inner.with_nested(kind, said, child)
    }

    fn without_nested(&self, kind: &str, inputs: &Value, child: &Nested) -> Value {
        self.inner.without_nested(kind, inputs, child)
    }

    async fn create(&self, request: Request<'_>) -> Result<Object, ProviderError> {
        self.known.learn([request.inputs]);
        self.masked(self.inner.create(request).await)
    }

    async fn read(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError> {
        self.known.learn([target.inputs]);
        self.masked(self.inner.read(target).await)
    }

    async fn read_many(
        &self,
        known: &[Known<'_>],
        parallel: usize,
    ) -> Vec<Result<Option<Value>, ProviderError>> {
        self.known.learn(known.iter().flat_map(|known| [known.target.inputs, known.outputs]));
        let read = self.inner.read_many(known, parallel).await;
        read.into_iter().map(|one| self.masked(one)).collect()
    }

    async fn update(&self, request: Request<'_>, old: &Existing<'_>) -> Result<Object, ProviderError> {
        self.known.learn([request.inputs, old.inputs, old.outputs]);
        self.masked(self.inner.update(request, old).await)
    }

    fn inputs_of(&self, kind: &str, id: &str, outputs: &Value) -> Option<Value> {
        self.inner.inputs_of(kind, id, outputs)
    }

    async fn discover(&self, scope: &str) -> Result<Vec<Found>, ProviderError> {
        self.masked(self.inner.discover(scope).await)
    }

    async fn find(&self, kind: &str, id: &str) -> Result<Option<Value>, ProviderError> {
        self.masked(self.inner.find(kind, id).await)
    }

    fn foreign(&self, resource: &Foreign, file: &ForeignFile) -> Option<Counterpart> {
        self.inner.foreign(resource, file)
    }

    fn not_shown(&self, kind: &str, inputs: &Value) -> Vec<Path> {
        self.inner.not_shown(kind, inputs)
    }

    fn rust(&self, declarations: &[Declaration<'_>]) -> Option<String> {
        self.inner.rust(declarations)
    }

    async fn query(
        &self,
        kind: &str,
        inputs: &Value,
        timeout: Duration,
    ) -> Result<Option<Value>, ProviderError> {
        self.known.learn([inputs]);
        let answer = self.masked(self.inner.query(kind, inputs, timeout).await)?;
        self.known.learn(&answer);
        Ok(answer)
    }

    async fn perform(&self, action: Action<'_>) -> Result<Value, ProviderError> {
        self.known.learn(action.body);
        self.masked(self.inner.perform(action).await)
    }

    async fn delete(&self, target: Target<'_>, timeout: Duration) -> Result<(), ProviderError> {
        self.known.learn([target.inputs]);
        self.masked(self.inner.delete(target, timeout).await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::MemoryCloud;
    use crate::value::SECRET_MASK;

    /// Repeats what it is to check.
    struct Repeating(MemoryCloud);

    fn repeated(inputs: &Value) -> String {
        format!("{} is not good", inputs.to_json_exposed().unwrap())
    }

    #[async_trait]
    impl Provider for Repeating {
        fn name(&self) -> &str {
            self.0.name()
        }
        fn describe(&self) -> String {
            self.0.describe()
        }
        fn check(&self, _: &str, inputs: &Value) -> Vec<Problem> {
            vec![Problem { path: Path::root(), message: repeated(inputs) }]
        }
        fn id(&self, kind: &str, inputs: &Value) -> Option<String> {
            self.0.id(kind, inputs)
        }
        fn predict(&self, kind: &str, inputs: &Value, current: Option<&Value>) -> Value {
            self.0.predict(kind, inputs, current)
        }
        fn drift(&self, kind: &str, old: &Existing<'_>, observed: &Value) -> Vec<Change> {
            self.0.drift(kind, old, observed)
        }
        fn warnings(&self, _: &str, inputs: &Value, old: Option<&Existing<'_>>) -> Vec<Warning> {
            let old = old.map(|old| repeated(old.outputs)).unwrap_or_default();
            vec![Warning { path: Path::root(), message: repeated(inputs) + &old }]
        }
        async fn create(&self, request: Request<'_>) -> Result<Object, ProviderError> {
            self.0.create(request).await
        }
        async fn read(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError> {
            self.0.read(target).await
        }
        async fn update(&self, request: Request<'_>, old: &Existing<'_>) -> Result<Object, ProviderError> {
            self.0.update(request, old).await
        }
        async fn delete(&self, target: Target<'_>, timeout: Duration) -> Result<(), ProviderError> {
            self.0.delete(target, timeout).await
        }
    }

    #[test]
    fn what_a_provider_remarks_before_a_call_is_masked_too() {
        let provider = Discreet::new(Arc::new(Repeating(MemoryCloud::new("memory"))), Arc::default());
        let secret = |text: &str| Value::from([("password", Value::from(text).into_secret())]);
        let (inputs, outputs) = (secret("hunter2"), secret("hunter3"));
        let old = Existing { id: "t", inputs: &inputs, outputs: &outputs };
        let problem = provider.check("T", &inputs).remove(0).message;
        let warning = provider.warnings("T", &inputs, Some(&old)).remove(0).message;
        for said in [problem, warning] {
            assert!(said.contains(SECRET_MASK) && !said.contains("hunter"), "{said}");
        }
    }

    /// The methods that stand in a part of a text, by name.
    fn methods(text: &str, begin: &str) -> Vec<String> {
        let (_, after) = text.split_once(begin).unwrap();
        let body = after.split("\n}\n").next().unwrap();
        let declared = body.lines().filter_map(|line| {
            let line = line.strip_prefix("    ")?;
            line.strip_prefix("fn ").or_else(|| line.strip_prefix("async fn "))
        });
        declared.map(|line| line.split('(').next().unwrap().to_owned()).collect()
    }

    #[test]
    fn nothing_that_a_provider_says_is_left_to_what_the_trait_does_unless_told() {
        let asked = methods(include_str!("../provider.rs"), "pub trait Provider");
        assert!(asked.len() > 20, "{asked:?}");
        assert_eq!(methods(include_str!("discreet.rs"), "impl Provider for Discreet"), asked);
    }
}
