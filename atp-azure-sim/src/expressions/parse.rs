//! From the text of an expression to its tree.

use super::{DEEPEST, Problem};

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    /// `'text'`
    Text(String),
    /// `12`
    Number(i64),
    /// `name(arguments)`
    Call(String, Vec<Expression>),
    /// `of.name`, or `of.?name`, which is null where there is none.
    Property { of: Box<Expression>, name: String, optional: bool },
    /// `of[index]`, or `of[?index]`.
    Index { of: Box<Expression>, index: Box<Expression>, optional: bool },
}

impl Expression {
    /// Calls `visit` with every call in the expression, the inner ones first.
    pub fn visit_calls(&self, visit: &mut dyn FnMut(&str, &[Expression])) {
        match self {
            Expression::Text(_) | Expression::Number(_) => {}
            Expression::Call(name, arguments) => {
                arguments.iter().for_each(|argument| argument.visit_calls(visit));
                visit(name, arguments);
            }
            Expression::Property { of, .. } => of.visit_calls(visit),
            Expression::Index { of, index, .. } => {
                of.visit_calls(visit);
                index.visit_calls(visit);
            }
        }
    }
}

/// Whether a text is an expression: it stands in brackets, and the first is not doubled.
pub(crate) fn is_expression(text: &str) -> bool {
    text.starts_with('[') && !text.starts_with("[[")
}

/// The tree of a text that [`is_expression`].
pub(crate) fn parse(text: &str) -> Result<Expression, Problem> {
    let inner = text.strip_prefix('[').unwrap_or(text);
    let mut reader = Reader { text: inner, at: 0, depth: 0 };
    let expression = reader.expression()?;
    reader.space();
    match reader.rest() {
        "]" => Ok(expression),
        _ => Err(reader.problem("']' at the end")),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Skips `token` when it is next.
    fn take(&mut self, token: &str) -> bool {
        self.space();
        let next = self.rest().starts_with(token);
        if next {
            self.at += token.len();
        }
        next
    }

    fn problem(&self, wanted: &str) -> Problem {
        Problem::new(format!(
            "Unable to parse language expression '{}': expected {wanted} at character {}.",
            self.text.strip_suffix(']').unwrap_or(self.text),
            self.at + 1
        ))
    }

    fn expression(&mut self) -> Result<Expression, Problem> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Problem::new(format!("Expressions are nested deeper than {DEEPEST}.")));
        }
        let mut expression = self.atom()?;
        loop {
            if self.take(".?") {
                let name = self.name()?;
                expression = Expression::Property { of: Box::new(expression), name, optional: true };
            } else if self.take(".") {
                let name = self.name()?;
                expression = Expression::Property { of: Box::new(expression), name, optional: false };
            } else if self.take("[") {
                let optional = self.take("?");
                let index = Box::new(self.expression()?);
                if !self.take("]") {
                    return Err(self.problem("']'"));
                }
                expression = Expression::Index { of: Box::new(expression), index, optional };
            } else {
                self.depth -= 1;
                return Ok(expression);
            }
        }
    }

    fn atom(&mut self) -> Result<Expression, Problem> {
        self.space();
        match self.rest().chars().next() {
            Some('\'') => self.text(),
            Some(first) if first.is_ascii_digit() || first == '-' || first == '+' => self.number(),
            _ => self.call(),
        }
    }

    fn text(&mut self) -> Result<Expression, Problem> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(end) = self.rest().find('\'') else { return Err(self.problem("a quote")) };
            text.push_str(&self.rest()[..end]);
            self.at += end + 1;
            // Two quotes stand for one.
            if !self.rest().starts_with('\'') {
                return Ok(Expression::Text(text));
            }
            text.push('\'');
            self.at += 1;
        }
    }

    fn number(&mut self) -> Result<Expression, Problem> {
        let rest = self.rest();
        let end = rest[1..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |end| end + 1);
        match rest[..end].parse() {
            Ok(number) => {
                self.at += end;
                Ok(Expression::Number(number))
            }
            Err(_) => Err(self.problem("a whole number")),
        }
    }

    fn name(&mut self) -> Result<String, Problem> {
        self.space();
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(rest.len());
        if end == 0 {
            return Err(self.problem("a name"));
        }
        let name = rest[..end].to_owned();
        self.at += end;
        Ok(name)
    }

    /// `name(arguments)`, with `namespace.` in front for user-defined functions.
    fn call(&mut self) -> Result<Expression, Problem> {
        let mut name = self.name()?;
        if self.take(".") {
            name = format!("{name}.{}", self.name()?);
        }
        if !self.take("(") {
            return Err(self.problem("'('"));
        }
        let mut arguments = Vec::new();
        if self.take(")") {
            return Ok(Expression::Call(name, arguments));
        }
        loop {
            arguments.push(self.expression()?);
            if self.take(")") {
                return Ok(Expression::Call(name, arguments));
            }
            if !self.take(",") {
                return Err(self.problem("',' or ')'"));
            }
        }
    }
}
