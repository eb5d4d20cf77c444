//! How long operations take: by type, and by what they do.
//!
//! ```yaml
//! operations:
//!   - { type: Microsoft.Cache/redis, when: create, seconds: 900, spread: 0.3 }
//!   - { type: Microsoft.Network/**, seconds: 6 }
//! ```
//!
//! The first entry that fits counts. `when` is `create`, `update` or `delete`, and any of them when it is absent. A
//! spread of 0.3 means up to 30 percent more or less, drawn from the seed of the simulator.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::draw::draw;
use crate::faults::ScriptError;
use crate::faults::script::{Seconds, read};
use crate::glob::Glob;

/// How long operations take, by type. What it does not say takes [`operation_duration`].
///
/// [`operation_duration`]: crate::Settings::operation_duration
#[derive(Debug, Clone, Default)]
pub struct Latency {
    entries: Vec<Entry>,
}

/// What an operation does to its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Phase {
    Create,
    Update,
    Delete,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(rename = "type")]
    type_name: Glob,
    when: Option<Phase>,
    #[serde(deserialize_with = "seconds")]
    seconds: Duration,
    #[serde(default)]
    spread: Spread,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    operations: Vec<Entry>,
}

fn seconds<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Duration, D::Error> {
    Seconds::deserialize(source).map(|seconds| seconds.0)
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(try_from = "f64")]
struct Spread(f64);

impl TryFrom<f64> for Spread {
    type Error = String;

    fn try_from(value: f64) -> Result<Spread, String> {
        let fits = (0.0..=1.0).contains(&value);
        fits.then_some(Spread(value)).ok_or_else(|| format!("{value} is not a spread from 0 to 1"))
    }
}

/// What operations take in Azure, in our estimate: nobody promises these figures, and they change with region, size and
/// day. They are there to find out what a deployment does while it waits.
const REALISTIC: &str = include_str!("latency_realistic.yaml");

impl Latency {
    /// The names of the profiles that there are.
    pub const PROFILES: [&str; 2] = ["instant", "realistic"];

    /// The profile with this name: `instant` says nothing of any type, `realistic` has our estimates for Azure.
    pub fn named(name: &str) -> Option<Latency> {
        match name {
            "instant" => Some(Latency::default()),
            "realistic" => Latency::parse(REALISTIC, "realistic").ok(),
            _ => None,
        }
    }

    /// Reads a profile in YAML or JSON; `name` is the file, for errors.
    pub fn parse(text: &str, name: &str) -> Result<Latency, ScriptError> {
        let profile: Profile = read(text, name)?;
        Ok(Latency { entries: profile.operations })
    }

    /// What the profile says of an operation; `draw` from 0 to 1 stands for the luck of this one.
    fn of(&self, type_name: &str, phase: Phase, draw: f64) -> Option<Duration> {
        let fits = |entry: &&Entry| {
            entry.type_name.matches(type_name) && entry.when.is_none_or(|when| when == phase)
        };
        let entry = self.entries.iter().find(fits)?;
        Some(entry.seconds.mul_f64(1.0 + entry.spread.0 * (2.0 * draw - 1.0)))
    }

    /// The profile for people, as it could be read again.
    pub(crate) fn shown(&self) -> Value {
        let entries = self.entries.iter().map(|entry| {
            json!({
                "type": entry.type_name.text(),
                "when": entry.when,
                "seconds": entry.seconds.as_secs_f64(),
                "spread": entry.spread.0,
            })
        });
        json!({ "operations": entries.collect::<Vec<_>>() })
    }
}

impl Cloud {
    /// How long an operation takes that began at `started`, in milliseconds.
    pub(crate) fn duration(&self, type_name: &str, phase: Phase, key: &str, started: i64) -> i64 {
        let luck = draw(self.settings.seed, &format!("latency/{key}"), started.unsigned_abs());
        let duration = self.settings.latency.of(type_name, phase, luck);
        let duration = duration.unwrap_or(self.settings.operation_duration);
        i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_entry_that_fits_counts_and_the_spread_has_its_bounds() {
        let text = "operations:\n  - { type: A.B/c, when: create, seconds: 100, spread: 0.2 }\n  - { type: A.B/**, seconds: 1.5 }\n";
        let latency = Latency::parse(text, "profile").unwrap();
        let of = |type_name, phase, draw| latency.of(type_name, phase, draw).map(|found| found.as_secs_f64());
        assert_eq!(of("a.b/C", Phase::Create, 0.0), Some(80.0));
        assert_eq!(of("a.b/C", Phase::Create, 1.0), Some(120.0));
        assert_eq!(of("A.B/c", Phase::Delete, 0.0), Some(1.5));
        assert_eq!(of("A.B/c/d", Phase::Create, 0.0), Some(1.5));
        assert_eq!(of("A.C/c", Phase::Create, 0.0), None);
    }

    #[test]
    fn a_profile_that_cannot_be_read_is_told_with_the_place() {
        let problem = |text: &str| Latency::parse(text, "slow.yaml").unwrap_err().to_string();
        let negative = problem("operations:\n  - type: A/b\n    seconds: -1\n");
        assert!(negative.starts_with("slow.yaml: ") && negative.contains("line 3"), "{negative}");
        let spread = problem("operations: [{ type: A/b, seconds: 1, spread: 2 }]");
        assert!(spread.contains("2 is not a spread from 0 to 1"), "{spread}");
    }

    #[test]
    fn every_named_profile_is_there() {
        assert!(Latency::PROFILES.iter().all(|name| Latency::named(name).is_some()));
        assert!(Latency::named("nonsense").is_none());
        let realistic = Latency::named("realistic").unwrap();
        let shown = realistic.shown().to_string();
        assert_eq!(Latency::parse(&shown, "shown").unwrap().entries.len(), realistic.entries.len());
    }
}
