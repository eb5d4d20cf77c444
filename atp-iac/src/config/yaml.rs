//! Reads YAML into nodes with places.
//!
//! What makes YAML surprising is refused: anchors, aliases, tags, merge keys, keys that are not text, several documents
//! in a file. Unquoted words are text, except `true`, `false`, `null`, `~` and JSON numbers.

use super::node::{Content, Entries, Entry, Node};
use super::{ConfigError, ConfigProblem, Place};
use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};
use std::sync::Arc;

/// Longest text that is read.
const MAX_BYTES: usize = 1 << 20;
/// Deepest nesting that is read.
const MAX_DEPTH: usize = 32;

/// Reads a text; an empty one is an empty map.
///
/// # Errors
/// Where it is not YAML, or uses what is refused.
pub(super) fn parse(file: &str, text: &str) -> Result<Node, ConfigError> {
    let file: Arc<str> = file.into();
    if text.len() > MAX_BYTES {
        let message = format!("the file has {} bytes, more than {MAX_BYTES}", text.len());
        return Err(ConfigProblem { place: Place::file(file), path: String::new(), message }.into());
    }
    let mut loader = Loader { parser: Parser::new_from_str(text), text, file, duplicates: Vec::new() };
    let node = loader.document()?;
    if loader.duplicates.is_empty() { Ok(node) } else { Err(ConfigError::new(loader.duplicates)) }
}

struct Loader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    text: &'a str,
    file: Arc<str>,
    duplicates: Vec<ConfigProblem>,
}

impl<'a> Loader<'a> {
    fn document(&mut self) -> Result<Node, ConfigProblem> {
        let mut root = None;
        while let Some((event, span)) = self.next()? {
            match event {
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                Event::StreamEnd => break,
                _ if root.is_some() => {
                    return Err(
                        self.problem(&span, "a second YAML document begins here: make it a file of its own")
                    );
                }
                event => root = Some(self.node(event, &span, 0)?),
            }
        }
        let start = Place { file: self.file.clone(), line: 1, column: 1 };
        Ok(match root {
            None | Some(Node { content: Content::Null, .. }) => Node::empty_map(start),
            Some(root) => root,
        })
    }

    fn next(&mut self) -> Result<Option<(Event<'a>, Span)>, ConfigProblem> {
        loop {
            match self.parser.next_event() {
                None => return Ok(None),
                Some(Ok((Event::Comment(..), _))) => {}
                Some(Ok(found)) => return Ok(Some(found)),
                Some(Err(error)) => return Err(self.invalid(&error)),
            }
        }
    }

    fn invalid(&self, error: &ScanError) -> ConfigProblem {
        let marker = error.marker();
        let place = |line: usize, column: usize| Place { file: self.file.clone(), line, column };
        // The parser stops at the end of what stands before the tab.
        let tab = self.text.lines().enumerate().skip(marker.line().saturating_sub(1)).take(2).find_map(
            |(at, line)| {
                let indent = &line[..line.len() - line.trim_start().len()];
                indent.find('\t').map(|column| place(at + 1, column + 1))
            },
        );
        let (place, message) = match tab {
            Some(place) => (place, "a tab in the indentation: use spaces".to_owned()),
            None => (place(marker.line(), marker.col() + 1), format!("not valid YAML: {}", error.info())),
        };
        ConfigProblem { place, path: String::new(), message }
    }

    fn some(&mut self, span: &Span) -> Result<(Event<'a>, Span), ConfigProblem> {
        self.next()?.ok_or_else(|| self.problem(span, "not valid YAML: the text ends too early"))
    }

    fn node(&mut self, event: Event<'a>, span: &Span, depth: usize) -> Result<Node, ConfigProblem> {
        if depth > MAX_DEPTH {
            return Err(self.problem(span, "nested too deeply"));
        }
        let content = match event {
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, _, Some(_))
            | Event::MappingStart(_, _, Some(_)) => {
                return Err(
                    self.problem(span, "tags such as `!name` are not read: quote the value if it is a text")
                );
            }
            Event::Alias(_) | Event::Anchor(..) | Event::UnresolvedAlias(_) => return Err(self.alias(span)),
            Event::Scalar(_, _, anchor, _)
            | Event::SequenceStart(_, anchor, _)
            | Event::MappingStart(_, anchor, _)
                if anchor > 0 =>
            {
                return Err(self.alias(span));
            }
            Event::Scalar(text, style, ..) => scalar(&text, style),
            Event::SequenceStart(..) => Content::List(self.list(span, depth)?),
            Event::MappingStart(..) => Content::Map(self.map(span, depth)?),
            _ => return Err(self.problem(span, "not valid YAML: a value was expected")),
        };
        Ok(Node { place: self.place(span), content })
    }

    fn list(&mut self, start: &Span, depth: usize) -> Result<Vec<Node>, ConfigProblem> {
        let mut items = Vec::new();
        loop {
            match self.some(start)? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, span) => items.push(self.node(event, &span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, start: &Span, depth: usize) -> Result<Entries, ConfigProblem> {
        let mut entries = Entries::new();
        loop {
            let (event, span) = self.some(start)?;
            let name = match event {
                Event::MappingEnd => return Ok(entries),
                Event::Scalar(name, style, 0, None) => {
                    if name == "<<" && style == ScalarStyle::Plain {
                        return Err(
                            self.problem(&span, "merge keys are not read: put what is shared under `common`")
                        );
                    }
                    name.into_owned()
                }
                _ => return Err(self.problem(&span, "a name was expected here, such as `name: value`")),
            };
            let key = self.place(&span);
            let (event, value) = self.some(&span)?;
            let node = self.node(event, &value, depth + 1)?;
            if let Some(first) = entries.get(&name) {
                let message =
                    format!("`{name}` is given twice, first in line {}: remove one", first.key.line);
                self.duplicates.push(ConfigProblem { place: key, path: String::new(), message });
            } else {
                entries.insert(name, Entry { key, node });
            }
        }
    }

    fn place(&self, span: &Span) -> Place {
        Place { file: self.file.clone(), line: span.start.line(), column: span.start.col() + 1 }
    }

    fn problem(&self, span: &Span, message: &str) -> ConfigProblem {
        ConfigProblem { place: self.place(span), path: String::new(), message: message.to_owned() }
    }

    fn alias(&self, span: &Span) -> ConfigProblem {
        self.problem(
            span,
            "anchors and aliases are not read: put what is shared under `common`, or quote the text",
        )
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Content {
    match text {
        _ if style != ScalarStyle::Plain => Content::Text(text.to_owned()),
        "" | "~" | "null" => Content::Null,
        "true" => Content::Bool(true),
        "false" => Content::Bool(false),
        _ => match text.parse() {
            Ok(number) => Content::Number(number),
            Err(_) => Content::Text(text.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str) -> Entries {
        match parse("a.yaml", text).unwrap().content {
            Content::Map(entries) => entries,
            _ => panic!("not a map"),
        }
    }

    fn error(text: &str) -> String {
        parse("a.yaml", text).err().unwrap().to_string()
    }

    #[test]
    fn every_value_knows_its_line_and_column() {
        let entries = entries("# comment\na: 1\nb:\n  - x\n  -  y\n");
        assert_eq!(entries["a"].node.place, Place { file: "a.yaml".into(), line: 2, column: 4 });
        let Content::List(items) = &entries["b"].node.content else { panic!("not a list") };
        assert_eq!((items[1].place.line, items[1].place.column), (5, 6));
        assert_eq!(entries["b"].key.line, 3);
    }

    #[test]
    fn only_json_numbers_and_the_plain_words_are_not_text() {
        let entries =
            entries("a: yes\nb: 007\nc: 1.30\nd: \"12\"\ne: ~\nf: 0x10\ng: .nan\nh:\ni: -3\nj: True");
        let described: Vec<&str> = entries.values().map(|entry| entry.node.described()).collect();
        assert_eq!(
            described,
            [
                "a text", "a text", "a number", "a text", "nothing", "a text", "a text", "nothing",
                "a number", "a text"
            ]
        );
    }

    #[test]
    fn an_empty_file_is_an_empty_map() {
        assert!(entries("").is_empty());
        assert!(entries("# nothing\n").is_empty());
        assert!(entries("---\n...\n").is_empty());
    }

    #[test]
    fn every_duplicate_name_is_reported_with_both_lines() {
        assert_eq!(
            error("a: 1\nb: {c: 1, c: 2}\na: 2\n"),
            "a.yaml:2: `c` is given twice, first in line 2: remove one\n\
             a.yaml:3: `a` is given twice, first in line 1: remove one"
        );
    }

    #[test]
    fn what_is_not_yaml_is_reported_with_its_line() {
        for (text, start) in [
            ("a: 1\n\tb: 2\n", "a.yaml:2: a tab in the indentation"),
            ("a:\n\tb: 2\n", "a.yaml:2: a tab in the indentation"),
            ("a:\n  b: 1\n\tc: 2\n", "a.yaml:3: a tab in the indentation"),
            ("a: [1, 2\n", "a.yaml:1: not valid YAML: unclosed bracket"),
            ("a: 1\nb\n", "a.yaml:"),
            ("a: \"x\n", "a.yaml:"),
            ("a: 1\n---\nb: 2\n", "a.yaml:3: a second YAML document"),
            ("a: &x 1\n", "a.yaml:1: anchors and aliases"),
            ("a: &x\n  b: 1\n", "a.yaml:"),
            ("a: *x\n", "a.yaml:1: "),
            ("a: !secret x\n", "a.yaml:1: tags such as"),
            ("a:\n  <<: {b: 1}\n", "a.yaml:2: merge keys"),
            ("? [a]\n: 1\n", "a.yaml:1: a name was expected"),
        ] {
            let error = error(text);
            assert!(error.starts_with(start), "{text:?} gave {error}");
        }
    }

    #[test]
    fn nesting_and_size_are_limited() {
        assert!(error(&format!("a: {}1{}", "[".repeat(40), "]".repeat(40))).contains("nested too deeply"));
        assert!(error(&"#".repeat(MAX_BYTES + 1)).contains("more than 1048576"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[a-c:\\- \t\r\n\\[\\]{}\"'#&*!|>%?,0-9~<\u{feff}\u{2028}é]{0,60}") {
            let _ = parse("a.yaml", &text);
        }
    }
}
