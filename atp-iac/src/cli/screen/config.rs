//! The configuration of a stack.

use super::look::clean;
use crate::config::{ConfigField, ConfigKind, ConfigLine};
use std::fmt::Write as _;

/// The values in effect, with where each was set.
pub(in crate::cli) fn show_config(lines: &[ConfigLine]) -> String {
    let mut text = String::new();
    for line in lines {
        let source = source(line);
        let _ = writeln!(text, "{} = {}  # {}", clean(&line.path), clean(&line.value), clean(&source));
    }
    text
}

/// Where a value was set.
pub(in crate::cli) fn source(line: &ConfigLine) -> String {
    line.place.as_ref().map_or_else(|| "default".to_owned(), ToString::to_string)
}

/// Every field under its path, those of structures too.
pub(in crate::cli) fn fields(fields: &[ConfigField]) -> Vec<(String, &ConfigField)> {
    fn collect<'f>(fields: &'f [ConfigField], prefix: &str, found: &mut Vec<(String, &'f ConfigField)>) {
        for field in fields {
            let path = format!("{prefix}{}", field.name);
            found.push((path.clone(), field));
            inner(&field.kind, &path, found);
        }
    }
    fn inner<'f>(kind: &'f ConfigKind, path: &str, found: &mut Vec<(String, &'f ConfigField)>) {
        match kind {
            ConfigKind::Structure(fields) => collect(fields, &format!("{path}."), found),
            ConfigKind::Secret(kind) | ConfigKind::Optional(kind) => inner(kind, path, found),
            ConfigKind::List(kind) => inner(kind, &format!("{path}[]"), found),
            ConfigKind::Map(kind) => inner(kind, &format!("{path}.NAME"), found),
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(fields, "", &mut found);
    found
}

/// What can be set: kind, bounds, default and description.
pub(in crate::cli) fn describe_config(all: &[ConfigField]) -> String {
    let mut text = String::new();
    for (path, field) in fields(all) {
        let _ = write!(text, "{path}: {}", field.kind);
        for (word, bounds) in [("in", field.range), ("of length", field.length)] {
            if let Some(bounds) = bounds {
                let _ = write!(text, ", {word} {bounds}");
            }
        }
        match (field.default, field.required) {
            (Some(default), _) => {
                let _ = write!(text, ", default {default}");
            }
            (None, true) => text.push_str(", required"),
            (None, false) => text.push_str(", may be left out"),
        }
        text.push('\n');
        for line in field.description.lines().filter(|line| !line.trim().is_empty()) {
            let _ = writeln!(text, "    {}", line.trim());
        }
    }
    text
}
