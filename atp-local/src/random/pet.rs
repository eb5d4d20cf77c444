//! A name that people can remember.

use super::PROVIDER;
use crate::kept::{
    KEEPERS, Kept, Ports, checked, given, is_unknown, map, out_of_bounds, problem, read, refused,
};
use atp_iac::codec::{Codec, Structure};
use atp_iac::output::{Input, InputMap, IntoInput, IntoInputMap};
use atp_iac::provider::{Problem, ProviderError};
use atp_iac::resource::{Declared, HasUrn};
use atp_iac::value::{Kind, Map};
use atp_iac::{Output, Resource, ResourceType, Urn, Value};
use petname::Petnames;

const WORDS: u32 = 2;
const MOST_WORDS: u32 = 10;
const SEPARATOR: &str = "-";

/// A name that people can remember, such as `happy-otter`. Two may be the same: an [`Id`](super::Id) is for names that
/// must not be. One that is known already can be imported by itself.
#[derive(Clone, Debug, Default)]
pub struct Pet {
    /// How many words; 2 unless told.
    pub words: Input<u32>,
    /// What stands between them; `-` unless told.
    pub separator: Input<String>,
    /// A word before them.
    pub prefix: Input<String>,
    /// What makes a new one when it changes.
    pub keepers: InputMap<String>,
}

impl Pet {
    /// Two words.
    pub fn new() -> Self {
        Pet::default()
    }

    /// With another number of words.
    pub fn words(mut self, words: impl IntoInput<u32>) -> Self {
        self.words = words.into_input();
        self
    }

    /// With something else between the words.
    pub fn separator(mut self, separator: impl IntoInput<String>) -> Self {
        self.separator = separator.into_input();
        self
    }

    /// With a word of yours before them.
    pub fn prefix(mut self, prefix: impl IntoInput<String>) -> Self {
        self.prefix = prefix.into_input();
        self
    }

    /// Makes a new one when one of these changes.
    pub fn keepers(mut self, keepers: impl IntoInputMap<String>) -> Self {
        self.keepers = keepers.into_input_map();
        self
    }
}

impl Structure for Pet {
    fn visit(&mut self, codec: &mut Codec<'_>) {
        codec.property("words", &mut self.words);
        codec.property("separator", &mut self.separator);
        codec.property("prefix", &mut self.prefix);
        codec.property(KEEPERS, &mut self.keepers);
    }
}

impl ResourceType for Pet {
    const TYPE: &'static str = "random:Pet";
}

impl Resource for Pet {
    const PROVIDER: &'static str = PROVIDER;
    type Handle = PetHandle;
    fn handle(declared: Declared) -> PetHandle {
        PetHandle { declared }
    }
}

/// A declared [`Pet`].
#[derive(Clone, Debug)]
pub struct PetHandle {
    declared: Declared,
}

impl PetHandle {
    /// The name.
    pub fn result(&self) -> Output<String> {
        self.declared.output("result")
    }
}

impl HasUrn for PetHandle {
    fn urn(&self) -> &Urn {
        self.declared.urn()
    }
}

pub(super) struct Type;

impl Kept for Type {
    fn kind(&self) -> &'static str {
        Pet::TYPE
    }

    fn properties(&self) -> &'static [&'static str] {
        &["words", "separator", "prefix", KEEPERS]
    }

    fn defaults(&self) -> Map {
        map([("words", u64::from(WORDS).into()), ("separator", SEPARATOR.into())])
    }

    fn check(&self, inputs: &Value) -> Vec<Problem> {
        let pet = match read::<Pet>(inputs) {
            Ok(pet) => pet,
            Err(problems) => return problems,
        };
        let mut problems: Vec<Problem> =
            out_of_bounds("words", &pet.words, 1..=MOST_WORDS).into_iter().collect();
        if !is_unknown(inputs, "prefix") && matches!(&pet.prefix, Input::Value(prefix) if prefix.is_empty()) {
            problems.push(problem("prefix", "it is empty: leave it out"));
        }
        problems
    }

    fn predict(&self, _: &Value, current: Option<&Value>) -> Map {
        let result = current.and_then(|current| current.get("result")).cloned();
        map([("result", result.unwrap_or_else(|| Value::unknown(Kind::String, "${result}")))])
    }

    fn make(&self, inputs: &Value, ports: &Ports) -> Result<(Option<String>, Map), ProviderError> {
        let pet: Pet = checked(inputs)?;
        let separator = given(&pet.separator, SEPARATOR.to_owned());
        let words = given(&pet.words, WORDS).min(MOST_WORDS) as u8;
        let mut name = match &pet.prefix {
            Input::Value(prefix) => format!("{prefix}{separator}"),
            _ => String::new(),
        };
        Petnames::medium().namer(words, &separator).generate_into(&mut name, &mut ports.generator()?);
        Ok((None, map([("result", name.into())])))
    }

    fn import(&self, id: &str) -> Result<Map, ProviderError> {
        if id.is_empty() {
            return Err(refused("NoName", "the name to import is empty"));
        }
        Ok(map([("result", id.into())]))
    }
}
