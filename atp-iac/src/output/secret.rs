//! A value that must not be shown.

use super::Expression;
use crate::value::{Data, Decoder, Kind, SECRET_MASK, Value};
use std::fmt;

/// A value that must not be shown. It has no `Display` and cannot be given for a property in clear.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Marks a value as secret.
    pub fn new(value: T) -> Self {
        Secret(value)
    }

    /// Uses the value. Keep the result secret.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SECRET_MASK)
    }
}

impl<T: Data> Data for Secret<T> {
    const KIND: Kind = T::KIND;
    fn encode(&self) -> Expression {
        match self.0.encode() {
            Expression::Value(value) => Expression::Value(Value::into_secret(value)),
            other => Expression::Secret(Box::new(other)),
        }
    }
    fn decode(value: &Value, decoder: &mut Decoder) -> Option<Self> {
        // Also what the cloud did not call secret: the program's type does.
        decoder.note_secret();
        decoder.value(value).map(Secret)
    }
}
