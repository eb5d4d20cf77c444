//! Names that follow from what a resource is, and obey the rules of its type.

use crate::descriptor::NameRules;
use regex_lite::Regex;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Characters of a hash in a name: 50 bits.
const HASH_LENGTH: usize = 10;
const HASH_ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Why there is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Names of the type have a form of their own, such as a UUID.
    #[error("no name can be made of `{text}`: names of this type must match `{pattern}`")]
    Pattern {
        /// The parts that were given.
        text: String,
        /// What names must match.
        pattern: String,
    },
    /// The longest name is shorter than a hash.
    #[error("names of this type have at most {max} characters, too few for a name that is made of parts")]
    TooShort {
        /// The longest name.
        max: usize,
    },
}

/// The name of a role assignment: the same for the same scope, principal and role, in any case and with any form of
/// the role's id. So a program that runs twice does not assign twice.
pub fn role_assignment_name(scope: &str, principal: &str, role: &str) -> String {
    let role = role.trim_end_matches('/').rsplit('/').next().unwrap_or(role);
    let scope = scope.trim_end_matches('/');
    let text = format!("role assignment\n{scope}\n{principal}\n{role}").to_ascii_lowercase();
    Uuid::new_v5(&Uuid::NAMESPACE_URL, text.as_bytes()).to_string()
}

/// A name for a resource of a type with these rules, made of parts that are joined by `-`.
///
/// The parts are the name as they are where that is possible. Where something has to change (characters that the type
/// does not allow, upper case, the length) a hash of all of it is appended. So two different texts do not get one
/// name, also not where Azure compares without case. With `unique`, such as the subscription and the stack, the hash
/// is always there and also covers it: for names that must be unique in all of Azure.
///
/// # Errors
/// When names of the type have a form of their own, or are too short.
pub fn resource_name(rules: &NameRules, parts: &[&str], unique: Option<&str>) -> Result<String, NameError> {
    let text = parts.join("-");
    if let Some(fixed) = rules.fixed {
        return Ok(fixed.to_owned());
    }
    let matches = |name: &str| follows(rules, name);
    let clean = cleaned(&text, rules.hyphens);
    if unique.is_none() && clean == text && matches(&clean) {
        return Ok(clean);
    }
    let hash = hash(&text, unique);
    let separator = if rules.hyphens { "-" } else { "" };
    let room = rules
        .max
        .checked_sub(HASH_LENGTH + separator.len() + 1)
        .ok_or(NameError::TooShort { max: rules.max })?;
    // What starts with a digit gets a letter in front where the type asks for one; what is empty gets it always.
    ["", "n"]
        .iter()
        .map(|prefix| {
            let stem: String = prefix.chars().chain(clean.chars()).take(room + 1).collect();
            let stem = stem.trim_matches('-');
            if stem.is_empty() { hash.clone() } else { format!("{stem}{separator}{hash}") }
        })
        .find(|name| matches(name))
        .ok_or_else(|| NameError::Pattern { text, pattern: rules.pattern.to_owned() })
}

/// Whether a name obeys the rules.
pub fn follows(rules: &NameRules, name: &str) -> bool {
    let length = name.chars().count();
    let pattern = || Regex::new(rules.pattern).is_ok_and(|regex| regex.is_match(name));
    let hyphens = rules.hyphens || !name.contains('-');
    let upper = rules.upper || !name.chars().any(char::is_uppercase);
    let fixed = rules.fixed.is_none_or(|fixed| fixed.eq_ignore_ascii_case(name));
    (rules.min..=rules.max).contains(&length)
        && hyphens
        && upper
        && fixed
        && (rules.pattern.is_empty() || pattern())
}

/// Lower case letters, digits, and single hyphens inside where they are allowed.
fn cleaned(text: &str, hyphens: bool) -> String {
    let mut name = String::new();
    for letter in text.chars().map(|letter| letter.to_ascii_lowercase()) {
        if letter.is_ascii_alphanumeric() {
            name.push(letter);
        } else if hyphens && !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    name.truncate(name.trim_end_matches('-').len());
    name
}

fn hash(text: &str, unique: Option<&str>) -> String {
    let digest = Sha256::new().chain_update(text).chain_update([0]).chain_update(unique.unwrap_or_default());
    let digest = digest.finalize();
    let letter = |byte: &u8| char::from(HASH_ALPHABET[usize::from(byte % 32)]);
    digest.iter().take(HASH_LENGTH).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptor::Unique;
    use proptest::prelude::*;

    const STORAGE: NameRules = NameRules {
        min: 3,
        max: 24,
        pattern: "^[a-z0-9]+$",
        hyphens: false,
        upper: false,
        unique: Unique::Global,
        fixed: None,
    };
    const VAULT: NameRules =
        NameRules { hyphens: true, upper: true, pattern: "^[a-zA-Z][a-zA-Z0-9-]+[a-zA-Z0-9]$", ..STORAGE };

    #[test]
    fn parts_that_fit_are_the_name() {
        assert_eq!(resource_name(&VAULT, &["kv", "dev", "north"], None).unwrap(), "kv-dev-north");
        assert_eq!(resource_name(&STORAGE, &["stdata001"], None).unwrap(), "stdata001");
    }

    #[test]
    fn what_has_to_change_gets_a_hash() {
        let name = resource_name(&STORAGE, &["st", "data"], None).unwrap();
        assert!(name.starts_with("stdata") && name.len() == 16, "{name}");
        assert_ne!(name, resource_name(&STORAGE, &["std", "ata"], None).unwrap());
        let name = resource_name(&VAULT, &["1st"], None).unwrap();
        assert!(name.starts_with("n1st-"), "{name}");
    }

    #[test]
    fn a_form_of_its_own_is_refused() {
        let rules = NameRules { min: 36, max: 36, pattern: "^[0-9a-f]{8}-[0-9a-f]{27}$", ..VAULT };
        assert!(matches!(resource_name(&rules, &["a"], None), Err(NameError::Pattern { .. })));
        assert!(matches!(
            resource_name(&NameRules { max: 8, ..STORAGE }, &["a", "b"], None),
            Err(NameError::TooShort { max: 8 })
        ));
    }

    #[test]
    fn one_assignment_has_one_name() {
        let name =
            role_assignment_name("/subscriptions/S/", "P", "/subscriptions/s/providers/x/roleDefinitions/R");
        assert_eq!(name, role_assignment_name("/subscriptions/s", "p", "/providers/x/roleDefinitions/r"));
        assert_ne!(name, role_assignment_name("/subscriptions/s", "q", "r"));
        assert_eq!(name.len(), 36);
    }

    fn parts() -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec("[a-zA-Z0-9_. é-]{0,20}", 1..5)
    }

    proptest! {
        #[test]
        fn every_name_obeys_the_rules(parts in parts(), unique in prop::option::of("[a-z]{0,4}")) {
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            for rules in [&STORAGE, &VAULT] {
                let name = resource_name(rules, &parts, unique.as_deref()).unwrap();
                prop_assert!(follows(rules, &name), "{name}");
            }
        }

        #[test]
        fn different_texts_get_different_names(one in parts(), other in parts()) {
            prop_assume!(one.join("-") != other.join("-"));
            let [one, other] = [&one, &other].map(|parts| parts.iter().map(String::as_str).collect::<Vec<_>>());
            for rules in [&STORAGE, &VAULT] {
                let name = resource_name(rules, &one, None).unwrap();
                prop_assert!(!name.eq_ignore_ascii_case(&resource_name(rules, &other, None).unwrap()));
            }
        }

        #[test]
        fn long_texts_that_differ_at_the_end_only_get_different_names(stem in "[a-z]{30,40}", a in 0u8..100, b in 0u8..100) {
            prop_assume!(a != b);
            let [a, b] = [a, b].map(|tail| resource_name(&VAULT, &[&stem, &tail.to_string()], None).unwrap());
            prop_assert_ne!(a, b);
        }
    }
}
