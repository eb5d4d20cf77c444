//! Expressions of Rust, and how they stand in lines: as rustfmt puts them, as far as what is written here goes.

use super::json::{pretty, spaced};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The longest line.
const WIDTH: usize = 100;
/// The longest chain, array, or list of arguments that stands in one line.
pub(super) const SHORT: usize = 60;
/// Items of which none is longer than this fill line by line.
const TINY: usize = 10;
/// How far an inner line is indented.
pub(super) const STEP: usize = 4;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    /// What stands in one line whatever its length: literals, names, closures.
    Atom(String),
    /// `path(arguments)`; a pair where the path is empty.
    Call(String, Vec<Expr>),
    /// `[items]`
    Array(Vec<Expr>),
    /// `base.method(arguments)` with one method or more.
    Chain(Box<Expr>, Vec<(String, Vec<Expr>)>),
    /// `json!(value)`
    Json(Json),
    /// `expression?`
    Try(Box<Expr>),
}

impl Expr {
    pub fn atom(text: impl Into<String>) -> Self {
        Expr::Atom(text.into())
    }

    /// A literal.
    pub fn text(text: &str) -> Self {
        Expr::Atom(format!("{text:?}"))
    }

    pub fn call(path: impl Into<String>, arguments: impl IntoIterator<Item = Expr>) -> Self {
        Expr::Call(path.into(), arguments.into_iter().collect())
    }

    pub fn pair(first: Expr, second: Expr) -> Self {
        Expr::call("", [first, second])
    }

    /// The expression with a method behind it.
    pub fn then(self, method: impl Into<String>, arguments: impl IntoIterator<Item = Expr>) -> Self {
        let call = (method.into(), arguments.into_iter().collect());
        match self {
            Expr::Chain(base, mut calls) => {
                calls.push(call);
                Expr::Chain(base, calls)
            }
            base => Expr::Chain(Box::new(base), vec![call]),
        }
    }

    /// The expression with other atoms in the place of those that are listed.
    pub fn replaced(self, others: &BTreeMap<&str, String>) -> Self {
        let all = |items: Vec<Expr>| items.into_iter().map(|item| item.replaced(others)).collect();
        match self {
            Expr::Atom(text) => Expr::Atom(others.get(text.as_str()).cloned().unwrap_or(text)),
            Expr::Call(path, arguments) => Expr::Call(path, all(arguments)),
            Expr::Array(items) => Expr::Array(all(items)),
            Expr::Chain(base, calls) => {
                let calls = calls.into_iter().map(|(name, arguments)| (name, all(arguments))).collect();
                Expr::Chain(Box::new(base.replaced(others)), calls)
            }
            Expr::Try(inner) => Expr::Try(Box::new(inner.replaced(others))),
            json @ Expr::Json(_) => json,
        }
    }

    /// The expression with variables in the place of arrays that a method is given.
    pub fn with_array(self, method: &str, variables: &BTreeMap<String, String>) -> Self {
        let Expr::Chain(base, calls) = self else { return self };
        let calls = calls.into_iter().map(|(name, arguments)| match arguments.as_slice() {
            [array @ Expr::Array(_)] if name == method => match variables.get(&array.flat()) {
                Some(variable) => (name, vec![Expr::atom(variable)]),
                None => (name, arguments),
            },
            _ => (name, arguments),
        });
        Expr::Chain(base, calls.collect())
    }

    /// In one line, however long.
    pub fn flat(&self) -> String {
        match self {
            Expr::Atom(text) => text.clone(),
            Expr::Call(path, arguments) => format!("{path}({})", joined(arguments)),
            Expr::Array(items) => format!("[{}]", joined(items)),
            Expr::Chain(base, calls) => {
                let calls = calls.iter().map(|(name, arguments)| format!(".{name}({})", joined(arguments)));
                base.flat() + &calls.collect::<String>()
            }
            Expr::Json(json) => format!("json!({})", spaced(json)),
            Expr::Try(inner) => inner.flat() + "?",
        }
    }

    /// Whether it ends with a bracket.
    fn has_brackets(&self) -> bool {
        match self {
            Expr::Call(path, _) => !path.is_empty(),
            Expr::Array(_) | Expr::Chain(..) | Expr::Json(_) => true,
            Expr::Atom(_) | Expr::Try(_) => false,
        }
    }

    /// Whether it may stand in one line that is long enough for it.
    fn is_short(&self) -> bool {
        match self {
            Expr::Atom(_) => true,
            Expr::Call(_, arguments) => is_short(arguments),
            Expr::Array(items) => is_short(items),
            Expr::Chain(base, calls) => match calls.as_slice() {
                [(_, arguments)] => base.is_short() && is_short(arguments),
                _ => self.flat().chars().count() <= SHORT,
            },
            Expr::Json(json) => spaced(json).chars().count() <= SHORT,
            Expr::Try(inner) => inner.is_short(),
        }
    }

    /// In as many lines as it takes. It begins at `column` of a line that is indented by `indent`; behind it come `tail`
    /// more characters.
    pub fn layout(&self, indent: usize, column: usize, tail: usize) -> String {
        let flat = self.flat();
        if self.is_short() && column + flat.chars().count() + tail <= WIDTH {
            return flat;
        }
        match self {
            Expr::Atom(_) => flat,
            Expr::Call(path, arguments) => call(path, arguments, indent, column, tail),
            Expr::Array(items) => bracketed("[", items, "]", indent, column + 1, tail),
            Expr::Chain(base, calls) => chain(base, calls, indent, column, tail),
            Expr::Json(json) => pretty(json, indent),
            Expr::Try(inner) => inner.layout(indent, column, tail + 1) + "?",
        }
    }
}

/// `let name = expression;`, or the expression alone.
pub(super) fn statement(binding: Option<&str>, expression: &Expr, indent: usize) -> String {
    let start = binding.map(|name| format!("let {name} = ")).unwrap_or_default();
    let same = expression.layout(indent, indent + start.chars().count(), 1);
    let pad = " ".repeat(indent);
    if binding.is_some() && same.contains('\n') {
        let next = expression.layout(indent + STEP, indent + STEP, 1);
        let lines = |text: &str| text.matches('\n').count();
        let first = same.lines().next().unwrap_or_default().chars().count();
        // One column is kept for the semicolon, also where it stands in another line.
        let is_too_long = indent + start.chars().count() + first >= WIDTH;
        if is_too_long || !next.contains('\n') || lines(&same) > lines(&next) + 1 {
            return format!("{pad}{}\n{pad}    {next};\n", start.trim_end());
        }
    }
    format!("{pad}{start}{same};\n")
}

/// `const name: kind = "text";`
pub(super) fn constant(name: &str, kind: &str, text: &str) -> String {
    let flat = format!("const {name}: {kind} = {text:?};");
    if flat.chars().count() <= WIDTH {
        return flat + "\n";
    }
    format!("const {name}: {kind} =\n    {text:?};\n")
}

/// A list of names between braces, line after line.
pub(super) fn use_list(path: &str, names: &[String]) -> String {
    if let [only] = names {
        return format!("use {path}::{only};\n");
    }
    let flat = format!("use {path}::{{{}}};\n", names.join(", "));
    if flat.trim_end().chars().count() <= WIDTH {
        return flat;
    }
    format!("use {path}::{{\n{}\n}};\n", fill(names.iter().map(String::as_str), STEP))
}

fn joined(items: &[Expr]) -> String {
    items.iter().map(Expr::flat).collect::<Vec<_>>().join(", ")
}

fn is_short(items: &[Expr]) -> bool {
    match items {
        [only] => only.is_short(),
        _ => joined(items).chars().count() <= SHORT,
    }
}

fn call(path: &str, arguments: &[Expr], indent: usize, column: usize, tail: usize) -> String {
    let flat = joined(arguments);
    let inside = column + path.chars().count() + 1;
    if is_short(arguments) && inside + flat.chars().count() + 1 + tail <= WIDTH {
        return format!("{path}({flat})");
    }
    bracketed(&format!("{path}("), arguments, ")", indent, inside, tail)
}

/// Items between brackets. The only one begins in the line of the bracket where it ends with a bracket of its own.
fn bracketed(open: &str, items: &[Expr], close: &str, indent: usize, inside: usize, tail: usize) -> String {
    if let [only] = items
        && only.has_brackets()
    {
        let beside = only.layout(indent, inside, tail + 1);
        let first = beside.lines().next().unwrap_or_default().chars().count();
        // Calls in several lines begin a line of their own where they are an argument.
        let is_begun = open == "[" || !matches!(only, Expr::Chain(..)) || !beside.contains('\n');
        if is_begun && inside + first <= WIDTH {
            return format!("{open}{beside}{close}");
        }
    }
    if items.iter().all(|item| item.flat().chars().count() <= TINY) {
        return filled(open, items, close, indent);
    }
    vertical(open, items, close, indent)
}

/// Each item in lines of its own.
fn vertical(open: &str, items: &[Expr], close: &str, indent: usize) -> String {
    let inner = indent + STEP;
    let pad = " ".repeat(inner);
    let lines = items.iter().map(|item| format!("{pad}{},\n", item.layout(inner, inner, 1)));
    format!("{open}\n{}{}{close}", lines.collect::<String>(), " ".repeat(indent))
}

/// As many items in each line as fit.
fn filled(open: &str, items: &[Expr], close: &str, indent: usize) -> String {
    let flat: Vec<String> = items.iter().map(Expr::flat).collect();
    let lines = fill(flat.iter().map(String::as_str), indent + STEP);
    format!("{open}\n{lines}\n{}{close}", " ".repeat(indent))
}

/// As many items in each line as fit.
fn fill<'t>(items: impl Iterator<Item = &'t str>, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let (mut lines, mut line) = (Vec::new(), pad.clone());
    for item in items {
        let space = usize::from(line.len() > indent);
        if line.chars().count() + space + item.chars().count() + 1 >= WIDTH && line.len() > indent {
            lines.push(std::mem::replace(&mut line, pad.clone()));
        }
        if line.len() > indent {
            line.push(' ');
        }
        line += item;
        line.push(',');
    }
    lines.push(line);
    lines.join("\n")
}

/// All in one line but what the last call takes, or each call in a line of its own, whichever has fewer lines.
fn chain(base: &Expr, calls: &[(String, Vec<Expr>)], indent: usize, column: usize, tail: usize) -> String {
    let Some(((last, arguments), before)) = calls.split_last() else {
        return base.layout(indent, column, tail);
    };
    let first = base.layout(indent, column, 0);
    let is_broken = first.contains('\n');
    // Calls behind a base of several lines begin where its last line does.
    let inner = if is_broken { indent } else { indent + STEP };
    let below = call(&format!(".{last}"), arguments, inner, inner, tail);
    if !is_broken {
        let start = before
            .iter()
            .fold(first.clone(), |text, (name, arguments)| text + &format!(".{name}({})", joined(arguments)));
        let beside = call(&format!(".{last}"), arguments, indent, column + start.chars().count(), tail);
        let lines = beside.lines().count();
        let first_line = beside.lines().next().unwrap_or_default().chars().count();
        let limit = if before.is_empty() { WIDTH.saturating_sub(column) } else { SHORT };
        let fits =
            start.chars().count() + first_line <= limit && !before.iter().any(|(_, own)| !is_short(own));
        // What is as long as an indent leaves no line to itself.
        let is_receiver = before.is_empty() && first.chars().count() <= STEP;
        if is_receiver || fits && lines > 1 && (lines >= 5 || below.lines().count() >= lines) {
            return start + &beside;
        }
    }
    let pad = " ".repeat(inner);
    let mut text = first;
    for (name, arguments) in before {
        text += &format!("\n{pad}{}", call(&format!(".{name}"), arguments, inner, inner, 0));
    }
    text + &format!("\n{pad}{below}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sku() -> Expr {
        Expr::call("key_vault::VaultSku::new", [Expr::atom("key_vault::VaultSkuName::Standard")])
    }

    #[test]
    fn what_is_short_stands_in_one_line() {
        let vault = Expr::call("Vault::new", [Expr::atom("group.id()"), Expr::text("kv")]);
        assert_eq!(statement(Some("kv"), &vault, 4), "    let kv = Vault::new(group.id(), \"kv\");\n");
    }

    #[test]
    fn calls_stand_below_each_other_where_a_line_is_too_short_for_them() {
        let vault = Expr::call("Vault::new", [Expr::atom("group.id()"), Expr::text("kv")]);
        let vault = vault.then("sku", [sku()]).then("enabled", [Expr::atom("true")]);
        let expected = "    let kv = Vault::new(group.id(), \"kv\")\n        .sku(key_vault::VaultSku::new(key_vault::VaultSkuName::Standard))\n        .enabled(true);\n";
        assert_eq!(statement(Some("kv"), &vault, 4), expected);
    }

    #[test]
    fn arguments_stand_below_each_other_and_calls_behind_them_at_their_bracket() {
        let text = |letter: char| Expr::text(&letter.to_string().repeat(30));
        let vault = Expr::call("Vault::new", [text('a'), text('b')]).then("enabled", [Expr::atom("true")]);
        let (a, b) = ("a".repeat(30), "b".repeat(30));
        let expected = format!("let kv = Vault::new(\n    \"{a}\",\n    \"{b}\",\n)\n.enabled(true);\n");
        assert_eq!(statement(Some("kv"), &vault, 0), expected);
    }
}
