//! An instant that is taken anew when it is old.

use super::{PROVIDER, Period, imported, instant, now, text};
use crate::kept::{KEEPERS, Kept, Ports, checked, map, problem, read, refused};
use atp_iac::codec::{Codec, Structure};
use atp_iac::diff::Change;
use atp_iac::output::{Input, InputMap, IntoInput, IntoInputMap};
use atp_iac::ports::Clock;
use atp_iac::provider::{Existing, Problem, ProviderError};
use atp_iac::resource::{Declared, HasUrn};
use atp_iac::value::{Kind, Map, Path};
use atp_iac::{Output, Resource, ResourceType, Urn, Value};
use time::OffsetDateTime;

const ROTATED_AT: &str = "rotatedAt";
const ROTATES_AT: &str = "rotatesAt";

/// An instant that is taken anew by the first update after its time: what has it among its `keepers` is then made anew,
/// too. The plan shows at which instant that was due. Between updates, nothing happens by itself.
///
/// Another period holds from the instant that there is. An instant can be imported by its text.
#[derive(Clone, Debug, Default)]
pub struct Rotating {
    /// How long an instant lasts.
    pub rotation: Input<Period>,
    /// What takes a new instant when it changes.
    pub keepers: InputMap<String>,
}

impl Rotating {
    /// An instant that lasts so long.
    pub fn new(rotation: impl IntoInput<Period>) -> Self {
        Rotating { rotation: rotation.into_input(), ..Rotating::default() }
    }

    /// Takes a new instant when one of these changes.
    pub fn keepers(mut self, keepers: impl IntoInputMap<String>) -> Self {
        self.keepers = keepers.into_input_map();
        self
    }
}

impl Structure for Rotating {
    fn visit(&mut self, codec: &mut Codec<'_>) {
        codec.property("rotation", &mut self.rotation);
        codec.property(KEEPERS, &mut self.keepers);
    }
}

impl ResourceType for Rotating {
    const TYPE: &'static str = "time:Rotating";
}

impl Resource for Rotating {
    const PROVIDER: &'static str = PROVIDER;
    type Handle = RotatingHandle;
    fn handle(declared: Declared) -> RotatingHandle {
        RotatingHandle { declared }
    }
}

/// A declared [`Rotating`].
#[derive(Clone, Debug)]
pub struct RotatingHandle {
    declared: Declared,
}

impl RotatingHandle {
    /// When it was taken, such as `2027-01-31T12:00:00Z`.
    pub fn rotated_at(&self) -> Output<String> {
        self.declared.output(ROTATED_AT)
    }

    /// When it is due to be taken anew.
    pub fn rotates_at(&self) -> Output<String> {
        self.declared.output(ROTATES_AT)
    }
}

impl HasUrn for RotatingHandle {
    fn urn(&self) -> &Urn {
        self.declared.urn()
    }
}

fn rotation(inputs: &Value) -> Option<Period> {
    match read::<Rotating>(inputs).ok()?.rotation {
        Input::Value(period) => Some(period),
        _ => None,
    }
}

/// When the instant that the outputs have is due, with this period.
fn due_at(outputs: &Value, period: Period) -> Option<OffsetDateTime> {
    let rotated = instant(outputs.get(ROTATED_AT)?.as_str()?)?;
    rotated.checked_add(period.duration())
}

fn outputs(rotated: OffsetDateTime, period: Period) -> Result<Map, ProviderError> {
    let beyond = || refused("Instant", "the next rotation lies beyond the year 9999");
    let rotates = rotated.checked_add(period.duration()).ok_or_else(beyond)?;
    Ok(map([(ROTATED_AT, text(rotated)?.into()), (ROTATES_AT, text(rotates)?.into())]))
}

fn unknown(key: &str) -> Value {
    Value::unknown(Kind::String, format!("${{{key}}}"))
}

fn required(inputs: &Value) -> Result<Period, ProviderError> {
    match checked::<Rotating>(inputs)?.rotation {
        Input::Value(period) => Ok(period),
        _ => Err(refused("Inputs", "`rotation` is required")),
    }
}

pub(super) struct Type;

impl Kept for Type {
    fn kind(&self) -> &'static str {
        Rotating::TYPE
    }

    fn properties(&self) -> &'static [&'static str] {
        &["rotation", KEEPERS]
    }

    fn changes_in_place(&self, property: &str) -> bool {
        property == "rotation"
    }

    fn check(&self, inputs: &Value) -> Vec<Problem> {
        let rotating = match read::<Rotating>(inputs) {
            Ok(rotating) => rotating,
            Err(problems) => return problems,
        };
        match rotating.rotation {
            _ if inputs.get("rotation").is_none() => vec![problem("rotation", "it is required")],
            Input::Value(period) if period.duration().is_zero() => {
                vec![problem("rotation", "it is zero: every update would take a new instant")]
            }
            _ => Vec::new(),
        }
    }

    fn predict(&self, inputs: &Value, current: Option<&Value>) -> Map {
        let rotated = current.and_then(|current| current.get(ROTATED_AT));
        let period = rotation(inputs);
        let rotates = current.zip(period).and_then(|(current, period)| due_at(current, period));
        let rotates = rotates.and_then(|instant| text(instant).ok()).map(Value::from);
        map([
            (ROTATED_AT, rotated.cloned().unwrap_or_else(|| unknown(ROTATED_AT))),
            (ROTATES_AT, rotates.unwrap_or_else(|| unknown(ROTATES_AT))),
        ])
    }

    fn make(&self, inputs: &Value, ports: &Ports) -> Result<(Option<String>, Map), ProviderError> {
        Ok((None, outputs(now(ports), required(inputs)?)?))
    }

    fn keep(&self, inputs: &Value, old: &Map) -> Result<Map, ProviderError> {
        let rotated = old.get(ROTATED_AT).and_then(Value::as_str).and_then(instant);
        let rotated = rotated.ok_or_else(|| refused("Damaged", "the state has no instant to keep"))?;
        let mut kept = old.clone();
        kept.extend(outputs(rotated, required(inputs)?)?);
        Ok(kept)
    }

    fn due(&self, old: &Existing<'_>, new: &Value, clock: &dyn Clock) -> Option<Change> {
        let due = due_at(old.outputs, rotation(new)?)?;
        (clock.now() >= due).then(|| Change {
            path: Path::of_keys(ROTATES_AT),
            before: text(due).ok().map(Value::from),
            after: Some(unknown(ROTATES_AT)),
            replaces: true,
        })
    }

    fn import(&self, id: &str) -> Result<Map, ProviderError> {
        Ok(map([(ROTATED_AT, text(imported(id)?)?.into())]))
    }
}
