//! A provider whose cloud is a map in memory.

use crate::diff::{Change, Rules, compare};
use crate::migrate::{Counterpart, Foreign, ForeignFile};
use crate::provider::{
    Declaration, Existing, Found, Object, Problem, Provider, ProviderError, ProviderErrorKind, Request,
    Target, Warning,
};
use crate::value::{Kind, Map, Path, Value};
use async_trait::async_trait;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A cloud in memory, for any type of resource. Clones are one cloud.
///
/// A resource has a string `name`; its id is `<kind>/<name>`, unless [`with_ids`](Self::with_ids) says otherwise. Its
/// outputs are its inputs, its `id`, and what [`with_outputs`](Self::with_outputs) adds for its type.
///
/// A query has the answer that [`with_answer`](Self::with_answer) gives for its kind. Others are answered with the
/// object that the `id` in their inputs names, or that `<kind>/<name>` names, where `<kind>` is without `/read`.
#[derive(Clone)]
pub struct MemoryCloud {
    name: String,
    ids: Ids,
    computed: BTreeMap<String, Map>,
    answers: BTreeMap<String, Value>,
    replacing: BTreeSet<String>,
    irreversible: BTreeSet<String>,
    chooses_ids: bool,
    log: bool,
    appears_within: Duration,
    inner: Arc<Mutex<Inner>>,
}

type Ids = Arc<dyn Fn(&str, &Value) -> Option<String> + Send + Sync>;

#[derive(Default)]
struct Inner {
    objects: BTreeMap<String, Value>,
    calls: Vec<Call>,
    faults: Vec<(CallKind, String, ProviderError)>,
    /// How many ids were chosen.
    chosen: u64,
}

/// One call that the cloud got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What was asked for.
    pub kind: CallKind,
    /// Of which resource.
    pub id: String,
}

/// What can be asked of a cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallKind {
    /// To make a resource.
    Create,
    /// To read one.
    Read,
    /// To change one.
    Update,
    /// To delete one.
    Delete,
    /// To answer a query.
    Query,
}

impl MemoryCloud {
    /// An empty cloud under the name of the provider that it stands for, such as `azure`.
    pub fn new(name: impl Into<String>) -> Self {
        MemoryCloud {
            name: name.into(),
            ids: Arc::new(|kind, inputs| Some(format!("{kind}/{}", inputs.get("name")?.exposed().as_str()?))),
            computed: BTreeMap::new(),
            answers: BTreeMap::new(),
            replacing: BTreeSet::from(["name".to_owned()]),
            irreversible: BTreeSet::new(),
            chooses_ids: false,
            log: true,
            appears_within: Duration::ZERO,
            inner: Arc::default(),
        }
    }

    /// With another rule for ids, from type and inputs.
    pub fn with_ids(mut self, ids: impl Fn(&str, &Value) -> Option<String> + Send + Sync + 'static) -> Self {
        self.ids = Arc::new(ids);
        self
    }

    /// With ids that nobody knows before the cloud chose them: those that they would be otherwise, with a number, so that
    /// there is no second one of any.
    pub fn choosing_ids(mut self) -> Self {
        self.chooses_ids = true;
        self
    }

    /// With outputs that only the cloud knows, for the resources of a type.
    pub fn with_outputs(mut self, kind: &str, outputs: Value) -> Self {
        if let Value::Map(map) = outputs {
            self.computed.insert(kind.to_owned(), map);
        }
        self
    }

    /// With an answer to every query of a kind, such as `Microsoft.Storage/storageAccounts/listKeys/action`.
    pub fn with_answer(mut self, kind: &str, answer: Value) -> Self {
        self.answers.insert(kind.to_owned(), answer);
        self
    }

    /// With a property whose change needs a new resource, besides `name`; a path such as `properties.size`.
    pub fn replacing(mut self, path: &str) -> Self {
        self.replacing.insert(path.to_owned());
        self
    }

    /// With a property that cannot be taken back once it is `true`.
    pub fn irreversible(mut self, path: &str) -> Self {
        self.irreversible.insert(path.to_owned());
        self
    }

    /// That says of itself that reads may not show what was made less than so long ago.
    pub fn appearing_within(mut self, time: Duration) -> Self {
        self.appears_within = time;
        self
    }

    /// Without a record of the calls, for long runs.
    pub fn without_log(mut self) -> Self {
        self.log = false;
        self
    }

    /// The next call of this kind for a resource whose id contains `id_part` fails.
    pub fn fail_next(&self, kind: CallKind, id_part: &str, error: ProviderError) {
        self.inner().faults.push((kind, id_part.to_owned(), error));
    }

    /// Takes back the failures that were planted and did not come about.
    pub fn forget_faults(&self) {
        self.inner().faults.clear();
    }

    /// Everything that exists: outputs by id.
    pub fn objects(&self) -> BTreeMap<String, Value> {
        self.inner().objects.clone()
    }

    /// Puts an object there, or changes one, behind the engine's back.
    pub fn put(&self, id: &str, outputs: Value) {
        self.inner().objects.insert(id.to_owned(), outputs);
    }

    /// Takes an object away behind the engine's back.
    pub fn remove(&self, id: &str) {
        self.inner().objects.remove(id);
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.inner().calls.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn called(&self, kind: CallKind, id: &str) -> Result<MutexGuard<'_, Inner>, ProviderError> {
        let mut inner = self.inner();
        if self.log {
            inner.calls.push(Call { kind, id: id.to_owned() });
        }
        let fault =
            inner.faults.iter().position(|(fault, part, _)| *fault == kind && id.contains(part.as_str()));
        match fault {
            Some(index) => Err(inner.faults.remove(index).2),
            None => Ok(inner),
        }
    }

    fn object(&self, kind: &str, id: &str, inputs: &Value) -> Value {
        let mut map = inputs.as_map().cloned().unwrap_or_default();
        map.extend(self.computed.get(kind).cloned().unwrap_or_default());
        map.insert("id".into(), id.into());
        Value::Map(map)
    }
}

struct Replacing<'a>(&'a BTreeSet<String>);

impl Rules for Replacing<'_> {
    fn replaces(&self, pattern: &str) -> bool {
        self.0.contains(pattern)
    }
}

fn is_set(path: &Path, said: &Value) -> bool {
    path.find(said) == Some(&Value::Bool(true))
}

#[async_trait]
impl Provider for MemoryCloud {
    fn name(&self) -> &str {
        &self.name
    }

    fn describe(&self) -> String {
        format!("a cloud in memory that stands for `{}`", self.name)
    }

    fn appears_within(&self) -> Duration {
        self.appears_within
    }

    fn check(&self, _: &str, inputs: &Value) -> Vec<Problem> {
        let named = inputs.get("name").is_some_and(|name| matches!(name.kind(), Kind::String | Kind::Any));
        let problem = || Problem { path: Path::of_keys("name"), message: "a name is required".into() };
        if named { Vec::new() } else { vec![problem()] }
    }

    fn id(&self, kind: &str, inputs: &Value) -> Option<String> {
        (self.ids)(kind, inputs).filter(|_| !self.chooses_ids)
    }

    fn predict(&self, kind: &str, inputs: &Value, current: Option<&Value>) -> Value {
        let mut map = match current {
            Some(current) => current.as_map().cloned().unwrap_or_default(),
            None => {
                let unknown = |(key, value): (&String, &Value)| {
                    (key.clone(), Value::unknown(value.kind(), format!("${{{key}}}")))
                };
                self.computed.get(kind).into_iter().flatten().map(unknown).collect()
            }
        };
        map.extend(inputs.as_map().cloned().unwrap_or_default());
        let id = self.id(kind, inputs).map_or_else(|| Value::unknown(Kind::String, "${id}"), Value::from);
        map.insert("id".into(), id);
        Value::Map(map)
    }

    fn diff(&self, _: &str, old: &Existing<'_>, new: &Value) -> Vec<Change> {
        compare(old.inputs, new, &Replacing(&self.replacing))
    }

    fn drift(&self, _: &str, old: &Existing<'_>, observed: &Value) -> Vec<Change> {
        let given = old.inputs.as_map().cloned().unwrap_or_default();
        let only_given = |value: &Value| -> Value {
            let entries = value.as_map().into_iter().flatten().filter(|(key, _)| given.contains_key(*key));
            Value::Map(entries.map(|(key, value)| (key.clone(), value.clone())).collect())
        };
        compare(&only_given(old.outputs), &only_given(observed), &Replacing(&BTreeSet::new()))
    }

    fn inputs_of(&self, kind: &str, _: &str, outputs: &Value) -> Option<Value> {
        let computed = self.computed.get(kind);
        let given = |key: &str| key != "id" && !computed.is_some_and(|computed| computed.contains_key(key));
        let entries = outputs.as_map()?.iter().filter(|(key, _)| given(key.as_ref()));
        Some(Value::Map(entries.map(|(key, value)| (key.clone(), value.clone())).collect()))
    }

    /// Everything whose id begins with the scope. Its type is what stands before the last `/` of its id.
    async fn discover(&self, scope: &str) -> Result<Vec<Found>, ProviderError> {
        let inner = self.called(CallKind::Query, scope)?;
        let inside = inner.objects.keys().filter(|id| id.starts_with(scope));
        let found = |id: &String| {
            let kind = id.rsplit_once('/').map_or("", |(kind, _)| kind);
            Found { kind: kind.to_owned(), id: id.clone(), outputs: None }
        };
        Ok(inside.map(found).collect())
    }

    /// What another tool calls by its own types that begin with the name of this cloud: `memory_guest` with the id
    /// `Test.Guest/ben`. An association is no object.
    fn foreign(&self, resource: &Foreign, _: &ForeignFile) -> Option<Counterpart> {
        let own = resource.kind.strip_prefix(&self.name)?.strip_prefix(['_', ':'])?;
        if own.ends_with("association") {
            return Some(Counterpart::Nothing { why: "it is said within what it associates".to_owned() });
        }
        let (kind, id) = (resource.id.rsplit_once('/').map_or("", |(kind, _)| kind), &resource.id);
        Some(Counterpart::Object { kind: kind.to_owned(), id: id.clone() })
    }

    fn warnings(&self, _: &str, inputs: &Value, old: Option<&Existing<'_>>) -> Vec<Warning> {
        let paths = self.irreversible.iter().map(|path| Path::of_keys(path));
        let new =
            paths.filter(|path| is_set(path, inputs) && !old.is_some_and(|old| is_set(path, old.inputs)));
        new.map(|path| Warning { path, message: "this cannot be undone".to_owned() }).collect()
    }

    fn lasting(&self, _: &str, old: &Existing<'_>, inputs: Option<&Value>) -> Vec<Warning> {
        let paths = self.irreversible.iter().map(|path| Path::of_keys(path));
        let lost = paths
            .filter(|path| is_set(path, old.inputs) && !inputs.is_some_and(|inputs| is_set(path, inputs)));
        lost.map(|path| Warning { path, message: "it stays for ever".to_owned() }).collect()
    }

    async fn create(&self, request: Request<'_>) -> Result<Object, ProviderError> {
        let refused =
            |code: &str, message: String| ProviderError::new(ProviderErrorKind::Refused, code, message);
        let id = (self.ids)(request.kind, request.inputs);
        let mut id = id.ok_or_else(|| refused("NoId", "the inputs do not determine an id".into()))?;
        let mut inner = self.called(CallKind::Create, &id)?;
        if self.chooses_ids {
            inner.chosen += 1;
            id = format!("{id}-{}", inner.chosen);
        }
        if inner.objects.contains_key(&id) {
            let message = format!("`{id}` is already there");
            return Err(ProviderError::new(ProviderErrorKind::AlreadyExists, "AlreadyExists", message));
        }
        let outputs = self.object(request.kind, &id, request.inputs);
        inner.objects.insert(id.clone(), outputs.clone());
        Ok(Object { id, outputs })
    }

    async fn read(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError> {
        Ok(self.called(CallKind::Read, target.id)?.objects.get(target.id).cloned())
    }

    fn rust(&self, declarations: &[Declaration<'_>]) -> Option<String> {
        let declare = |one: &Declaration<'_>| {
            let Declaration { name, kind, id, inputs } = one;
            let inputs = inputs.to_json_masked();
            format!("    declare(cx, {kind:?}, {name:?}, import({id:?}), json!({inputs}))?;\n")
        };
        let body: String = declarations.iter().map(declare).collect();
        Some(format!("pub fn declare_all(cx: &mut Context) -> Result<()> {{\n{body}    Ok(())\n}}\n"))
    }

    async fn query(&self, kind: &str, inputs: &Value, _: Duration) -> Result<Option<Value>, ProviderError> {
        let given = inputs.get("id").and_then(|id| id.exposed().as_str()).map(str::to_owned);
        let id = given.or_else(|| self.id(kind.strip_suffix("/read").unwrap_or(kind), inputs));
        let id = id.unwrap_or_default();
        let inner = self.called(CallKind::Query, &id)?;
        Ok(self.answers.get(kind).or_else(|| inner.objects.get(&id)).cloned())
    }

    async fn update(&self, request: Request<'_>, old: &Existing<'_>) -> Result<Object, ProviderError> {
        let mut inner = self.called(CallKind::Update, old.id)?;
        if !inner.objects.contains_key(old.id) {
            let message = format!("`{}` is not there", old.id);
            return Err(ProviderError::new(ProviderErrorKind::Refused, "NotFound", message));
        }
        let outputs = self.object(request.kind, old.id, request.inputs);
        inner.objects.insert(old.id.to_owned(), outputs.clone());
        Ok(Object { id: old.id.to_owned(), outputs })
    }

    async fn delete(&self, target: Target<'_>, _: Duration) -> Result<(), ProviderError> {
        self.called(CallKind::Delete, target.id)?.objects.remove(target.id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
    use super::*;

    #[tokio::test]
    async fn what_is_in_a_scope_is_found_and_its_inputs_are_what_was_given() {
        let computed = Value::from([("endpoint", Value::from("https://a"))]);
        let cloud = MemoryCloud::new("test").with_outputs("T", computed);
        let inputs = Value::from([("name", Value::from("a")), ("size", 1_i64.into())]);
        let request = Request { kind: "T", inputs: &inputs, timeout: Duration::ZERO };
        cloud.create(request).await.unwrap();
        cloud.put("U/b", Value::map());
        let found = cloud.discover("T/").await.unwrap();
        assert_eq!(found, [Found { kind: "T".to_owned(), id: "T/a".to_owned(), outputs: None }]);
        let outputs = cloud.objects()["T/a"].clone();
        assert_eq!(cloud.inputs_of("T", "T/a", &outputs), Some(inputs));
    }
}
