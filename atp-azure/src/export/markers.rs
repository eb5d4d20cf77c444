//! Finding out what a program makes of a value that is not known.
//!
//! Outputs are computed by functions that the template cannot have. So each is computed twice from markers, texts that
//! stand for the values that are not known. Where a marker comes out whole, and everything around it is the same both
//! times, the function only put the value into a text, which a template can do too. The two kinds of marker look
//! different, so that a function which cuts, compares or digests what it gets is not taken for one of these.

use super::text::{Piece, Text};
use std::collections::BTreeMap;

/// Characters that no value has.
const RESERVED: std::ops::RangeInclusive<char> = '\u{E000}'..='\u{E003}';

/// Which markers a value is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Plain.
    Plain,
    /// Like a URL, with what functions look for: a scheme, letters of both cases, what else stands between the parts of
    /// texts, and the words that lead to parts of ids and of vaults.
    Url,
}

impl Style {
    pub const ALL: [Style; 2] = [Style::Plain, Style::Url];

    const fn around(self) -> (&'static str, &'static str) {
        match self {
            Style::Plain => ("\u{E000}", "\u{E001}"),
            Style::Url => (
                "https://Ab-1_2.\u{E002}",
                "\u{E003}.Cd:443/subscriptions/providers/keys/secrets/certificates/eF?g=h&i;j,k@l|m %#/",
            ),
        }
    }
}

/// What markers stand for.
#[derive(Debug, Default)]
pub(super) struct Markers {
    contents: Vec<Text>,
    numbers: BTreeMap<String, usize>,
}

impl Markers {
    /// The marker for a value; `key` tells it from others.
    pub fn of(&mut self, style: Style, key: &str, content: impl FnOnce() -> Text) -> String {
        let number = match self.numbers.get(key) {
            Some(number) => *number,
            None => {
                self.contents.push(content());
                self.numbers.insert(key.to_owned(), self.contents.len() - 1);
                self.contents.len() - 1
            }
        };
        let (before, after) = style.around();
        format!("{before}{number}{after}")
    }

    /// A text with what its markers stand for in their places; `None` when there is a part of a marker in it.
    pub fn read(&self, style: Style, text: &str) -> Option<Text> {
        let (before, after) = style.around();
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((literal, marked)) = rest.split_once(before) {
            push_literal(&mut pieces, literal)?;
            let (number, behind) = marked.split_once(after)?;
            let content = self.contents.get(number.parse::<usize>().ok()?)?;
            for piece in &content.0 {
                match piece {
                    Piece::Literal(text) => push_literal(&mut pieces, text)?,
                    other => pieces.push(other.clone()),
                }
            }
            rest = behind;
        }
        push_literal(&mut pieces, rest)?;
        Some(Text(pieces))
    }
}

fn push_literal(pieces: &mut Vec<Piece>, text: &str) -> Option<()> {
    if text.contains(|c| RESERVED.contains(&c)) {
        return None;
    }
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Literal(before)) => before.push_str(text),
        _ => pieces.push(Piece::Literal(text.to_owned())),
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found of a function of one value.
    fn found(function: impl Fn(&str) -> String) -> Option<Text> {
        let mut markers = Markers::default();
        let texts = Style::ALL.map(|style| {
            let marker = markers.of(style, "a", || Text::parameter("p"));
            (style, function(&marker))
        });
        let [first, second] = texts.map(|(style, text)| markers.read(style, &text));
        first.filter(|first| second.as_ref() == Some(first))
    }

    #[test]
    fn a_value_that_is_put_into_a_text_is_found() {
        assert_eq!(found(str::to_owned), Some(Text::parameter("p")));
        let twice = found(|value| format!("a{value}b{value}")).map(|text| text.to_json());
        assert_eq!(twice, Some("[concat('a', parameters('p'), 'b', parameters('p'))]".into()));
    }

    #[test]
    fn a_value_that_is_cut_changed_or_digested_is_not() {
        assert_eq!(found(|value| value.trim_start_matches("https://").to_owned()), None);
        assert_eq!(found(|value| value.trim_end_matches('/').to_owned()), None);
        assert_eq!(found(str::to_lowercase), None);
        assert_eq!(found(|value| value.len().to_string()), None);
        for separator in [".", "/keys/", "?", ";", "-", "#"] {
            let first = |value: &str| value.split(separator).next().unwrap_or_default().to_owned();
            assert_eq!(found(first), None, "{separator}");
        }
    }
}
