//! A time in which nobody is told, as configuration gives it.

use atp_iac::Config;

/// A time in which nobody is told.
#[derive(Clone, Debug, Config)]
#[config(check = check)]
pub struct QuietTime {
    /// Why.
    #[config(length = 5..=200)]
    pub reason: String,
    /// The days of the week; none: every day.
    #[config(default)]
    pub days: Vec<Weekday>,
    /// When it begins on each of these days: `20:00:00`.
    #[config(length = 8..=8)]
    pub start: String,
    /// When it ends: `06:00:00`; where that is earlier, on the next day.
    #[config(length = 8..=8)]
    pub end: String,
    /// The zone that these times are in, by the names that Windows has for them.
    #[config(default = "UTC")]
    pub time_zone: String,
    /// Whether those who are woken up are left alone too.
    #[config(default = false)]
    pub critical_too: bool,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Config)]
#[allow(missing_docs, reason = "their names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// Azure takes any text for a time and refuses it only when the rule is written.
fn check(quiet: &QuietTime) -> Result<(), String> {
    for time in [&quiet.start, &quiet.end] {
        let parts: Vec<Option<u32>> = time.split(':').map(|part| part.parse().ok()).collect();
        match parts.as_slice() {
            [Some(..24), Some(..60), Some(..60)] => {}
            _ => return Err(format!("`{time}` is not a time of the day, such as `20:00:00`")),
        }
    }
    if quiet.start == quiet.end { Err("it begins when it ends".into()) } else { Ok(()) }
}
