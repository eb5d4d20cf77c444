//! What a configuration is made of, for messages and documentation.

use std::fmt;

/// One value that a stack reads from its configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfigField {
    /// Name in the file.
    pub name: &'static str,
    /// The doc comment.
    pub description: &'static str,
    /// What it holds.
    pub kind: ConfigKind,
    /// Whether it must be given.
    pub required: bool,
    /// What it is where nothing is given, as the program says it.
    pub default: Option<&'static str>,
    /// Bounds of a number, as the program says them.
    pub range: Option<&'static str>,
    /// Bounds of a length, as the program says them.
    pub length: Option<&'static str>,
}

impl ConfigField {
    /// Whether it, or a part of it, must not be shown.
    pub const fn is_secret(&self) -> bool {
        self.kind.is_secret()
    }
}

/// What a value in a file must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigKind {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Whole,
    /// A number.
    Number,
    /// A text.
    Text,
    /// An IPv4 range.
    Cidr,
    /// Something that is not shown.
    Secret(&'static ConfigKind),
    /// Something that may be left out.
    Optional(&'static ConfigKind),
    /// A list.
    List(&'static ConfigKind),
    /// A map with names of the file's own.
    Map(&'static ConfigKind),
    /// A map with these names.
    Structure(&'static [ConfigField]),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Something of your own, described in words.
    Other(&'static str),
}

impl ConfigKind {
    /// Whether it, or a part of it, must not be shown.
    pub const fn is_secret(&self) -> bool {
        match self {
            ConfigKind::Secret(_) => true,
            ConfigKind::Optional(inner) | ConfigKind::List(inner) | ConfigKind::Map(inner) => {
                inner.is_secret()
            }
            ConfigKind::Structure(fields) => {
                let mut i = 0;
                while i < fields.len() {
                    if fields[i].is_secret() {
                        return true;
                    }
                    i += 1;
                }
                false
            }
            _ => false,
        }
    }
}

/// Whether nothing has to be given for fields like these.
pub(super) const fn none_required(fields: &[ConfigField]) -> bool {
    let mut i = 0;
    while i < fields.len() {
        if fields[i].required {
            return false;
        }
        i += 1;
    }
    true
}

impl fmt::Display for ConfigKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigKind::Bool => f.write_str("`true` or `false`"),
            ConfigKind::Whole => f.write_str("a whole number"),
            ConfigKind::Number => f.write_str("a number"),
            ConfigKind::Text => f.write_str("a text"),
            ConfigKind::Cidr => f.write_str("an IPv4 range such as `10.0.0.0/16`"),
            ConfigKind::Secret(inner) => write!(f, "{inner}, kept secret"),
            ConfigKind::Optional(inner) => inner.fmt(f),
            ConfigKind::List(inner) => write!(f, "a list, each item {inner}"),
            ConfigKind::Map(inner) => write!(f, "a map, each value {inner}"),
            ConfigKind::Structure(_) => f.write_str("a map"),
            ConfigKind::Choice(words) => {
                f.write_str("one of ")?;
                for (index, word) in words.iter().enumerate() {
                    write!(f, "{}`{word}`", if index > 0 { ", " } else { "" })?;
                }
                Ok(())
            }
            ConfigKind::Other(words) => f.write_str(words),
        }
    }
}
