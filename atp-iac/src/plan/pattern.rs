//! Patterns that name resources.

use crate::{StackName, Urn};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Names resources: by their URN when it begins with `urn:`, and by their names with those of their components otherwise,
/// such as `vault/endpoint`. `*` stands for any text without `/`, `:` and `$`; `**` for any text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern(String);

/// A text that cannot be a [`Pattern`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write a name such as `vault`, a pattern such as `vault/**`, or a URN")]
pub struct PatternError;

impl Pattern {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is about URNs, which can be of any stack.
    pub fn is_of_urns(&self) -> bool {
        self.0.starts_with("urn:")
    }

    /// Whether it means this resource.
    pub fn matches(&self, urn: &Urn) -> bool {
        let text = if self.is_of_urns() { urn.as_str() } else { urn.name() };
        glob(self.0.as_bytes(), text.as_bytes())
    }

    /// Whether it can mean a resource of this stack.
    pub fn is_about(&self, stack: &StackName) -> bool {
        let StackName { environment, region, stack } = stack;
        let head = format!("urn:atp:{environment}:{region}:{stack}");
        match self.0.split_once("::") {
            // What `**` stands for may reach over the end of what names the stack.
            Some((own, _)) if self.is_of_urns() && !own.contains("**") => {
                glob(own.as_bytes(), head.as_bytes())
            }
            _ => true,
        }
    }
}

impl FromStr for Pattern {
    type Err = PatternError;
    fn from_str(text: &str) -> Result<Self, PatternError> {
        match text.trim().is_empty() {
            true => Err(PatternError),
            false => Ok(Pattern(text.trim().to_owned())),
        }
    }
}

impl From<&Urn> for Pattern {
    fn from(urn: &Urn) -> Self {
        Pattern(urn.as_str().to_owned())
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where to go on when what follows a star does not fit: after the star, with so much of the text taken by it.
#[derive(Clone, Copy)]
struct Star {
    after: usize,
    taken: usize,
    any: bool,
}

/// Linear but for what is between stars. A `*` that cannot take more hands over to the last `**` before it.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut read) = (0, 0);
    let (mut single, mut double): (Option<Star>, Option<Star>) = (None, None);
    loop {
        if pattern.get(at) == Some(&b'*') {
            let any = pattern.get(at + 1) == Some(&b'*');
            at += if any { 2 } else { 1 };
            let star = Some(Star { after: at, taken: read, any });
            (single, double) = if any { (None, star) } else { (star, double) };
            continue;
        }
        match (pattern.get(at), text.get(read)) {
            (None, None) => return true,
            (Some(wanted), Some(found)) if wanted == found => {
                (at, read) = (at + 1, read + 1);
                continue;
            }
            _ => {}
        }
        let takes_more = |star: &Star| {
            text.get(star.taken).is_some_and(|byte| star.any || !matches!(byte, b'/' | b':' | b'$'))
        };
        let Some(star) = single.filter(takes_more).or_else(|| double.filter(takes_more)) else {
            return false;
        };
        let star = Star { taken: star.taken + 1, ..star };
        (at, read) = (star.after, star.taken);
        (single, double) = if star.any { (None, Some(star)) } else { (Some(star), double) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urn(types: &[&str], names: &[&str]) -> Urn {
        Urn::new(&StackName::new("prod", "west", "base").unwrap(), types, names).unwrap()
    }

    fn matches(pattern: &str, urn: &Urn) -> bool {
        pattern.parse::<Pattern>().unwrap().matches(urn)
    }

    #[test]
    fn a_star_stays_in_one_part_and_two_stars_go_over_all() {
        let endpoint = urn(&["Vault", "T/endpoints"], &["vault", "endpoint-1"]);
        for good in
            ["vault/endpoint-1", "vault/*", "**", "*/endpoint-*", "vault/**", "**-1", "v*/**t-1", "*/*-*"]
        {
            assert!(matches(good, &endpoint), "{good}");
        }
        for bad in ["vault", "*", "endpoint-1", "vault/endpoint", "*-1", "**/vault", "vault/*-2"] {
            assert!(!matches(bad, &endpoint), "{bad}");
        }
    }

    #[test]
    fn a_urn_is_matched_as_a_whole_and_may_leave_the_stack_open() {
        let vault = urn(&["Microsoft.KeyVault/vaults"], &["vault"]);
        for good in [
            vault.as_str(),
            "urn:atp:prod:*:*::**::vault",
            "urn:**::vault",
            "urn:atp:*:west:base::*/vaults::*",
        ] {
            assert!(matches(good, &vault), "{good}");
        }
        for bad in ["urn:atp:prod:*::**::vault", "urn:atp:prod:*:*::*::vault", "urn:atp:dev:*:*::**"] {
            assert!(!matches(bad, &vault), "{bad}");
        }
        let pattern: Pattern = "urn:atp:prod:*:base::**::vault".parse().unwrap();
        assert!(pattern.is_about(&StackName::new("prod", "east", "base").unwrap()));
        assert!(!pattern.is_about(&StackName::new("prod", "east", "data").unwrap()));
        assert!("  ".parse::<Pattern>().is_err());
    }
}
