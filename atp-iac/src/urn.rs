//! The name of a resource in the state: which stack, which components, which type, which name.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// `urn:atp:<environment>:<region>:<stack>::<parent type>$<type>::<name>`.
///
/// The types are those of the enclosing components and of the resource, joined by `$`; the name is the names of the
/// same, joined by `/`. So two components of one type may each have a child of the same name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Urn(Arc<str>);

/// Values by URN. Who can choose URNs runs as the program does, so the hash may be one that is fast.
pub(crate) type UrnMap<V> = HashMap<Urn, V, foldhash::fast::RandomState>;

/// The same, of borrowed URNs.
pub(crate) type UrnRefMap<'u, V> = HashMap<&'u Urn, V, foldhash::fast::RandomState>;

/// Which stack of which environment and region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StackName {
    /// Such as `prod`.
    pub environment: String,
    /// Such as `westeurope`.
    pub region: String,
    /// Such as `foundation`.
    pub stack: String,
}

/// A text that is not a [`Urn`] or not a part of one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrnError {
    /// The text does not have the parts of a URN.
    #[error("`{0}` is not a URN; expected `urn:atp:<environment>:<region>:<stack>::<type>::<name>`")]
    Malformed(String),
    /// A part of a stack name has a character that would make names ambiguous.
    #[error("the {part} `{text}` must be 1 to 64 letters, digits, `-` or `_`")]
    Part {
        /// Which part.
        part: &'static str,
        /// What was given.
        text: String,
    },
    /// A resource or component has no name.
    #[error("a resource of type `{0}` has an empty name")]
    EmptyName(String),
}

impl StackName {
    /// Checks the parts: they are used in URNs and in file names.
    ///
    /// # Errors
    /// Names the part that is empty, too long or has another character than letters, digits, `-` and `_`.
    pub fn new(environment: &str, region: &str, stack: &str) -> Result<Self, UrnError> {
        for (part, text) in [("environment", environment), ("region", region), ("stack name", stack)] {
            let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if text.is_empty() || text.len() > 64 || !text.chars().all(good) {
                return Err(UrnError::Part { part, text: text.to_owned() });
            }
        }
        Ok(StackName { environment: environment.into(), region: region.into(), stack: stack.into() })
    }
}

impl fmt::Display for StackName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.environment, self.region, self.stack)
    }
}

impl Urn {
    /// From the stack, the types (outermost component first, the resource last) and the names, likewise.
    ///
    /// # Errors
    /// When a name is empty.
    pub fn new(stack: &StackName, types: &[&str], names: &[&str]) -> Result<Self, UrnError> {
        if names.iter().any(|name| name.is_empty()) {
            return Err(UrnError::EmptyName(types.last().copied().unwrap_or_default().to_owned()));
        }
        let StackName { environment, region, stack } = stack;
        let mut text = String::with_capacity(128);
        for part in ["urn:atp:", environment, ":", region, ":", stack] {
            text.push_str(part);
        }
        for (parts, separator) in [(types, "$"), (names, "/")] {
            text.push_str("::");
            for (index, part) in parts.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { separator });
                text.push_str(part);
            }
        }
        Ok(Urn(text.into()))
    }

    /// What is in a component, or under a resource.
    ///
    /// # Errors
    /// When the name is empty.
    pub fn below(parent: &Urn, kind: &str, name: &str) -> Result<Self, UrnError> {
        if name.is_empty() {
            return Err(UrnError::EmptyName(kind.to_owned()));
        }
        let (stack, types, names) = parent.parts();
        Ok(Urn(format!("{stack}::{types}${kind}::{names}/{name}").into()))
    }

    /// The same in another stack.
    pub fn in_stack(&self, stack: &StackName) -> Self {
        let StackName { environment, region, stack } = stack;
        let (_, types, names) = self.parts();
        Urn(format!("urn:atp:{environment}:{region}:{stack}::{types}::{names}").into())
    }

    /// Whether it is in this stack.
    pub fn is_in(&self, stack: &StackName) -> bool {
        let StackName { environment, region, stack } = stack;
        let mut parts = self.parts().0.splitn(5, ':').skip(2);
        [environment, region, stack].into_iter().all(|part| parts.next() == Some(part))
    }

    /// What is before the types, the types, and the names.
    fn parts(&self) -> (&str, &str, &str) {
        let (stack, rest) = split(&self.0).unwrap_or_default();
        let (types, names) = split(rest).unwrap_or_default();
        (stack, types, names)
    }

    /// Stands for a stack as a whole, where a message needs a URN.
    pub fn of_stack(stack: &StackName) -> Self {
        let StackName { environment, region, stack } = stack;
        Urn(format!("urn:atp:{environment}:{region}:{stack}::atp:Stack::{stack}").into())
    }

    /// Reads a URN.
    ///
    /// # Errors
    /// When a part is missing.
    pub fn parse(text: &str) -> Result<Self, UrnError> {
        let malformed = || UrnError::Malformed(text.to_owned());
        let rest = text.strip_prefix("urn:atp:").ok_or_else(malformed)?;
        let (stack, rest) = split(rest).ok_or_else(malformed)?;
        let (types, name) = split(rest).ok_or_else(malformed)?;
        if stack.split(':').count() != 3 || types.is_empty() || name.is_empty() {
            return Err(malformed());
        }
        Ok(Urn(text.into()))
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The type of the resource, without those of its components.
    pub fn resource_type(&self) -> &str {
        self.types().rsplit('$').next().unwrap_or_default()
    }

    /// The types, outermost component first, joined by `$`.
    pub fn types(&self) -> &str {
        self.parts().1
    }

    /// The names of the components and of the resource, joined by `/`.
    pub fn name(&self) -> &str {
        self.parts().2
    }
}

/// What stands before the first `::`, and what stands after it.
fn split(text: &str) -> Option<(&str, &str)> {
    let at = text.as_bytes().windows(2).position(|pair| pair == b"::")?;
    Some((&text[..at], &text[at + 2..]))
}

impl fmt::Display for Urn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Urn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_colons_spaces_and_unicode_survive() {
        let stack = StackName::new("prod", "westeurope", "foundation").unwrap();
        let urn = Urn::new(&stack, &["atp:KeyVault", "Microsoft.KeyVault/vaults"], &["a", "b :: ü"]).unwrap();
        let read = Urn::parse(urn.as_str()).unwrap();
        assert_eq!(read.name(), "a/b :: ü");
        assert_eq!(read.resource_type(), "Microsoft.KeyVault/vaults");
        assert_eq!(read.types(), "atp:KeyVault$Microsoft.KeyVault/vaults");
    }

    #[test]
    fn what_is_not_a_urn_is_refused() {
        for text in
            ["", "urn:atp:a:b::t::n", "urn:atp:a:b:c::t", "urn:atp:a:b:c::::n", "urn:other:a:b:c::t::n"]
        {
            assert!(Urn::parse(text).is_err(), "{text}");
        }
        assert!(StackName::new("prod", "west/europe", "x").is_err());
        assert!(StackName::new("prod", "", "x").is_err());
    }
}
