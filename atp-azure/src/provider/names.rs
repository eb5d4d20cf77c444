//! Rules for names, and regular expressions.

use crate::descriptor::NameRules;
use regex_lite::Regex;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

/// What is wrong with a name.
pub(crate) fn problems(rules: &NameRules, name: &str) -> Vec<String> {
    if let Some(fixed) = rules.fixed {
        let good = name.eq_ignore_ascii_case(fixed);
        return if good { Vec::new() } else { vec![format!("`{name}` has to be `{fixed}`")] };
    }
    let mut found = Vec::new();
    let length = name.chars().count();
    if length < rules.min || length > rules.max {
        found.push(format!("`{name}` has {length} characters; {} to {} are allowed", rules.min, rules.max));
    }
    if !rules.upper && name.chars().any(|c| c.is_ascii_uppercase()) {
        found.push(format!("`{name}` may not have upper case letters"));
    }
    if !rules.hyphens && name.contains('-') {
        found.push(format!("`{name}` may not have a hyphen"));
    }
    if found.is_empty() && matches(rules.pattern, name) == Some(false) {
        found.push(format!("`{name}` does not have the form {}", rules.pattern));
    }
    found
}

/// Whether a text has the form of a pattern; `None` when there is no pattern, or none that can be used.
pub(crate) fn matches(pattern: &'static str, text: &str) -> Option<bool> {
    static COMPILED: LazyLock<Mutex<HashMap<&'static str, Option<Regex>>>> =
        LazyLock::new(|| Mutex::new(HashMap::new()));
    if pattern.is_empty() {
        return None;
    }
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let regex = compiled.entry(pattern).or_insert_with(|| Regex::new(pattern).ok());
    regex.as_ref().map(|regex| regex.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_does_not_compile_is_passed_over() {
        assert_eq!(matches("^(?=a)", "b"), None);
        assert_eq!(matches("", "b"), None);
        assert_eq!(matches("^a+$", "aa"), Some(true));
        assert_eq!(matches("^a+$", "ab"), Some(false));
    }
}
