//! What a program says for a property, with outputs still in place.

use super::{Output, OutputError, Resolver};
use crate::Urn;
use crate::value::{Data, Kind, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// A value whose parts may be outputs.
#[derive(Clone)]
pub enum Expression {
    /// Known in the program.
    Value(Value),
    /// Known when resources are.
    Output(Arc<dyn Evaluate>),
    /// A list of expressions.
    List(Vec<Expression>),
    /// A map of expressions.
    Map(BTreeMap<String, Expression>),
    /// A secret expression.
    Secret(Box<Expression>),
    /// Something that cannot be used: what is declared with it is refused.
    Refused {
        /// Of which property.
        path: String,
        /// Why.
        problem: String,
    },
}

/// What may be given for a property whose type is not known: anything that a property can be, an output of such, or JSON.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a property",
    note = "properties are booleans, numbers, strings, lists, string maps, ids, JSON, secrets and outputs of these, or structures made of them"
)]
pub trait IntoExpression {
    /// Converts.
    fn into_expression(self) -> Expression;
}

#[diagnostic::do_not_recommend]
impl<T: Data> IntoExpression for T {
    fn into_expression(self) -> Expression {
        self.encode()
    }
}
#[diagnostic::do_not_recommend]
impl<T: Data> IntoExpression for Output<T> {
    fn into_expression(self) -> Expression {
        self.into()
    }
}
#[diagnostic::do_not_recommend]
impl<T: Data> IntoExpression for &Output<T> {
    fn into_expression(self) -> Expression {
        self.clone().into()
    }
}
#[diagnostic::do_not_recommend]
impl IntoExpression for &str {
    fn into_expression(self) -> Expression {
        Value::from(self).into()
    }
}
#[diagnostic::do_not_recommend]
impl IntoExpression for serde_json::Value {
    fn into_expression(self) -> Expression {
        Value::from(self).into()
    }
}

/// An output whose type is forgotten.
pub trait Evaluate: Send + Sync {
    /// The resources that the value comes from.
    fn dependencies(&self) -> &BTreeSet<Urn>;
    /// The value as far as it is known.
    fn evaluate(&self, resolver: &dyn Resolver) -> Result<Value, OutputError>;
    /// Where it comes from.
    fn origin(&self) -> String;
    /// What it is made of in the end.
    fn sources(&self) -> Vec<Source>;
}

/// Something that a value is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Given in the program.
    Literal,
    /// A property of a resource, or of the answer to a query.
    Property {
        /// Of which.
        urn: Urn,
        /// Where in its outputs, such as `properties.vaultUri`.
        path: String,
    },
    /// An output of another stack.
    Reference {
        /// Of which, as seen from this one.
        stack: String,
        /// Which.
        output: String,
    },
}

impl<T: Data> Evaluate for Output<T> {
    fn dependencies(&self) -> &BTreeSet<Urn> {
        &self.dependencies
    }
    fn evaluate(&self, resolver: &dyn Resolver) -> Result<Value, OutputError> {
        let resolved = self.resolve(resolver)?;
        let value = match resolved.value {
            Some(data) => data.encode().resolve(resolver)?,
            None => Value::unknown(T::KIND, self.origin()),
        };
        Ok(if resolved.secret { value.into_secret() } else { value })
    }
    fn origin(&self) -> String {
        self.origin.to_string()
    }
    fn sources(&self) -> Vec<Source> {
        let mut sources = Vec::new();
        self.origin.collect(&mut sources);
        sources
    }
}

impl Expression {
    /// The resources that the value comes from.
    pub fn dependencies(&self) -> BTreeSet<Urn> {
        let mut found = BTreeSet::new();
        self.collect(&mut found);
        found
    }

    fn collect(&self, found: &mut BTreeSet<Urn>) {
        match self {
            Expression::Value(_) | Expression::Refused { .. } => {}
            Expression::Output(output) => found.extend(output.dependencies().iter().cloned()),
            Expression::List(list) => list.iter().for_each(|item| item.collect(found)),
            Expression::Map(map) => map.values().for_each(|item| item.collect(found)),
            Expression::Secret(inner) => inner.collect(found),
        }
    }

    /// The first part that cannot be used: its path, and why.
    pub fn refused(&self) -> Option<(&str, &str)> {
        match self {
            Expression::Value(_) | Expression::Output(_) => None,
            Expression::List(list) => list.iter().find_map(Expression::refused),
            Expression::Map(map) => map.values().find_map(Expression::refused),
            Expression::Secret(inner) => inner.refused(),
            Expression::Refused { path, problem } => Some((path, problem)),
        }
    }

    /// The value as far as it is known: unknown parts stay in it as [`Value::Unknown`].
    ///
    /// # Errors
    /// When a resource's outputs do not have the type that they should.
    pub fn resolve(&self, resolver: &dyn Resolver) -> Result<Value, OutputError> {
        Ok(match self {
            Expression::Value(value) => value.clone(),
            Expression::Output(output) => output.evaluate(resolver)?,
            Expression::List(list) => {
                Value::List(list.iter().map(|item| item.resolve(resolver)).collect::<Result<_, _>>()?)
            }
            Expression::Map(map) => {
                let mut entries = BTreeMap::new();
                for (key, item) in map {
                    entries.insert(key.clone(), item.resolve(resolver)?);
                }
                Value::Map(entries)
            }
            Expression::Secret(inner) => inner.resolve(resolver)?.into_secret(),
            // Nothing that is declared has one.
            Expression::Refused { path, .. } => Value::unknown(Kind::Any, path.as_str()),
        })
    }
}

impl From<Value> for Expression {
    fn from(value: Value) -> Self {
        Expression::Value(value)
    }
}

impl<T: Data> From<Output<T>> for Expression {
    fn from(output: Output<T>) -> Self {
        Expression::Output(Arc::new(output))
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expression::Value(value) => value.fmt(f),
            Expression::Output(output) => f.write_str(&output.origin()),
            Expression::List(list) => f.debug_list().entries(list).finish(),
            Expression::Map(map) => f.debug_map().entries(map).finish(),
            Expression::Secret(_) => f.write_str(crate::value::SECRET_MASK),
            Expression::Refused { path, problem } => write!(f, "(`{path}` {problem})"),
        }
    }
}
