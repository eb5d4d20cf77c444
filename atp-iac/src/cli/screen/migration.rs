//! What becomes of the file of another tool.

use super::look::{Colour, Look, clean};
use crate::cli::commands::Told;
use crate::engine::DiscoveryNote;
use crate::migrate::{Migration, Verdict};
use std::fmt::Write as _;

/// What becomes of each resource of the file, how many there are of each, and what to do next.
pub(in crate::cli) fn migration(told: &Told<'_>, look: Look<'_>) -> String {
    let mut text = String::new();
    for line in &told.migration.lines {
        let Some((sign, colour, what)) = shown(&line.verdict, look) else { continue };
        let kept = if line.is_protected && is_ours(&line.verdict) {
            "; it is protected there: say `protect` of it"
        } else {
            ""
        };
        let address = clean(&line.address);
        let _ = writeln!(
            text,
            "{} {address}: {}{kept}",
            look.paint(colour, sign),
            clean(&what).replace('\n', " ")
        );
    }
    for one in &told.migration.not_in_file {
        let id = one.id.as_ref().map(|id| format!(" (`{}`)", clean(id))).unwrap_or_default();
        let sign = look.paint(Colour::Yellow, "?");
        let _ = writeln!(
            text,
            "{sign} {}{id}: the program declares it, and the file does not have it",
            clean(one.urn.as_str())
        );
    }
    for one in &told.migration.ambiguous {
        let urns: Vec<String> = one.urns.iter().map(|urn| format!("`{}`", clean(urn.as_str()))).collect();
        let sign = look.paint(Colour::Red, "!");
        let _ = writeln!(
            text,
            "{sign} {}: not clear: it may be one of several for {}",
            clean(&one.address),
            urns.join(", ")
        );
    }
    let notes = told.written.iter().flat_map(|written| &written.discovered.notes);
    for note in notes {
        let sign = match note {
            DiscoveryNote::LeftOut { .. } => look.paint(Colour::Dim, "o"),
            DiscoveryNote::Hidden { .. } | DiscoveryNote::UnreadState { .. } => {
                look.paint(Colour::Yellow, "!")
            }
        };
        let _ = writeln!(text, "{sign} {}", clean(&note.to_string()).replace('\n', " "));
    }
    let _ = writeln!(text, "\n{}", total(told));
    if let Some(written) = told.written {
        let (code, imports) = (clean(written.code), clean(written.imports));
        let _ = writeln!(
            text,
            "{} declared in {code}, listed in {imports}\nnext: call `declare` of it in the program of the stack, and give it \
             what is to be given; `up`, or `import --file {imports}`, then takes it over, and `preview` shows that nothing else \
             is to be done",
            written.discovered.found.len(),
        );
    }
    text
}

/// A sign, its colour, and what is said. What is as it should be is told with `--verbose`.
fn shown(verdict: &Verdict, look: Look<'_>) -> Option<(&'static str, Colour, String)> {
    let shown = match verdict {
        Verdict::Adopted { urn, id } if look.verbose => ("<", Colour::Green, format!("`{id}` is `{urn}`")),
        Verdict::Declared { name, id, .. } if look.verbose => {
            ("<", Colour::Green, format!("`{id}` is declared as `{name}`"))
        }
        Verdict::Managed { urn, .. } if look.verbose => {
            ("=", Colour::Dim, format!("it is managed already, as `{urn}`"))
        }
        Verdict::Part { of, .. } if look.verbose => ("=", Colour::Dim, format!("it is said within `{of}`")),
        Verdict::Adopted { .. }
        | Verdict::Declared { .. }
        | Verdict::Managed { .. }
        | Verdict::Part { .. } => return None,
        Verdict::NotDeclared { kind, id } => {
            ("?", Colour::Yellow, format!("the program declares no {kind} with the id `{id}`"))
        }
        Verdict::Left { why } => ("o", Colour::Dim, format!("left: {why}")),
        Verdict::Unread { id, why, .. } => ("!", Colour::Red, format!("`{id}` cannot be read: {why}")),
    };
    Some(shown)
}

fn is_ours(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Adopted { .. } | Verdict::Declared { .. })
}

/// How many there are of each.
fn total(told: &Told<'_>) -> String {
    let migration: &Migration = told.migration;
    let counts = [
        (migration.count(is_ours), if told.written.is_some() { "declared" } else { "to be taken over" }),
        (migration.count(|one| matches!(one, Verdict::Managed { .. })), "managed already"),
        (migration.count(|one| matches!(one, Verdict::Part { .. })), "said within others"),
        (migration.count(|one| matches!(one, Verdict::NotDeclared { .. })), "not in the program"),
        (migration.count(|one| matches!(one, Verdict::Left { .. })), "left"),
        (migration.count(|one| matches!(one, Verdict::Unread { .. })), "not readable"),
    ];
    let some = counts.iter().filter(|(count, _)| *count > 0);
    let some: Vec<String> = some.map(|(count, what)| format!("{count} {what}")).collect();
    let of_file = if some.is_empty() { "nothing".to_owned() } else { some.join(", ") };
    let besides = match migration.not_in_file.len() {
        0 => String::new(),
        count => format!("; the program declares {count} more"),
    };
    format!(
        "{} ({}): {} resources: {of_file}{besides}",
        clean(told.file),
        told.tool.name(),
        migration.lines.len()
    )
}
