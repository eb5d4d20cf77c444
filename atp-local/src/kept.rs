//! What one type of resource is made of. The provider does what is the same of all.

use atp_iac::codec::Structure;
use atp_iac::diff::Change;
use atp_iac::ports::{Clock, Random, RandomError};
use atp_iac::provider::{Existing, Problem, ProviderError, ProviderErrorKind};
use atp_iac::value::{Decoder, Map, Path};
use atp_iac::{Input, Value};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The property whose change makes a new value, of every type.
pub(crate) const KEEPERS: &str = "keepers";

/// What values are made from.
pub(crate) struct Ports {
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
}

impl Ports {
    /// A generator for one value. It is seeded with as much as there is to guess, so that a source which fails does so
    /// here and not half-way.
    pub fn generator(&self) -> Result<StdRng, ProviderError> {
        let mut seed = [0; 32];
        self.random.fill(&mut seed).map_err(no_randomness)?;
        Ok(StdRng::from_seed(seed))
    }
}

pub(crate) fn no_randomness(error: RandomError) -> ProviderError {
    refused("NoRandomness", error.to_string())
}

pub(crate) fn refused(code: &str, message: impl Into<String>) -> ProviderError {
    ProviderError::new(ProviderErrorKind::Refused, code, message)
}

/// A type of resource whose objects are kept in the state alone. All values are maps of properties.
pub(crate) trait Kept: Sync {
    /// The name of the type.
    fn kind(&self) -> &'static str;

    /// The properties that inputs may have, besides [`KEEPERS`].
    fn properties(&self) -> &'static [&'static str];

    /// What holds for inputs that are not given.
    fn defaults(&self) -> Map {
        Map::new()
    }

    /// Properties that change in place. Any other makes a new value.
    fn changes_in_place(&self, _property: &str) -> bool {
        false
    }

    /// What is wrong with inputs whose names are right.
    fn check(&self, inputs: &Value) -> Vec<Problem>;

    /// The outputs to expect, besides the id.
    fn predict(&self, inputs: &Value, current: Option<&Value>) -> Map;

    /// Makes a value: its outputs, and its id where the value is one.
    fn make(&self, inputs: &Value, ports: &Ports) -> Result<(Option<String>, Map), ProviderError>;

    /// The outputs of a value that stays, when its inputs become these.
    fn keep(&self, _inputs: &Value, outputs: &Map) -> Result<Map, ProviderError> {
        Ok(outputs.clone())
    }

    /// What makes a new value due though no input changed.
    fn due(&self, _old: &Existing<'_>, _new: &Value, _clock: &dyn Clock) -> Option<Change> {
        None
    }

    /// The outputs of a value that is known already, by an id that says it.
    fn import(&self, id: &str) -> Result<Map, ProviderError>;
}

/// Reads inputs. What is not known yet reads as not set.
pub(crate) fn read<S: Structure>(inputs: &Value) -> Result<S, Vec<Problem>> {
    let problem = |mismatch: atp_iac::value::Mismatch| Problem {
        message: format!("expected {}, found {}", mismatch.expected, mismatch.found),
        path: mismatch.path,
    };
    Decoder::read(inputs).map_err(|mismatches| mismatches.into_iter().map(problem).collect())
}

/// The same where the inputs were checked before.
pub(crate) fn checked<S: Structure>(inputs: &Value) -> Result<S, ProviderError> {
    read(inputs).map_err(|problems| {
        let texts: Vec<String> = problems.iter().map(|p| format!("`{}`: {}", p.path, p.message)).collect();
        refused("Inputs", texts.join("; "))
    })
}

/// A known property, or what holds when it is not given.
pub(crate) fn given<T: Clone>(input: &Input<T>, default: T) -> T {
    match input {
        Input::Value(value) => value.clone(),
        _ => default,
    }
}

/// Whether a property is given and not known yet.
pub(crate) fn is_unknown(inputs: &Value, property: &str) -> bool {
    inputs.get(property).is_some_and(Value::has_unknown)
}

pub(crate) fn problem(property: &str, message: impl Into<String>) -> Problem {
    Problem { path: Path::of_keys(property), message: message.into() }
}

/// A number that is out of its bounds.
pub(crate) fn out_of_bounds(
    property: &str,
    number: &Input<u32>,
    bounds: std::ops::RangeInclusive<u32>,
) -> Option<Problem> {
    let is_wrong = matches!(number, Input::Value(number) if !bounds.contains(number));
    is_wrong.then(|| problem(property, format!("it is from {} to {}", bounds.start(), bounds.end())))
}

pub(crate) fn map<const N: usize>(entries: [(&str, Value); N]) -> Map {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<BTreeMap<_, _>>()
}
