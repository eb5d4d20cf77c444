//! One step of a pattern, as it is written and as it leads on.

use crate::value::Value;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Any,
    Named(String),
}

impl Step {
    pub fn is(&self, segment: &str) -> bool {
        match self {
            Step::Any => true,
            Step::Named(name) => name == segment,
        }
    }

    /// Names of items mean the same in any case.
    pub fn is_name(&self, name: &str) -> bool {
        matches!(self, Step::Named(own) if own.eq_ignore_ascii_case(name))
    }

    /// Whether it means an item of a list: by its position, or by its name.
    pub fn is_item(&self, index: usize, item: &Value) -> bool {
        self.is(&index.to_string()) || item.name().is_some_and(|name| self.is_name(name))
    }
}

/// The first step of a text, and what follows.
pub(super) fn step(text: &str, first: bool) -> Result<(Step, &str), &'static str> {
    if let Some(inside) = text.strip_prefix('[') {
        return bracket(inside);
    }
    let key = match text.strip_prefix('.') {
        Some(key) if !first => key,
        _ if first => text,
        _ => return Err("where a dot or a bracket is missing after `]`"),
    };
    let (key, rest) = key.split_at(key.find(['.', '[']).unwrap_or(key.len()));
    match key {
        "" => Err("which has an empty key"),
        "*" => Ok((Step::Any, rest)),
        key if key.contains('*') => {
            Err("where `*` is a part of a key, and it can only stand for a whole one")
        }
        key if key.contains(']') => Err("where a `]` has no `[`"),
        key => Ok((Step::Named(key.to_owned()), rest)),
    }
}

fn bracket(inside: &str) -> Result<(Step, &str), &'static str> {
    const OPEN: &str = "where a `[` has no `]`";
    let (key, rest) = match inside.strip_prefix('"') {
        Some(quoted) => quoted.split_once("\"]").ok_or("where a quote is not closed")?,
        None => match inside.split_once(']').ok_or(OPEN)? {
            ("*", rest) => return Ok((Step::Any, rest)),
            other => other,
        },
    };
    if key.is_empty() { Err("which has empty brackets") } else { Ok((Step::Named(key.to_owned()), rest)) }
}
