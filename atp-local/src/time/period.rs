//! How long something lasts, as people write it.

use atp_iac::output::Expression;
use atp_iac::value::{Data, Decoder, Kind};
use std::fmt;
use std::str::FromStr;

/// How long something lasts: `30d`, `12h`, `45m`, `90s`. It is kept as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    number: u32,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Days,
    Hours,
    Minutes,
    Seconds,
}

const UNITS: [Unit; 4] = [Unit::Days, Unit::Hours, Unit::Minutes, Unit::Seconds];

impl Unit {
    fn letter(self) -> char {
        match self {
            Unit::Days => 'd',
            Unit::Hours => 'h',
            Unit::Minutes => 'm',
            Unit::Seconds => 's',
        }
    }

    fn seconds(self) -> i64 {
        match self {
            Unit::Days => 24 * 60 * 60,
            Unit::Hours => 60 * 60,
            Unit::Minutes => 60,
            Unit::Seconds => 1,
        }
    }
}

/// A text that is no [`Period`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a period: write a number and `d`, `h`, `m` or `s`, such as `30d`")]
pub struct PeriodError(pub String);

impl Period {
    /// Days of 24 hours.
    pub const fn days(number: u32) -> Self {
        Period { number, unit: Unit::Days }
    }

    /// Hours.
    pub const fn hours(number: u32) -> Self {
        Period { number, unit: Unit::Hours }
    }

    /// Minutes.
    pub const fn minutes(number: u32) -> Self {
        Period { number, unit: Unit::Minutes }
    }

    /// Seconds.
    pub const fn seconds(number: u32) -> Self {
        Period { number, unit: Unit::Seconds }
    }

    pub(super) fn duration(self) -> time::Duration {
        time::Duration::seconds(i64::from(self.number) * self.unit.seconds())
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.number, self.unit.letter())
    }
}

impl FromStr for Period {
    type Err = PeriodError;
    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let read = || {
            let unit = UNITS.into_iter().find(|unit| text.ends_with(unit.letter()))?;
            let digits = text.strip_suffix(unit.letter())?;
            let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
            Some(Period { number, unit })
        };
        read().ok_or_else(|| PeriodError(text.to_owned()))
    }
}

impl Data for Period {
    const KIND: Kind = Kind::String;
    fn encode(&self) -> Expression {
        Expression::Value(self.to_string().into())
    }
    fn decode(value: &atp_iac::Value, decoder: &mut Decoder) -> Option<Self> {
        let text = String::decode(value, decoder)?;
        let read = text.parse();
        read.map_err(|_| decoder.mismatch("a number and `d`, `h`, `m` or `s`, such as `30d`", "another text"))
            .ok()
    }
}
