//! Names of variables and fields in code.

use std::collections::BTreeSet;

/// Words that cannot be names.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

/// Names that have been given.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// For variables of a function that uses these itself.
    pub fn of_code() -> Self {
        Names(["cx", "hidden", "id", "import", "tags"].map(str::to_owned).into())
    }

    /// A name for what is called `text`, that nothing else has.
    pub fn variable(&mut self, text: &str) -> String {
        let name = snake(text);
        let mut unique = name.clone();
        let mut number = 2;
        while !self.0.insert(unique.clone()) {
            unique = format!("{name}_{number}");
            number += 1;
        }
        unique
    }
}

/// A text in the letters of a name: `kvAudit-01` to `kv_audit_01`.
fn snake(text: &str) -> String {
    let mut name = String::new();
    for letter in text.chars() {
        let is_inside = name.ends_with(|last: char| last.is_ascii_lowercase());
        match letter {
            letter if letter.is_ascii_uppercase() && is_inside => {
                name.push('_');
                name.push(letter.to_ascii_lowercase());
            }
            letter if letter.is_ascii_alphanumeric() => name.push(letter.to_ascii_lowercase()),
            _ if name.is_empty() || name.ends_with('_') => {}
            _ => name.push('_'),
        }
    }
    let name = name.trim_end_matches('_');
    match name {
        "" => "resource".to_owned(),
        name if name.starts_with(|first: char| first.is_ascii_digit()) => format!("n{name}"),
        name if KEYWORDS.contains(&name) => format!("{name}_"),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_of_rust_and_each_its_own() {
        let mut names = Names::of_code();
        let made = ["kvAudit.01", "kv_audit_01", "7f3a", "type", "@", "import", "snet/a"]
            .map(|text| names.variable(text));
        assert_eq!(
            made,
            ["kv_audit_01", "kv_audit_01_2", "n7f3a", "type_", "resource", "import_2", "snet_a"]
        );
    }
}
