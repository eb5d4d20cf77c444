//! Patterns for paths and types: `*` stands for anything in one segment, `**` for anything in any number of them.

use regex_lite::Regex;
use serde::Deserialize;

/// A pattern in which `*` stands for anything but `/`, and `**` for anything. It has to match from start to end, without
/// regard to case.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Glob {
    text: String,
    regex: Regex,
}

/// A pattern that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is no pattern: {problem}")]
pub struct GlobError {
    pattern: String,
    problem: String,
}

impl Glob {
    /// The pattern with this text.
    pub fn new(text: &str) -> Result<Glob, GlobError> {
        let error = |problem: String| GlobError { pattern: text.to_owned(), problem };
        if text.is_empty() {
            return Err(error("it is empty; `**` stands for anything".to_owned()));
        }
        let parts: Vec<String> = text
            .split("**")
            .map(|part| part.split('*').map(regex_lite::escape).collect::<Vec<_>>().join("[^/]*"))
            .collect();
        let regex = Regex::new(&format!("(?is)^{}$", parts.join(".*")));
        let regex = regex.map_err(|problem| error(problem.to_string()))?;
        Ok(Glob { text: text.to_owned(), regex })
    }

    /// Whether it matches all of `text`.
    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// The pattern as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl TryFrom<String> for Glob {
    type Error = GlobError;

    fn try_from(text: String) -> Result<Glob, GlobError> {
        Glob::new(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_star_stays_in_a_segment_and_two_do_not() {
        let matches = |pattern: &str, text: &str| Glob::new(pattern).unwrap().matches(text);
        assert!(matches("/a/*/c", "/A/b/C"));
        assert!(!matches("/a/*", "/a/b/c"));
        assert!(matches("/a/**", "/a/b/c"));
        assert!(matches("**/c", "/a/b/c") && !matches("**/c", "/a/b/c/d"));
        assert!(matches("a.b", "a.b") && !matches("a.b", "axb"));
        assert!(matches("**", ""));
        assert!(Glob::new("").is_err());
    }
}
