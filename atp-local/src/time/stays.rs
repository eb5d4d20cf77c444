//! An instant that stays.

use super::{PROVIDER, imported, now, text};
use crate::kept::{KEEPERS, Kept, Ports, map, read};
use atp_iac::codec::{Codec, Structure};
use atp_iac::output::{InputMap, IntoInputMap};
use atp_iac::provider::{Problem, ProviderError};
use atp_iac::resource::{Declared, HasUrn};
use atp_iac::value::{Kind, Map};
use atp_iac::{Output, Resource, ResourceType, Urn, Value};
use time::OffsetDateTime;

/// The instant at which it was created: for what must not change with every plan. It can be imported by its text.
#[derive(Clone, Debug, Default)]
pub struct Static {
    /// What takes a new instant when it changes.
    pub keepers: InputMap<String>,
}

impl Static {
    /// One that stays.
    pub fn new() -> Self {
        Static::default()
    }

    /// Takes a new instant when one of these changes.
    pub fn keepers(mut self, keepers: impl IntoInputMap<String>) -> Self {
        self.keepers = keepers.into_input_map();
        self
    }
}

impl Structure for Static {
    fn visit(&mut self, codec: &mut Codec<'_>) {
        codec.property(KEEPERS, &mut self.keepers);
    }
}

impl ResourceType for Static {
    const TYPE: &'static str = "time:Static";
}

impl Resource for Static {
    const PROVIDER: &'static str = PROVIDER;
    type Handle = StaticHandle;
    fn handle(declared: Declared) -> StaticHandle {
        StaticHandle { declared }
    }
}

/// A declared [`Static`].
#[derive(Clone, Debug)]
pub struct StaticHandle {
    declared: Declared,
}

impl StaticHandle {
    /// The instant, such as `2027-01-31T12:00:00Z`.
    pub fn instant(&self) -> Output<String> {
        self.declared.output("instant")
    }

    /// The same in seconds since 1970.
    pub fn unix(&self) -> Output<i64> {
        self.declared.output("unix")
    }
}

impl HasUrn for StaticHandle {
    fn urn(&self) -> &Urn {
        self.declared.urn()
    }
}

fn outputs(instant: OffsetDateTime) -> Result<Map, ProviderError> {
    Ok(map([("instant", text(instant)?.into()), ("unix", instant.unix_timestamp().into())]))
}

pub(super) struct Type;

impl Kept for Type {
    fn kind(&self) -> &'static str {
        Static::TYPE
    }

    fn properties(&self) -> &'static [&'static str] {
        &[KEEPERS]
    }

    fn check(&self, inputs: &Value) -> Vec<Problem> {
        read::<Static>(inputs).err().unwrap_or_default()
    }

    fn predict(&self, _: &Value, current: Option<&Value>) -> Map {
        let known = |key: &str, kind| {
            let known = current.and_then(|current| current.get(key)).cloned();
            known.unwrap_or_else(|| Value::unknown(kind, format!("${{{key}}}")))
        };
        map([("instant", known("instant", Kind::String)), ("unix", known("unix", Kind::Number))])
    }

    fn make(&self, _: &Value, ports: &Ports) -> Result<(Option<String>, Map), ProviderError> {
        Ok((None, outputs(now(ports))?))
    }

    fn import(&self, id: &str) -> Result<Map, ProviderError> {
        outputs(imported(id)?)
    }
}
