//! A UUID.

use super::PROVIDER;
use crate::kept::{KEEPERS, Kept, Ports, no_randomness, read, refused};
use atp_iac::codec::{Codec, Structure};
use atp_iac::output::{InputMap, IntoInputMap};
use atp_iac::ports::random_uuid;
use atp_iac::provider::{Problem, ProviderError};
use atp_iac::resource::{Declared, HasUrn};
use atp_iac::value::{Kind, Map};
use atp_iac::{Output, Resource, ResourceType, Urn, Value};

/// A UUID of version 4. One that is known already can be imported by its text.
#[derive(Clone, Debug, Default)]
pub struct Uuid {
    /// What makes a new one when it changes.
    pub keepers: InputMap<String>,
}

impl Uuid {
    /// One that stays.
    pub fn new() -> Self {
        Uuid::default()
    }

    /// Makes a new one when one of these changes.
    pub fn keepers(mut self, keepers: impl IntoInputMap<String>) -> Self {
        self.keepers = keepers.into_input_map();
        self
    }
}

impl Structure for Uuid {
    fn visit(&mut self, codec: &mut Codec<'_>) {
        codec.property(KEEPERS, &mut self.keepers);
    }
}

impl ResourceType for Uuid {
    const TYPE: &'static str = "random:Uuid";
}

impl Resource for Uuid {
    const PROVIDER: &'static str = PROVIDER;
    type Handle = UuidHandle;
    fn handle(declared: Declared) -> UuidHandle {
        UuidHandle { declared }
    }
}

/// A declared [`Uuid`].
#[derive(Clone, Debug)]
pub struct UuidHandle {
    declared: Declared,
}

impl UuidHandle {
    /// Its text: lower case, with hyphens.
    pub fn result(&self) -> Output<String> {
        self.declared.output("result")
    }
}

impl HasUrn for UuidHandle {
    fn urn(&self) -> &Urn {
        self.declared.urn()
    }
}

pub(super) struct Type;

impl Kept for Type {
    fn kind(&self) -> &'static str {
        Uuid::TYPE
    }

    fn properties(&self) -> &'static [&'static str] {
        &[KEEPERS]
    }

    fn check(&self, inputs: &Value) -> Vec<Problem> {
        read::<Uuid>(inputs).err().unwrap_or_default()
    }

    fn predict(&self, _: &Value, current: Option<&Value>) -> Map {
        let result = current.and_then(|current| current.get("result")).cloned();
        let result = result.unwrap_or_else(|| Value::unknown(Kind::String, "${result}"));
        Map::from([("result".to_owned(), result)])
    }

    fn make(&self, _: &Value, ports: &Ports) -> Result<(Option<String>, Map), ProviderError> {
        let uuid = random_uuid(ports.random.as_ref()).map_err(no_randomness)?;
        let outputs = Map::from([("result".to_owned(), uuid.as_str().into())]);
        Ok((Some(uuid), outputs))
    }

    fn import(&self, id: &str) -> Result<Map, ProviderError> {
        let wrong = || refused("NoUuid", format!("`{id}` is not a UUID"));
        let uuid = ::uuid::Uuid::try_parse(id).map_err(|_| wrong())?;
        Ok(Map::from([("result".to_owned(), uuid.to_string().into())]))
    }
}
