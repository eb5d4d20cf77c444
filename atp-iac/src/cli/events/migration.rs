//! The events of a migration.

use crate::cli::commands::Told;
use crate::migrate::{Line, NotInFile, Verdict};
use serde_json::{Value as Json, json};

/// What becomes of a resource of the file.
pub(in crate::cli) fn foreign(line: &Line) -> Json {
    let (verdict, urn, name, id, why) = match &line.verdict {
        Verdict::Adopted { urn, id } => ("adopted", Some(urn.to_string()), None, Some(id), None),
        Verdict::Declared { name, id, .. } => ("declared", None, Some(name), Some(id), None),
        Verdict::Managed { urn, id } => ("managed", Some(urn.to_string()), None, Some(id), None),
        Verdict::Part { of, id } if of.starts_with("urn:") => {
            ("part", Some(of.clone()), None, Some(id), None)
        }
        Verdict::Part { of, id } => ("part", None, Some(of), Some(id), None),
        Verdict::NotDeclared { id, .. } => ("not_declared", None, None, Some(id), None),
        Verdict::Left { why } => ("left", None, None, None, Some(why)),
        Verdict::Unread { id, why, .. } => ("unread", None, None, Some(id), Some(why)),
    };
    json!({
        "event": "foreign", "address": line.address, "foreign_type": line.kind, "protected": line.is_protected,
        "verdict": verdict, "urn": urn, "name": name, "id": id, "why": why,
    })
}

/// How many there are of each, and what is written.
pub(in crate::cli) fn migration(told: &Told<'_>) -> Json {
    let migration = told.migration;
    let count = |is: fn(&Verdict) -> bool| migration.count(is);
    let not_in_file = |one: &NotInFile| json!({"urn": one.urn.as_str(), "id": one.id});
    let ambiguous = migration.ambiguous.iter().map(|one| {
        json!({"address": one.address, "urns": one.urns.iter().map(|urn| urn.as_str()).collect::<Vec<_>>()})
    });
    let notes = told.written.iter().flat_map(|written| &written.discovered.notes);
    json!({
        "event": "migration", "tool": told.tool.name(), "file": told.file, "resources": migration.lines.len(),
        "adopted": count(|one| matches!(one, Verdict::Adopted { .. })),
        "declared": count(|one| matches!(one, Verdict::Declared { .. })),
        "managed": count(|one| matches!(one, Verdict::Managed { .. })),
        "parts": count(|one| matches!(one, Verdict::Part { .. })),
        "not_declared": count(|one| matches!(one, Verdict::NotDeclared { .. })),
        "left": count(|one| matches!(one, Verdict::Left { .. })),
        "unread": count(|one| matches!(one, Verdict::Unread { .. })),
        "not_in_file": migration.not_in_file.iter().map(not_in_file).collect::<Vec<_>>(),
        "ambiguous": ambiguous.collect::<Vec<_>>(),
        "code": told.written.map(|written| written.code), "imports": told.written.map(|written| written.imports),
        "notes": notes.map(super::note).collect::<Vec<_>>(),
    })
}
