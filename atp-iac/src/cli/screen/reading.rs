//! What was changed outside.

use super::look::{Colour, Look, clean};
use super::value::change;
use crate::engine::{Drifted, Finding, Reading};
use std::fmt::Write as _;

/// Every object that is otherwise than the state says, and how many were read. `written` says that the state knows now.
pub(in crate::cli) fn reading(reading: &Reading, written: bool, look: Look<'_>) -> String {
    let look = Look { fingerprints: reading.fingerprints.as_ref(), ..look };
    let mut text = String::new();
    for one in &reading.drifted {
        write_one(one, look, &mut text);
    }
    if !reading.drifted.is_empty() {
        text.push('\n');
    }
    let gone = reading.drifted.iter().filter(|one| one.finding == Finding::Gone).count();
    let changed = reading.drifted.len() - gone;
    let counts = match (changed, gone) {
        (0, 0) => "nothing was changed outside".to_owned(),
        (changed, 0) => format!("{changed} changed outside"),
        (0, gone) => format!("{gone} gone"),
        (changed, gone) => format!("{changed} changed outside, {gone} gone"),
    };
    let _ = writeln!(text, "{} read: {counts}", reading.read);
    match (written, reading.drifted.is_empty()) {
        (_, true) => {}
        (true, false) => text.push_str("the state says so now; `preview` shows what brings it back\n"),
        (false, false) => {
            text.push_str("`preview --refresh` shows what brings it back; nothing was written\n")
        }
    }
    text
}

fn write_one(one: &Drifted, look: Look<'_>, text: &mut String) {
    let (name, kind) = (clean(one.urn.name()).replace('\n', "\u{fffd}"), clean(&one.kind));
    let at = match (look.verbose, &one.location) {
        (true, Some(location)) => format!("  at {}", clean(location)),
        _ => String::new(),
    };
    match &one.finding {
        Finding::Gone => {
            let _ = writeln!(text, "{} {name} ({kind}) is gone{at}", look.paint(Colour::Red, "-"));
        }
        Finding::Changed(changes) => {
            let _ = writeln!(text, "{} {name} ({kind}) was changed{at}", look.paint(Colour::Yellow, "~"));
            for one in changes {
                let line = change(one.before.as_ref(), one.after.as_ref(), look);
                let path = clean(&one.path.to_string()).replace('\n', "\u{fffd}");
                let _ = writeln!(text, "      {path}: {line}");
            }
        }
    }
}
