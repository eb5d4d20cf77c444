//! A password.

use super::PROVIDER;
use crate::kept::{KEEPERS, Kept, Ports, checked, given, map, out_of_bounds, problem, read, refused};
use atp_iac::codec::{Codec, Structure};
use atp_iac::output::{Input, InputMap, IntoInput, IntoInputMap};
use atp_iac::provider::{Problem, ProviderError};
use atp_iac::resource::{Declared, HasUrn};
use atp_iac::value::{Kind, Map};
use atp_iac::{Output, Resource, ResourceType, Secret, Urn, Value};
use rand::seq::{IndexedRandom, SliceRandom};
use std::collections::BTreeSet;

/// The most characters that there can be.
const MOST: u32 = 1024;

/// What stands for special characters unless told: those that need no quotes in most places.
const SPECIAL: &str = "!#$%&*()-_=+[]{}<>:?";

/// A password: secret wherever it goes.
///
/// It has upper case letters, lower case letters, digits and special characters, at least one of each, unless told
/// otherwise. It cannot be imported, because an id is shown in plans and stands in the state in clear; one that is known
/// already is [`taken over`](Self::taken_over) from an encrypted value of the configuration.
#[derive(Clone, Debug, Default)]
pub struct Password {
    /// How many characters.
    pub length: Input<u32>,
    /// At least so many upper case letters; 0: none at all.
    pub upper: Input<u32>,
    /// At least so many lower case letters; 0: none at all.
    pub lower: Input<u32>,
    /// At least so many digits; 0: none at all.
    pub digits: Input<u32>,
    /// At least so many special characters; 0: none at all.
    pub special: Input<u32>,
    /// What the special characters are.
    pub special_characters: Input<String>,
    /// Characters that it must not have.
    pub excluded: Input<String>,
    /// One that is known already: taken as it is.
    pub taken_over: Input<Secret<String>>,
    /// What makes a new one when it changes.
    pub keepers: InputMap<String>,
}

impl Password {
    /// Of so many characters.
    pub fn new(length: impl IntoInput<u32>) -> Self {
        Password { length: length.into_input(), ..Password::default() }
    }

    /// With at least so many upper case letters; 0: none at all.
    pub fn upper(mut self, least: impl IntoInput<u32>) -> Self {
        self.upper = least.into_input();
        self
    }

    /// With at least so many lower case letters; 0: none at all.
    pub fn lower(mut self, least: impl IntoInput<u32>) -> Self {
        self.lower = least.into_input();
        self
    }

    /// With at least so many digits; 0: none at all.
    pub fn digits(mut self, least: impl IntoInput<u32>) -> Self {
        self.digits = least.into_input();
        self
    }

    /// With at least so many special characters; 0: none at all.
    pub fn special(mut self, least: impl IntoInput<u32>) -> Self {
        self.special = least.into_input();
        self
    }

    /// With these as special characters.
    pub fn special_characters(mut self, characters: impl IntoInput<String>) -> Self {
        self.special_characters = characters.into_input();
        self
    }

    /// Without these characters, such as `lI1O0`, which look alike.
    pub fn excluded(mut self, characters: impl IntoInput<String>) -> Self {
        self.excluded = characters.into_input();
        self
    }

    /// With a value that is known already, until it is taken out of the program: then a new one is made.
    pub fn taken_over(mut self, password: impl IntoInput<Secret<String>>) -> Self {
        self.taken_over = password.into_input();
        self
    }

    /// Makes a new one when one of these changes.
    pub fn keepers(mut self, keepers: impl IntoInputMap<String>) -> Self {
        self.keepers = keepers.into_input_map();
        self
    }

    /// The classes: the property, the least number, and the characters.
    fn classes(&self) -> [Class; 4] {
        let excluded = given(&self.excluded, String::new());
        let class = |property, least: &Input<u32>, characters: &str| {
            // Each once, so that none is likelier than another.
            let characters: BTreeSet<char> =
                characters.chars().filter(|character| !excluded.contains(*character)).collect();
            Class { property, least: given(least, 1), characters: characters.into_iter().collect() }
        };
        let special = given(&self.special_characters, SPECIAL.to_owned());
        [
            class("upper", &self.upper, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            class("lower", &self.lower, "abcdefghijklmnopqrstuvwxyz"),
            class("digits", &self.digits, "0123456789"),
            class("special", &self.special, &special),
        ]
    }

    /// A new one. The inputs were checked.
    fn generate(&self, ports: &Ports) -> Result<String, ProviderError> {
        let mut generator = ports.generator()?;
        let classes = self.classes().into_iter().filter(|class| class.least > 0);
        let classes: Vec<Class> = classes.collect();
        let every: BTreeSet<char> = classes.iter().flat_map(|class| class.characters.clone()).collect();
        let every: Vec<char> = every.into_iter().collect();
        let length = given(&self.length, 0).min(MOST) as usize;
        let mut pools: Vec<&[char]> = Vec::with_capacity(length);
        for class in &classes {
            pools.extend((0..class.least).map(|_| class.characters.as_slice()));
        }
        pools.resize(length.max(pools.len()), &every);
        let drawn: Option<Vec<char>> =
            pools.iter().map(|pool| pool.choose(&mut generator).copied()).collect();
        let mut drawn = drawn.ok_or_else(|| refused("Inputs", "no characters are left to choose from"))?;
        drawn.shuffle(&mut generator);
        Ok(drawn.into_iter().collect())
    }
}

struct Class {
    property: &'static str,
    least: u32,
    characters: Vec<char>,
}

impl Structure for Password {
    fn visit(&mut self, codec: &mut Codec<'_>) {
        codec.property("length", &mut self.length);
        codec.property("upper", &mut self.upper);
        codec.property("lower", &mut self.lower);
        codec.property("digits", &mut self.digits);
        codec.property("special", &mut self.special);
        codec.property("specialCharacters", &mut self.special_characters);
        codec.property("excluded", &mut self.excluded);
        codec.property("takenOver", &mut self.taken_over);
        codec.property(KEEPERS, &mut self.keepers);
    }
}

impl ResourceType for Password {
    const TYPE: &'static str = "random:Password";
}

impl Resource for Password {
    const PROVIDER: &'static str = PROVIDER;
    type Handle = PasswordHandle;
    fn handle(declared: Declared) -> PasswordHandle {
        PasswordHandle { declared }
    }
}

/// A declared [`Password`].
#[derive(Clone, Debug)]
pub struct PasswordHandle {
    declared: Declared,
}

impl PasswordHandle {
    /// The password.
    pub fn result(&self) -> Output<Secret<String>> {
        self.declared.output("result")
    }
}

impl HasUrn for PasswordHandle {
    fn urn(&self) -> &Urn {
        self.declared.urn()
    }
}

pub(super) struct Type;

impl Kept for Type {
    fn kind(&self) -> &'static str {
        Password::TYPE
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "length",
            "upper",
            "lower",
            "digits",
            "special",
            "specialCharacters",
            "excluded",
            "takenOver",
            KEEPERS,
        ]
    }

    fn defaults(&self) -> Map {
        let one = || Value::from(1_u64);
        map([
            ("upper", one()),
            ("lower", one()),
            ("digits", one()),
            ("special", one()),
            ("specialCharacters", SPECIAL.into()),
            ("excluded", "".into()),
        ])
    }

    fn check(&self, inputs: &Value) -> Vec<Problem> {
        let password = match read::<Password>(inputs) {
            Ok(password) => password,
            Err(problems) => return problems,
        };
        if inputs.get("length").is_none() {
            return vec![problem("length", "it is required")];
        }
        let wrong: Vec<Problem> = out_of_bounds("length", &password.length, 1..=MOST).into_iter().collect();
        let decides =
            ["length", "upper", "lower", "digits", "special", "specialCharacters", "excluded", "takenOver"];
        let is_open = decides.iter().any(|property| crate::kept::is_unknown(inputs, property));
        if !wrong.is_empty() || is_open {
            return wrong;
        }
        if let Input::Value(known) = &password.taken_over {
            let is_empty = known.expose().is_empty();
            return is_empty.then(|| problem("takenOver", "it is empty")).into_iter().collect();
        }
        unmet(&password)
    }

    fn predict(&self, inputs: &Value, current: Option<&Value>) -> Map {
        let result = match (current, inputs.get("takenOver")) {
            (Some(current), _) => current.get("result").cloned(),
            (None, known) => known.cloned(),
        };
        let result = result.unwrap_or_else(|| Value::unknown(Kind::String, "${result}"));
        map([("result", result.into_secret())])
    }

    fn make(&self, inputs: &Value, ports: &Ports) -> Result<(Option<String>, Map), ProviderError> {
        let password: Password = checked(inputs)?;
        let result = match &password.taken_over {
            Input::Value(known) => known.expose().clone(),
            _ => password.generate(ports)?,
        };
        Ok((None, map([("result", Value::from(result).into_secret())])))
    }

    fn import(&self, _: &str) -> Result<Map, ProviderError> {
        let message = "a password cannot be imported: its id would be shown in plans and kept in clear";
        Err(refused("SecretId", message)
            .with_hint("encrypt it in the configuration, and give it to `Password::taken_over`"))
    }
}

/// What no password can have.
fn unmet(password: &Password) -> Vec<Problem> {
    let classes = password.classes();
    let mut problems: Vec<Problem> = classes
        .iter()
        .filter(|class| class.least > 0 && class.characters.is_empty())
        .map(|class| problem(class.property, "all of these characters are excluded: say 0 of them"))
        .collect();
    let least: u64 = classes.iter().map(|class| u64::from(class.least)).sum();
    if least == 0 {
        problems.push(problem("length", "there is no class of characters left: say 1 of one of them"));
    }
    if least > u64::from(given(&password.length, 0)) {
        problems.push(problem("length", format!("the classes want {least} characters: make it longer")));
    }
    problems
}
