//! Texts of a template whose parts may be known only when it is deployed.

use serde_json::Value as Json;
use std::collections::BTreeSet;

/// A text in parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Text(pub Vec<Piece>);

/// A part of a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Known.
    Literal(String),
    /// The value of a parameter of the template.
    Parameter(String),
    /// What a resource says of itself once it is there.
    Reference {
        /// Its id.
        id: Text,
        /// The version to read it with.
        api_version: String,
        /// The keys on the way from the resource to the value.
        path: Vec<String>,
    },
}

impl Text {
    pub fn literal(text: impl Into<String>) -> Self {
        Text(vec![Piece::Literal(text.into())])
    }

    pub fn parameter(name: impl Into<String>) -> Self {
        Text(vec![Piece::Parameter(name.into())])
    }

    /// The text, when all of it is known.
    pub fn known(&self) -> Option<String> {
        let mut known = String::new();
        for piece in &self.0 {
            let Piece::Literal(text) = piece else { return None };
            known.push_str(text);
        }
        Some(known)
    }

    /// Whether it can stand where a template reads no resources: in names, scopes and dependencies.
    pub fn reads_nothing(&self) -> bool {
        !self.0.iter().any(|piece| matches!(piece, Piece::Reference { .. }))
    }

    /// The parameters that are in it.
    pub fn parameters(&self, found: &mut BTreeSet<String>) {
        for piece in &self.0 {
            match piece {
                Piece::Literal(_) => {}
                Piece::Parameter(name) => drop(found.insert(name.clone())),
                Piece::Reference { id, .. } => id.parameters(found),
            }
        }
    }

    /// As a value of a template.
    pub fn to_json(&self) -> Json {
        Json::String(match self.known() {
            Some(text) => escaped(&text),
            None => format!("[{}]", self.expression()),
        })
    }

    fn expression(&self) -> String {
        match self.0.as_slice() {
            [] => quoted(""),
            [only] => only.expression(),
            pieces => {
                let pieces: Vec<String> = pieces.iter().map(Piece::expression).collect();
                format!("concat({})", pieces.join(", "))
            }
        }
    }
}

impl Piece {
    fn expression(&self) -> String {
        match self {
            Piece::Literal(text) => quoted(text),
            Piece::Parameter(name) => format!("parameters({})", quoted(name)),
            Piece::Reference { id, api_version, path } => {
                let (whole, path) = match path.split_first() {
                    Some((first, rest)) if first == "properties" => ("", rest),
                    _ => (", 'Full'", path.as_slice()),
                };
                let steps: String = path.iter().map(|key| step(key)).collect();
                format!("reference({}, {}{whole}){steps}", id.expression(), quoted(api_version))
            }
        }
    }
}

/// One step into what a function answers: a property, or an item of a list.
fn step(key: &str) -> String {
    let is_name = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match (is_name, key.parse::<usize>()) {
        (true, _) => format!(".{key}"),
        (false, Ok(index)) => format!("[{index}]"),
        (false, Err(_)) => format!("[{}]", quoted(key)),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text that is no expression though it may look like one. Two brackets stand for one only in front of a text that
/// also ends with a bracket.
pub(super) fn escaped(text: &str) -> String {
    match (text.starts_with('['), text.ends_with(']')) {
        (true, true) => format!("[{text}"),
        (true, false) => format!("[string({})]", quoted(text)),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(path: &[&str]) -> Piece {
        Piece::Reference {
            id: Text::literal("/a/b"),
            api_version: "2024-01-01".to_owned(),
            path: path.iter().map(|key| (*key).to_owned()).collect(),
        }
    }

    #[test]
    fn a_text_that_looks_like_an_expression_is_none() {
        let json = |text: &str| Text::literal(text).to_json();
        assert_eq!(json("plain"), "plain");
        assert_eq!(json("[resourceGroup().id]"), "[[resourceGroup().id]");
        assert_eq!(json("[it's open"), "[string('[it''s open')]");
    }

    #[test]
    fn parts_are_joined_and_read_from_the_properties_or_from_the_whole() {
        let uri = Text(vec![Piece::Literal("https://".to_owned()), reference(&["properties", "host"])]);
        assert_eq!(uri.to_json(), "[concat('https://', reference('/a/b', '2024-01-01').host)]");
        let principal = Text(vec![reference(&["identity", "principalId"])]);
        assert_eq!(principal.to_json(), "[reference('/a/b', '2024-01-01', 'Full').identity.principalId]");
        let item = Text(vec![reference(&["properties", "ips", "0", "a.b"])]);
        assert_eq!(item.to_json(), "[reference('/a/b', '2024-01-01').ips[0]['a.b']]");
        assert!(!item.reads_nothing() && Text::parameter("p").reads_nothing());
    }
}
