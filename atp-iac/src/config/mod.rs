//! Typed, layered configuration.

use crate::value::Value;

/// The configuration of one stack: the layers merged, each value with the place it came from.
#[derive(Debug, Default, Clone)]
pub struct ConfigTree {
    root: std::collections::BTreeMap<String, Value>,
}

/// Configuration as a type: a struct with `#[derive(Config)]`.
pub trait Config: Sized {
    /// The fields.
    const FIELDS: &'static [ConfigField];
}

/// One value that a stack reads from its configuration.
#[derive(Debug, Clone, Copy)]
pub struct ConfigField {
    /// Name in the file.
    pub name: &'static str,
}

/// What is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    message: String,
}

impl ConfigTree {
    /// Reads it as a type.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read<C: Config>(&self) -> Result<C, ConfigError> {
        Err(ConfigError { message: format!("not read: {}", self.root.len()) })
    }
}
