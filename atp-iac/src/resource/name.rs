//! Resource names that are checked at compile time where they are literals.

use super::ResourceType;
use crate::output::{Input, IntoInput};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// Rules for the names of a type of resource, as far as a compiler can check them.
#[derive(Debug, Clone, Copy)]
pub struct NameRules {
    /// Fewest characters.
    pub min: usize,
    /// Most characters.
    pub max: usize,
    /// Whether hyphens may stand inside.
    pub hyphens: bool,
    /// Whether upper case letters may be used.
    pub upper: bool,
    /// Whether `.`, `_`, `(` and `)` may be used.
    pub punctuation: bool,
}

/// A resource type with rules for its names.
pub trait Named: ResourceType {
    /// The rules.
    const RULES: NameRules;
}

/// A checked name of a `T`; made by [`name!`](crate::name).
pub struct Name<T> {
    text: Cow<'static, str>,
    kind: PhantomData<fn() -> T>,
}

impl<T: Named> Name<T> {
    /// Checks a literal; see [`name!`](crate::name).
    #[track_caller]
    #[allow(clippy::panic, reason = "it is how a constant tells the compiler that a literal is bad")]
    pub const fn literal(text: &'static str) -> Self {
        if let Some(problem) = problem(text, &T::RULES) {
            panic!("{}", problem);
        }
        Name { text: Cow::Borrowed(text), kind: PhantomData }
    }

    /// Checks a text at run time.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        match problem(text, &T::RULES) {
            Some(problem) => Err(problem),
            None => Ok(Name { text: Cow::Owned(text.to_owned()), kind: PhantomData }),
        }
    }
}

impl<T> Name<T> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

const fn problem(text: &str, rules: &NameRules) -> Option<&'static str> {
    let bytes = text.as_bytes();
    if bytes.len() < rules.min {
        return Some("the name is too short for this type of resource");
    }
    if bytes.len() > rules.max {
        return Some("the name is too long for this type of resource");
    }
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            b'a'..=b'z' | b'0'..=b'9' => {}
            b'A'..=b'Z' if rules.upper => {}
            b'A'..=b'Z' => return Some("the name of this type of resource is lower case"),
            b'-' if rules.hyphens && i > 0 && i + 1 < bytes.len() => {}
            b'-' => return Some("a hyphen is not allowed here in the name of this type of resource"),
            b'.' | b'_' | b'(' | b')' if rules.punctuation => {}
            _ => return Some("the name has a character that this type of resource does not allow"),
        }
        i += 1;
    }
    None
}

impl<T> fmt::Display for Name<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl<T> fmt::Debug for Name<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}
impl<T> Clone for Name<T> {
    fn clone(&self) -> Self {
        Name { text: self.text.clone(), kind: PhantomData }
    }
}
#[diagnostic::do_not_recommend]
impl<T> IntoInput<String> for Name<T> {
    fn into_input(self) -> Input<String> {
        Input::Value(self.text.into_owned())
    }
}

/// A resource name, checked at compile time: `name!(StorageAccount, "stdata001")`.
#[macro_export]
macro_rules! name {
    ($type:ty, $text:literal) => {{
        const NAME: $crate::Name<$type> = $crate::Name::<$type>::literal($text);
        NAME
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Account;
    impl ResourceType for Account {
        const TYPE: &'static str = "Test/accounts";
    }
    impl Named for Account {
        const RULES: NameRules =
            NameRules { min: 3, max: 8, hyphens: false, upper: false, punctuation: false };
    }

    #[test]
    fn a_literal_name_is_a_constant() {
        assert_eq!(crate::name!(Account, "stdata").as_str(), "stdata");
    }

    #[test]
    fn a_bad_name_says_what_is_wrong() {
        assert_eq!(
            Name::<Account>::parse("a").unwrap_err(),
            "the name is too short for this type of resource"
        );
        assert!(Name::<Account>::parse("st-data").unwrap_err().starts_with("a hyphen"));
        assert!(Name::<Account>::parse("stData").unwrap_err().contains("lower case"));
    }
}
