//! Why a plan does what it does: from an operation over the properties that differ to where their values come from, and
//! on through the resources that they are taken from.

use super::{Operation, OperationKind, Plan, back};
use crate::Urn;
use crate::config::{ConfigLine, unknown};
use crate::output::{Expression, Source};
use crate::value::{Path, Value};
use std::borrow::Cow;
use std::collections::HashSet;

/// What happens to a resource, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    /// Which resource.
    pub urn: Urn,
    /// Its type.
    pub kind: String,
    /// What happens to it.
    pub action: OperationKind,
    /// Why, where no property says it.
    pub reason: Option<String>,
    /// Where it is declared, or was.
    pub location: Option<String>,
    /// The properties that were asked for, or that differ.
    pub properties: Vec<Property>,
    /// It was explained before, further up.
    pub told: bool,
}

/// A property, and where its value comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// Which.
    pub path: String,
    /// What it was, when it changes. Secrets are marked.
    pub before: Option<Value>,
    /// What it is, or will be.
    pub after: Option<Value>,
    /// Whether it changes.
    pub changes: bool,
    /// Whether the provider replaces the resource for it.
    pub replaces: bool,
    /// Where the value comes from. Empty when the program does not say it.
    pub origins: Vec<Origin>,
}

/// Where a value, or a part of it, comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// The program says it where the resource is declared.
    Program {
        /// Values of the configuration that are the same: it may come from there.
        configured: Vec<ConfigLine>,
    },
    /// Another resource.
    Resource {
        /// Which output, such as `${network.id}`.
        output: String,
        /// What happens to that resource.
        why: Box<Why>,
    },
    /// A query, or something else that the plan does not hold.
    Query {
        /// Which part of its answer.
        output: String,
    },
    /// An output of another stack, such as `${foundation/vnet}`.
    Reference {
        /// Which.
        output: String,
    },
}

/// What cannot be explained.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unexplained(String);

impl Plan {
    /// Why something happens to a resource, or why one of its properties is as it is. `wanted` is a URN, or a name that only
    /// one resource has, and after a dot the path of a property: `vault.properties.sku.name`. `configured` are the
    /// values of the configuration, to say which of them a value may be.
    ///
    /// # Errors
    /// When there is no such resource or property, or several resources have the name.
    pub fn why(&self, wanted: &str, configured: &[ConfigLine]) -> Result<Why, Unexplained> {
        let (operation, path) = self.named(wanted)?;
        let mut chain = Chain { plan: self, configured, told: HashSet::new() };
        let path = path.map(|path| keys(&path));
        if let Some(path) = &path
            && operation.changes.iter().all(|change| !related(&keys(&change.path.to_string()), path))
            && Path::of_keys(&path.join("/")).find(&operation.inputs).is_none()
        {
            let known = operation.inputs.as_map().into_iter().flatten().map(|(key, _)| key.as_str());
            return Err(Unexplained(unknown("property", &path.join("."), known)));
        }
        Ok(chain.why(operation, path.as_deref(), true))
    }

    /// The longest name or URN that the text begins with, and what is behind it.
    fn named(&self, wanted: &str) -> Result<(&Operation, Option<String>), Unexplained> {
        let taken_back = back::copies(&self.operations);
        let ends = wanted.match_indices('.').map(|(at, _)| at).chain([wanted.len()]);
        for end in ends.rev() {
            let name = &wanted[..end];
            let is_owed = |one: &&Operation| one.old.as_ref().is_some_and(|old| old.replaced);
            let present = self.operations.iter().filter(|one| one.takes_back() || !is_owed(one));
            let mut found: Vec<&Operation> =
                present.filter(|one| one.urn.as_str() == name || one.urn.name() == name).collect();
            // Of a copy that is taken back, there is also the deletion of what had taken its place.
            found.retain(|one| one.takes_back() || !taken_back.contains_key(&one.urn));
            match found.as_slice() {
                [] => {}
                [one] => return Ok((one, wanted.get(end + 1..).map(str::to_owned))),
                several => {
                    let urns: Vec<String> = several.iter().map(|one| format!("`{}`", one.urn)).collect();
                    return Err(Unexplained(format!("`{name}` can mean each of {}", urns.join(", "))));
                }
            }
        }
        let names = self.operations.iter().map(|one| one.urn.name());
        let message = unknown("resource", wanted, names);
        Err(Unexplained(match self.operations.len() > 10 && !message.contains("did you mean") {
            true => format!("the plan has no resource `{wanted}`"),
            false => message,
        }))
    }
}

struct Chain<'p> {
    plan: &'p Plan,
    configured: &'p [ConfigLine],
    told: HashSet<&'p Urn>,
}

impl<'p> Chain<'p> {
    /// Of the resource that was asked about, everything that differs; of others, what has to do with what is taken from
    /// them.
    fn why(&mut self, operation: &'p Operation, path: Option<&[String]>, asked: bool) -> Why {
        let told = !self.told.insert(&operation.urn);
        let mut why = Why {
            urn: operation.urn.clone(),
            kind: operation.kind.clone(),
            action: operation.action,
            reason: operation.reason.clone(),
            location: (operation.location.map(|location| location.to_string()))
                .or_else(|| operation.old.as_ref()?.location.clone()),
            properties: Vec::new(),
            told,
        };
        if told {
            return why;
        }
        let concerns = |at: &Path| path.is_none_or(|path| related(&keys(&at.to_string()), path));
        let mut changes: Vec<_> = operation.changes.iter().filter(|change| concerns(&change.path)).collect();
        // Something else of it may have changed what is taken, such as its id.
        if changes.is_empty() && !asked {
            let forces = |one: &&crate::diff::Change| one.replaces || !operation.action.replaces();
            changes = operation.changes.iter().filter(forces).collect();
        }
        for change in &changes {
            let at = keys(&change.path.to_string());
            why.properties.push(Property {
                path: change.path.to_string(),
                before: change.before.clone(),
                after: change.after.clone(),
                changes: true,
                replaces: change.replaces,
                origins: self.origins(operation, &at),
            });
        }
        if let (true, Some(path)) = (changes.is_empty(), path) {
            let inputs = operation.shown_inputs();
            let value = Path::of_keys(&path.join("/")).walk(&inputs);
            let value =
                value.1.map(|part| if value.0.secret { part.clone().into_secret() } else { part.clone() });
            if asked || value.is_some() {
                why.properties.push(Property {
                    path: path.join("."),
                    before: None,
                    after: value,
                    changes: false,
                    replaces: false,
                    origins: self.origins(operation, path),
                });
            }
        }
        why
    }

    fn origins(&mut self, operation: &'p Operation, path: &[String]) -> Vec<Origin> {
        let Some(expression) = operation.expression.as_deref().and_then(|whole| part(whole, path)) else {
            return Vec::new();
        };
        let mut sources = Vec::new();
        collect(&expression, &mut sources);
        let mut origins: Vec<Origin> = Vec::new();
        for source in sources {
            let origin = match source {
                Said::Literal(value) => Origin::Program { configured: self.configured_as(&value) },
                Said::Source(Source::Literal) => Origin::Program { configured: Vec::new() },
                Said::Source(Source::Reference { stack, output }) => {
                    Origin::Reference { output: format!("${{{stack}/{output}}}") }
                }
                Said::Source(Source::Property { urn, path }) => {
                    let output = format!("${{{}.{path}}}", urn.name());
                    let plan = self.plan;
                    let found = plan.operations.iter().find(|one| {
                        one.urn == urn && one.action != OperationKind::Read && !one.action.leaves()
                    });
                    match found {
                        Some(found) => {
                            let why = self.why(found, Some(&keys(&path)), false);
                            Origin::Resource { output, why: Box::new(why) }
                        }
                        None => Origin::Query { output },
                    }
                }
            };
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        origins
    }

    /// The values of the configuration that are this one. What is true of half of all values says nothing.
    fn configured_as(&self, value: &Value) -> Vec<ConfigLine> {
        let text = match value {
            Value::String(text) if text.len() > 1 => value.to_json_masked().to_string(),
            Value::Number(_) => value.to_json_masked().to_string(),
            _ => return Vec::new(),
        };
        let same = |line: &&ConfigLine| line.value == text || line.value == text.trim_matches('"');
        self.configured.iter().filter(same).cloned().collect()
    }
}

/// Whether one of them is the other, or lies in it.
fn related(one: &[String], other: &[String]) -> bool {
    one.iter().zip(other).all(|(one, other)| one == other)
}

/// The steps of a path as it is shown: `a.b[2].c`.
fn keys(path: &str) -> Vec<String> {
    path.split(['.', '[', '/'])
        .map(|key| key.trim_end_matches(']').to_owned())
        .filter(|key| !key.is_empty())
        .collect()
}

/// The part of an expression at a path, or the one that holds it.
fn part<'e>(expression: &'e Expression, path: &[String]) -> Option<Cow<'e, Expression>> {
    let Some((first, rest)) = path.split_first() else { return Some(Cow::Borrowed(expression)) };
    match expression {
        Expression::Map(map) => part(map.get(first)?, rest),
        Expression::List(list) => match first.parse::<usize>() {
            Ok(index) => part(list.get(index)?, rest),
            Err(_) => Some(Cow::Borrowed(expression)),
        },
        Expression::Value(value) => {
            let (way, found) = Path::of_keys(&path.join("/")).walk(value);
            let found = found?.clone();
            Some(Cow::Owned(Expression::Value(if way.secret { found.into_secret() } else { found })))
        }
        Expression::Secret(inner) => part(inner, path).map(|part| match part.into_owned() {
            Expression::Value(value) => Cow::Owned(Expression::Value(value.into_secret())),
            other => Cow::Owned(other),
        }),
        whole => Some(Cow::Borrowed(whole)),
    }
}

enum Said {
    Literal(Value),
    Source(Source),
}

fn collect(expression: &Expression, sources: &mut Vec<Said>) {
    match expression {
        Expression::Value(value) => sources.push(Said::Literal(value.clone())),
        Expression::Output(output) => sources.extend(output.sources().into_iter().map(Said::Source)),
        Expression::List(list) => list.iter().for_each(|item| collect(item, sources)),
        Expression::Map(map) => map.values().for_each(|item| collect(item, sources)),
        // The value is not for comparing with others.
        Expression::Secret(inner) => match &**inner {
            Expression::Value(_) => sources.push(Said::Source(Source::Literal)),
            inner => collect(inner, sources),
        },
        Expression::Refused { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_as_it_is_shown() {
        assert_eq!(keys("properties.rules[2].name"), ["properties", "rules", "2", "name"]);
        assert_eq!(keys("rules[allow]"), ["rules", "allow"]);
        assert!(related(&keys("a.b"), &keys("a")) && related(&keys("a"), &keys("a.b")));
        assert!(!related(&keys("a.b"), &keys("a.c")));
    }
}
