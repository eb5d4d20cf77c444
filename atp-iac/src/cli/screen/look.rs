//! How text is shown.

use crate::secrets::Fingerprints;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What a screen may use.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::cli) struct Look<'f> {
    /// Makes the marks by which two secrets are told apart.
    pub fingerprints: Option<&'f Fingerprints>,
    /// Colours.
    pub colour: bool,
    /// More than is needed.
    pub verbose: bool,
}

/// Colours of terminals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Colour {
    Red,
    Green,
    Yellow,
    Magenta,
    Bold,
    Dim,
}

impl Look<'_> {
    /// The text in a colour, where there are colours.
    pub fn paint(self, colour: Colour, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match colour {
            Colour::Red => 31,
            Colour::Green => 32,
            Colour::Yellow => 33,
            Colour::Magenta => 35,
            Colour::Bold => 1,
            Colour::Dim => 2,
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// Without characters that would steer a terminal. Line ends stay.
pub(in crate::cli) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// A duration in words, such as `3.2s` or `2m 05s`.
pub(in crate::cli) fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    match whole {
        0..60 => format!("{:.1}s", duration.as_secs_f64()),
        60..3600 => format!("{}m {:02}s", whole / 60, whole % 60),
        _ => format!("{}h {:02}m", whole / 3600, whole / 60 % 60),
    }
}

/// A moment, to the second.
pub(in crate::cli) fn moment(at: OffsetDateTime) -> String {
    let at = at.replace_nanosecond(0).unwrap_or(at);
    at.format(&Rfc3339).unwrap_or_else(|_| at.to_string())
}

/// At most `limit` items and how many more there are.
pub(super) fn some(items: &[String], limit: usize) -> String {
    let shown = items.iter().take(limit).map(|item| clean(item)).collect::<Vec<_>>().join(", ");
    match items.len().saturating_sub(limit) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Every line after the first further in.
pub(super) fn hang(text: &str, indent: &str) -> String {
    clean(text).replace('\n', &format!("\n{indent}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        assert_eq!(seconds(Duration::from_millis(3_240)), "3.2s");
        assert_eq!(seconds(Duration::from_secs(125)), "2m 05s");
        assert_eq!(seconds(Duration::from_secs(3_720)), "1h 02m");
    }

    #[test]
    fn what_would_steer_a_terminal_is_taken_out() {
        assert_eq!(clean("a\x1b[2Jb\nc\rd"), "a\u{fffd}[2Jb\nc\u{fffd}d");
    }
}
