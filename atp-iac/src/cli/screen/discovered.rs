//! What `import --scope` found.

use super::look::{Colour, Look, clean};
use crate::engine::{Discovered, DiscoveryNote};
use std::fmt::Write as _;

/// How much was found, what should be known about it, and what to do next. `file` is where the code was written to.
pub(in crate::cli) fn discovered(discovered: &Discovered, file: Option<&str>, look: Look<'_>) -> String {
    let Discovered { found, notes, .. } = discovered;
    let mut text = String::new();
    if look.verbose {
        for one in found {
            let _ = writeln!(text, "  < {} ({}): {}", clean(&one.name), clean(&one.kind), clean(&one.id));
        }
        text.push('\n');
    }
    for note in notes {
        let sign = match note {
            DiscoveryNote::LeftOut { .. } => look.paint(Colour::Dim, "o"),
            DiscoveryNote::Hidden { .. } | DiscoveryNote::UnreadState { .. } => {
                look.paint(Colour::Yellow, "!")
            }
        };
        let _ = writeln!(text, "{sign} {}", clean(&note.to_string()).replace('\n', "\u{fffd}"));
    }
    if !notes.is_empty() {
        text.push('\n');
    }
    let where_to = file.map(|file| format!(" in {}", clean(file))).unwrap_or_default();
    let left_out = notes.iter().filter(|note| matches!(note, DiscoveryNote::LeftOut { .. })).count();
    let _ = match left_out {
        0 => writeln!(text, "{} declared{where_to}", found.len()),
        count => writeln!(text, "{} declared{where_to}, {count} left out", found.len()),
    };
    let given = match notes.iter().any(|note| matches!(note, DiscoveryNote::Hidden { .. })) {
        true => ", and give it what is to be given",
        false => "",
    };
    let _ = writeln!(
        text,
        "next: call `declare` of it in the program of the stack{given}; `preview` then shows what is taken over and nothing \
         else, and `up` takes it over"
    );
    text
}
