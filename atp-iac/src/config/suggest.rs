//! Guesses what was meant by a misspelt name.

/// What to say of a name that is none of `known`: for names in configuration that only a program can check.
pub fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(name, &known) {
        Some(meant) => format!("unknown {what} `{name}`; did you mean `{meant}`?"),
        None if known.is_empty() => format!("unknown {what} `{name}`; there are none here"),
        None => {
            let list: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            format!("unknown {what} `{name}`; known: {}", list.join(", "))
        }
    }
}

fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let limit = name.chars().count() / 3 + 1;
    known
        .iter()
        .map(|known| (strsim::levenshtein(name, known), *known))
        .filter(|(d, _)| *d <= limit)
        .min()
        .map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_suggested_and_else_all_are_listed() {
        assert_eq!(
            unknown("key", "soft_delte_days", ["soft_delete_days", "zones"]),
            "unknown key `soft_delte_days`; did you mean `soft_delete_days`?"
        );
        assert_eq!(unknown("key", "x", ["soft", "zones"]), "unknown key `x`; known: `soft`, `zones`");
        assert_eq!(unknown("key", "x", []), "unknown key `x`; there are none here");
    }
}
