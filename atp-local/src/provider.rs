//! The provider of both families: what is the same of every type that is kept in the state.

use crate::kept::{KEEPERS, Kept, Ports, no_randomness, problem, refused};
use crate::{random, time};
use async_trait::async_trait;
use atp_iac::Value;
use atp_iac::diff::{Change, Rules, compare};
use atp_iac::migrate::{Counterpart, Foreign, ForeignFile};
use atp_iac::ports::{Clock, Random, random_uuid};
use atp_iac::provider::{
    Existing, Object, Problem, Provider, ProviderError, ProviderErrorKind, Request, Target,
};
use atp_iac::value::{Kind, Map};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The output that marks a value that was imported, and whose inputs the program has not said yet: it takes them as they
/// are instead of being made anew.
const IMPORTED: &str = "imported";

/// Manages the types of [`random`] or of [`time`].
pub struct LocalProvider {
    name: &'static str,
    description: &'static str,
    types: &'static [&'static dyn Kept],
    ports: Ports,
}

impl LocalProvider {
    /// The provider of [`random`].
    pub fn random(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        let description = "the state for random values";
        let ports = Ports { clock, random };
        LocalProvider { name: random::PROVIDER, description, types: random::TYPES, ports }
    }

    /// The provider of [`time`]. A plan asks the clock what is due; randomness makes ids.
    pub fn time(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        let description = "the state for instants";
        let ports = Ports { clock, random };
        LocalProvider { name: time::PROVIDER, description, types: time::TYPES, ports }
    }

    fn kept(&self, kind: &str) -> Option<&'static dyn Kept> {
        self.types.iter().copied().find(|kept| kept.kind() == kind)
    }

    fn known(&self, kind: &str) -> Result<&'static dyn Kept, ProviderError> {
        self.kept(kind).ok_or_else(|| refused("UnknownType", self.unknown(kind)))
    }

    fn unknown(&self, kind: &str) -> String {
        let known: Vec<String> = self.types.iter().map(|kept| format!("`{}`", kept.kind())).collect();
        format!("there is no `{kind}`; there is {}", known.join(", "))
    }
}

impl fmt::Debug for LocalProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalProvider").field("name", &self.name).finish_non_exhaustive()
    }
}

#[async_trait]
impl Provider for LocalProvider {
    fn name(&self) -> &str {
        self.name
    }

    fn describe(&self) -> String {
        self.description.to_owned()
    }

    fn check(&self, kind: &str, inputs: &Value) -> Vec<Problem> {
        let Some(kept) = self.kept(kind) else { return vec![problem("", self.unknown(kind))] };
        let known = kept.properties();
        let names = inputs.as_map().into_iter().flat_map(Map::keys);
        let misspelt = names.filter(|name| *name != KEEPERS && !known.contains(&name.as_str()));
        let mut problems: Vec<Problem> = misspelt
            .map(|name| problem(name, format!("there is no such property; there is {}", known.join(", "))))
            .collect();
        problems.extend(kept.check(inputs));
        problems
    }

    fn id(&self, _: &str, _: &Value) -> Option<String> {
        None
    }

    fn lives_in_state(&self, _: &str) -> bool {
        true
    }

    fn predict(&self, kind: &str, inputs: &Value, current: Option<&Value>) -> Value {
        let Some(kept) = self.kept(kind) else { return Value::unknown(Kind::Map, "${outputs}") };
        let mut outputs = kept.predict(inputs, current);
        let id = current.and_then(|current| current.get("id")).cloned();
        outputs.insert("id".to_owned(), id.unwrap_or_else(|| Value::unknown(Kind::String, "${id}")));
        Value::Map(outputs)
    }

    fn diff(&self, kind: &str, old: &Existing<'_>, new: &Value) -> Vec<Change> {
        let Some(kept) = self.kept(kind) else { return Vec::new() };
        let is_said = old.inputs.as_map().is_some_and(|inputs| !inputs.is_empty());
        let is_imported = old.outputs.get(IMPORTED).is_some() && !is_said;
        let rules = InPlace { kept, is_imported };
        let mut changes = compare(&complete(kept, old.inputs), &complete(kept, new), &rules);
        changes.extend(kept.due(old, new, self.ports.clock.as_ref()));
        changes
    }

    fn drift(&self, _: &str, _: &Existing<'_>, _: &Value) -> Vec<Change> {
        Vec::new()
    }

    /// A value that goes is of no use to anybody who still has a copy of it elsewhere.
    fn holds_data(&self, _: &str) -> bool {
        false
    }

    async fn create(&self, request: Request<'_>) -> Result<Object, ProviderError> {
        let (id, mut outputs) = self.known(request.kind)?.make(request.inputs, &self.ports)?;
        let id = match id {
            Some(id) => id,
            None => random_uuid(self.ports.random.as_ref()).map_err(no_randomness)?,
        };
        outputs.insert("id".to_owned(), id.as_str().into());
        Ok(Object { id, outputs: Value::Map(outputs) })
    }

    /// Only for imports: the engine does not ask for what it has itself.
    async fn read(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError> {
        let mut outputs = self.known(target.kind)?.import(target.id)?;
        outputs.insert("id".to_owned(), target.id.into());
        outputs.insert(IMPORTED.to_owned(), true.into());
        Ok(Some(Value::Map(outputs)))
    }

    fn foreign(&self, resource: &Foreign, _: &ForeignFile) -> Option<Counterpart> {
        crate::foreign::counterpart(self.name, resource)
    }

    fn inputs_of(&self, kind: &str, _: &str, _: &Value) -> Option<Value> {
        self.kept(kind).map(|_| Value::map())
    }

    async fn update(&self, request: Request<'_>, old: &Existing<'_>) -> Result<Object, ProviderError> {
        let Some(outputs) = old.outputs.as_map() else {
            let damaged = format!("the state has no value of `{}`", old.id);
            return Err(ProviderError::new(ProviderErrorKind::Refused, "Damaged", damaged));
        };
        let mut outputs = self.known(request.kind)?.keep(request.inputs, outputs)?;
        outputs.remove(IMPORTED);
        Ok(Object { id: old.id.to_owned(), outputs: Value::Map(outputs) })
    }

    async fn delete(&self, _: Target<'_>, _: Duration) -> Result<(), ProviderError> {
        Ok(())
    }
}

/// Inputs with what holds where nothing is given, so that saying it changes nothing.
fn complete(kept: &dyn Kept, inputs: &Value) -> Value {
    let mut complete = kept.defaults();
    complete.extend(inputs.as_map().cloned().unwrap_or_default());
    Value::Map(complete)
}

struct InPlace {
    kept: &'static dyn Kept,
    is_imported: bool,
}

impl Rules for InPlace {
    fn replaces(&self, pattern: &str) -> bool {
        let property = pattern.split(['.', '[']).next().unwrap_or_default();
        !property.is_empty() && !self.is_imported && !self.kept.changes_in_place(property)
    }
}
