//! A provider that is looked at while it works, and whose calls can be cut off.

use crate::diff::Change;
use crate::migrate::{Counterpart, Foreign, ForeignFile};
use crate::provider::{
    Action, Declaration, Existing, Found, Known, Nested, Object, Problem, Provider, ProviderError,
    ProviderErrorKind, Request, Target, Warning,
};
use crate::testing::CallKind;
use crate::value::{Path, Value};
use async_trait::async_trait;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Whether the process dies before a call has had its effect, or before its result was written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    Before,
    After,
}

/// An object that a create made and no delete took away.
#[derive(Debug, Clone)]
pub(super) struct Live {
    pub kind: String,
    pub id: String,
    pub inputs: Value,
}

/// The same provider, looked at.
pub(super) struct Watched {
    inner: Arc<dyn Provider>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    live: Vec<Live>,
    creates: usize,
    cut: Option<(CallKind, Cut)>,
    shown: Vec<String>,
}

impl Watched {
    pub fn new(inner: Arc<dyn Provider>) -> Self {
        Watched { inner, seen: Mutex::default() }
    }

    /// What is there and was made here, first made first.
    pub fn live(&self) -> Vec<Live> {
        self.seen().live.clone()
    }

    /// How many creates succeeded.
    pub fn creates(&self) -> usize {
        self.seen().creates
    }

    /// The next call of this kind is the last of its process.
    pub fn cut_next(&self, call: CallKind, cut: Cut) {
        self.seen().cut = Some((call, cut));
    }

    /// Whether no call is to be cut off any more.
    pub fn was_cut(&self) -> bool {
        self.seen().cut.is_none()
    }

    /// Everything that the provider gave and that can be shown.
    pub fn shown(&self) -> Vec<String> {
        self.seen().shown.clone()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show<T: Debug>(&self, given: T) -> T {
        self.seen().shown.push(format!("{given:?}"));
        given
    }

    fn cut(&self, call: CallKind, cut: Cut) -> Result<(), ProviderError> {
        let mut seen = self.seen();
        if seen.cut != Some((call, cut)) {
            return Ok(());
        }
        seen.cut = None;
        Err(ProviderError::new(ProviderErrorKind::Unreachable, "CutOff", "the process was killed"))
    }

    fn made(&self, request: &Request<'_>, result: &Result<Object, ProviderError>) {
        let object = match result {
            Ok(object) => Some(object),
            Err(error) => error.left.as_deref(),
        };
        let mut seen = self.seen();
        seen.creates += usize::from(result.is_ok());
        if let Some(object) = object.filter(|_| !self.inner.lives_in_state(request.kind)) {
            let (kind, inputs) = (request.kind.to_owned(), request.inputs.clone());
            seen.live.push(Live { kind, id: object.id.clone(), inputs });
        }
    }
}

#[async_trait]
impl Provider for Watched {
    fn name(&self) -> &str {
        self.inner.name()
    }
    fn describe(&self) -> String {
        self.show(self.inner.describe())
    }
    async fn verify(&self) -> Result<(), ProviderError> {
        self.show(self.inner.verify().await)
    }
    fn check(&self, kind: &str, inputs: &Value) -> Vec<Problem> {
        self.show(self.inner.check(kind, inputs))
    }
    fn id(&self, kind: &str, inputs: &Value) -> Option<String> {
        self.show(self.inner.id(kind, inputs))
    }
    fn predict(&self, kind: &str, inputs: &Value, current: Option<&Value>) -> Value {
        self.show(self.inner.predict(kind, inputs, current))
    }
    fn diff(&self, kind: &str, old: &Existing<'_>, new: &Value) -> Vec<Change> {
        self.show(self.inner.diff(kind, old, new))
    }
    fn drift(&self, kind: &str, old: &Existing<'_>, observed: &Value) -> Vec<Change> {
        self.show(self.inner.drift(kind, old, observed))
    }
    fn holds_data(&self, kind: &str) -> bool {
        self.inner.holds_data(kind)
    }
    fn warnings(&self, kind: &str, inputs: &Value, old: Option<&Existing<'_>>) -> Vec<Warning> {
        self.show(self.inner.warnings(kind, inputs, old))
    }
    fn lasting(&self, kind: &str, old: &Existing<'_>, inputs: Option<&Value>) -> Vec<Warning> {
        self.show(self.inner.lasting(kind, old, inputs))
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
        self.show(self.inner.serial_key(kind, id))
    }
    fn nested(&self, kind: &str, id: &str, said: &Value) -> Vec<Nested> {
        self.show(self.inner.nested(kind, id, said))
    }
    fn with_nested(&self, kind: &str, said: &Value, child: &Nested) -> Value {
        self.show(self.inner.with_nested(kind, said, child))
    }
    fn without_nested(&self, kind: &str, inputs: &Value, child: &Nested) -> Value {
        self.show(self.inner.without_nested(kind, inputs, child))
    }
    async fn create(&self, request: Request<'_>) -> Result<Object, ProviderError> {
        self.cut(CallKind::Create, Cut::Before)?;
        let result = self.show(self.inner.create(request).await);
        self.made(&request, &result);
        self.cut(CallKind::Create, Cut::After)?;
        result
    }
    async fn read(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError> {
        self.show(self.inner.read(target).await)
    }
    async fn read_many(
        &self,
        known: &[Known<'_>],
        parallel: usize,
    ) -> Vec<Result<Option<Value>, ProviderError>> {
        self.show(self.inner.read_many(known, parallel).await)
    }
    async fn update(&self, request: Request<'_>, old: &Existing<'_>) -> Result<Object, ProviderError> {
        self.cut(CallKind::Update, Cut::Before)?;
        let result = self.show(self.inner.update(request, old).await);
        self.cut(CallKind::Update, Cut::After)?;
        result
    }
    fn inputs_of(&self, kind: &str, id: &str, outputs: &Value) -> Option<Value> {
        self.show(self.inner.inputs_of(kind, id, outputs))
    }
    async fn discover(&self, scope: &str) -> Result<Vec<Found>, ProviderError> {
        self.show(self.inner.discover(scope).await)
    }
    async fn find(&self, kind: &str, id: &str) -> Result<Option<Value>, ProviderError> {
        self.show(self.inner.find(kind, id).await)
    }
    fn foreign(&self, resource: &Foreign, file: &ForeignFile) -> Option<Counterpart> {
        self.show(self.inner.foreign(resource, file))
    }
    fn not_shown(&self, kind: &str, inputs: &Value) -> Vec<Path> {
        self.show(self.inner.not_shown(kind, inputs))
    }
    fn rust(&self, declarations: &[Declaration<'_>]) -> Option<String> {
        self.show(self.inner.rust(declarations))
    }
    async fn query(
        &self,
        kind: &str,
        inputs: &Value,
        timeout: Duration,
    ) -> Result<Option<Value>, ProviderError> {
        self.show(self.inner.query(kind, inputs, timeout).await)
    }
    async fn perform(&self, action: Action<'_>) -> Result<Value, ProviderError> {
        self.inner.perform(action).await
    }
    async fn delete(&self, target: Target<'_>, timeout: Duration) -> Result<(), ProviderError> {
        self.cut(CallKind::Delete, Cut::Before)?;
        let result = self.show(self.inner.delete(target, timeout).await);
        if result.is_ok() {
            self.seen().live.retain(|live| live.kind != target.kind || live.id != target.id);
        }
        self.cut(CallKind::Delete, Cut::After)?;
        result
    }
}
