//! Why something happens to a resource.

use super::look::{Look, clean};
use super::value::{change, inline};
use super::{colour, config_source, symbol, verb};
use crate::plan::{Origin, Property, Why};
use std::fmt::Write as _;

/// What happens to a resource, and below it, further in, what that comes from.
pub(in crate::cli) fn why(why: &Why, look: Look<'_>) -> String {
    let mut text = String::new();
    write_why(why, "", look, &mut text);
    text
}

fn one_line(text: &str) -> String {
    clean(text).replace('\n', "\u{fffd}")
}

fn write_why(why: &Why, indent: &str, look: Look<'_>, text: &mut String) {
    let sign = look.paint(colour(why.action), symbol(why.action));
    let (name, kind) = (one_line(why.urn.name()), one_line(&why.kind));
    let _ = write!(text, "{sign} {name} ({kind}) {}", verb(why.action));
    if let Some(reason) = &why.reason {
        let _ = write!(text, ": {}", one_line(reason));
    }
    if let Some(location) = &why.location {
        let _ = write!(text, ", declared at {}", one_line(location));
    }
    text.push_str(if why.told { ", told above\n" } else { "\n" });
    let further = format!("{indent}    ");
    for property in &why.properties {
        write_property(property, why, &further, look, text);
    }
}

fn write_property(property: &Property, why: &Why, indent: &str, look: Look<'_>, text: &mut String) {
    let path = if property.path.is_empty() { "(all)".to_owned() } else { one_line(&property.path) };
    let value = match (property.changes, &property.after) {
        (true, after) => change(property.before.as_ref(), after.as_ref(), look),
        (false, Some(value)) => inline(value, look),
        (false, None) => "(not set)".to_owned(),
    };
    let force = if property.replaces { ", which forces the replacement" } else { "" };
    let _ = writeln!(text, "{indent}{path}: {value}{force}");
    let further = format!("{indent}    ");
    if property.origins.is_empty() {
        let _ = writeln!(text, "{indent}  <- the program does not say it");
    }
    for origin in &property.origins {
        let _ = write!(text, "{indent}  <- ");
        match origin {
            Origin::Program { configured } => {
                let at = why.location.as_deref().map(one_line).unwrap_or_default();
                let _ = writeln!(text, "the program, at {at}");
                for line in configured {
                    let _ = writeln!(
                        text,
                        "{further}the configuration says the same in `{}` ({})",
                        one_line(&line.path),
                        one_line(&config_source(line))
                    );
                }
            }
            Origin::Resource { output, why } => {
                let _ = write!(text, "{}: ", one_line(output));
                write_why(why, &further, look, text);
            }
            Origin::Query { output } => {
                let _ = writeln!(text, "{}, which is looked up", one_line(output));
            }
            Origin::Reference { output } => {
                let _ = writeln!(text, "{}, an output of another stack", one_line(output));
            }
        }
    }
}
