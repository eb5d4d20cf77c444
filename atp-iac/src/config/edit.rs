//! Sets one value in the text of a file, and leaves every other character as it is: comments, order, spelling.
//!
//! The parser says where things stand; only the place of the value is written to. Whatever is written is read again, and
//! has to say what it said before, and the new value: otherwise the text is left to whoever edits it by hand.

use super::ConfigTree;
use serde_saphyr::granit_parser::{Event, Parser, Span, StrInput};
use std::ops::Range;

/// The text with a value, in YAML, at a path of names. `file` stands for the file in messages.
///
/// # Errors
/// When the text or the value is not what configuration is written in, or the value has no place that is safe to write to.
pub fn set(file: &str, text: &str, path: &[&str], value: &str) -> Result<String, String> {
    let key = path.join(".");
    let quoted = serde_json::to_string(value).unwrap_or_default();
    // What is typed after a number sign is meant, and would be a comment.
    let value = if value.starts_with('#') || value.contains(" #") { &quoted } else { value };
    let mut wanted = ConfigTree::from_yaml(file, text).map_err(|error| error.to_string())?;
    wanted.set(&key, value).map_err(|error| error.to_string())?;
    let by_hand = |what: &str| format!("{file}: {key}: {what}: set it by hand");
    let place = Finder::find(text, path).map_err(&by_hand)?;
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let says_so =
        |changed: &String| ConfigTree::from_yaml(file, changed).is_ok_and(|tree| tree.says_the_same(&wanted));
    [value.trim(), &quoted]
        .into_iter()
        .filter(|written| !written.contains('\n'))
        .map(|written| place.write(text, path, written, newline))
        .find(says_so)
        .ok_or_else(|| {
            by_hand("there is no place in the file where it can be written without touching others")
        })
}

/// Where a value stands, or would stand.
#[derive(Debug, Clone)]
enum Place {
    /// Here is one, which is replaced.
    Value(Range<usize>),
    /// So many names of the path are here, and nothing is said of the last one; what follows its colon is here.
    Nothing { known: usize, at: usize, indent: usize },
    /// So many names of the path lead to a map over several lines; its last entry ends here.
    Block { known: usize, at: usize, indent: usize },
    /// So many names of the path lead to a map in braces; the closing one is here.
    Braces { known: usize, at: usize, is_empty: bool },
}

impl Place {
    fn write(&self, text: &str, path: &[&str], value: &str, newline: &str) -> String {
        let lines = |names: &[&str], indent: usize| {
            let (last, outer) = names.split_last().unwrap_or((&"", &[]));
            let mut lines = String::new();
            for (depth, name) in outer.iter().enumerate() {
                lines.push_str(&format!("{newline}{:1$}{name}:", "", indent + 2 * depth));
            }
            lines.push_str(&format!("{newline}{:1$}{last}: {value}", "", indent + 2 * outer.len()));
            lines
        };
        let put = |range: Range<usize>, new: &str| [&text[..range.start], new, &text[range.end..]].concat();
        match self {
            Place::Value(range) => {
                let end = if text[range.clone()].ends_with('\n') { newline } else { "" };
                put(range.clone(), &format!("{value}{end}"))
            }
            Place::Nothing { known, at, .. } if *known == path.len() => put(*at..*at, &format!(" {value}")),
            Place::Nothing { known, at, indent } | Place::Block { known, at, indent } => {
                let new = lines(&path[*known..], *indent);
                let at = end_of_line(text, *at);
                match at == 0 || text[..at].ends_with('\n') {
                    true => put(at..at, &format!("{}{newline}", new.trim_start_matches(['\r', '\n']))),
                    false if at == text.len() => put(at..at, &format!("{new}{newline}")),
                    false => put(at..at, &new),
                }
            }
            Place::Braces { known, at, is_empty } => {
                let (last, outer) = path[*known..].split_last().unwrap_or((&"", &[]));
                let opened: String = outer.iter().map(|name| format!("{name}: {{")).collect();
                let comma = if *is_empty { "" } else { ", " };
                let start = text[..*at].trim_end().len();
                put(start..start, &format!("{comma}{opened}{last}: {value}{}", "}".repeat(outer.len())))
            }
        }
    }
}

/// Where the line that a position is in ends, without its line break. What is behind a line break is the line before it.
fn end_of_line(text: &str, at: usize) -> usize {
    let at = if text[..at].ends_with('\n') { text[..at].trim_end_matches(['\r', '\n']).len() } else { at };
    let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
    if text[..end].ends_with('\r') { end - 1 } else { end }
}

struct Finder<'a> {
    parser: Parser<'a, StrInput<'a>>,
    text: &'a str,
    path: &'a [&'a str],
    place: Option<Place>,
    /// Where the last thing that was read ends.
    end: usize,
}

type Found<T> = Result<T, &'static str>;

const UNREADABLE: &str = "the file cannot be read";

impl<'a> Finder<'a> {
    fn find(text: &'a str, path: &'a [&'a str]) -> Found<Place> {
        let mut finder = Finder { parser: Parser::new_from_str(text), text, path, place: None, end: 0 };
        while let Some((event, span)) = finder.next()? {
            match event {
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                Event::StreamEnd => break,
                event => finder.node(event, &span, Some(0), (0, 0))?,
            }
        }
        // A file in which nothing is said.
        Ok(finder.place.unwrap_or(Place::Block { known: 0, at: text.len(), indent: 0 }))
    }

    fn next(&mut self) -> Found<Option<(Event<'a>, Span)>> {
        loop {
            match self.parser.next_event() {
                None => return Ok(None),
                Some(Ok((Event::Comment(..), _))) => {}
                Some(Ok(found)) => return Ok(Some(found)),
                Some(Err(_)) => return Err(UNREADABLE),
            }
        }
    }

    fn some(&mut self) -> Found<(Event<'a>, Span)> {
        self.next()?.ok_or(UNREADABLE)
    }

    /// Reads a node. `known` names of the path lead to it, if it is on the path; `key` is where its name ends, and the
    /// indentation of that.
    fn node(
        &mut self,
        event: Event<'a>,
        span: &Span,
        known: Option<usize>,
        key: (usize, usize),
    ) -> Found<()> {
        let range = span.byte_range().ok_or(UNREADABLE)?;
        let is_last = known == Some(self.path.len());
        match event {
            Event::Scalar(..) => {
                let says_nothing = range.is_empty();
                match known {
                    Some(known) if says_nothing => {
                        let at = self.after_colon(key.0);
                        let indent = if known == 0 { 0 } else { key.1 + 2 };
                        self.place = Some(Place::Nothing { known, at, indent });
                    }
                    Some(_) if is_last => self.place = Some(Place::Value(range.clone())),
                    Some(_) => return Err("what it would stand in is a value"),
                    None => {}
                }
                self.end = if says_nothing { self.end.max(key.0) } else { range.end };
                Ok(())
            }
            Event::SequenceStart(..) => {
                let in_brackets = self.text[range.start..].starts_with('[');
                loop {
                    let (event, span) = self.some()?;
                    if matches!(event, Event::SequenceEnd) {
                        self.close(&span, in_brackets);
                        break;
                    }
                    self.node(event, &span, None, (self.end, 0))?;
                }
                match (is_last, in_brackets, known) {
                    (true, true, _) => self.place = Some(Place::Value(range.start..self.end)),
                    (true, false, _) => return Err("there is a list over several lines"),
                    (false, _, Some(_)) => return Err("what it would stand in is a list"),
                    (false, _, None) => {}
                }
                Ok(())
            }
            Event::MappingStart(..) if is_last => Err("there is a map, whose values can be set one by one"),
            Event::MappingStart(..) => self.map(range.start, known),
            _ => Err("the file uses what configuration does not have"),
        }
    }

    fn map(&mut self, start: usize, known: Option<usize>) -> Found<()> {
        let in_braces = self.text[start..].starts_with('{');
        let wanted = known.map(|known| (known, self.path[known]));
        let (mut indent, mut found) = (None, false);
        loop {
            let (event, span) = self.some()?;
            let range = span.byte_range().ok_or(UNREADABLE)?;
            let name = match event {
                Event::MappingEnd => {
                    let at = if in_braces { self.brace(&span)? } else { self.end };
                    if let (Some((known, _)), false) = (wanted, found) {
                        self.place = Some(match in_braces {
                            true => Place::Braces { known, at, is_empty: indent.is_none() },
                            false => Place::Block { known, at, indent: indent.unwrap_or(0) },
                        });
                    }
                    self.close(&span, in_braces);
                    return Ok(());
                }
                Event::Scalar(name, ..) => name,
                _ => return Err(UNREADABLE),
            };
            let column = *indent.get_or_insert(span.start.col());
            self.end = range.end;
            let leads = wanted.filter(|(_, wanted)| *wanted == name).map(|(known, _)| known + 1);
            found |= leads.is_some();
            let (event, value) = self.some()?;
            self.node(event, &value, leads, (range.end, column))?;
        }
    }

    /// Where the closing brace is that ends a map.
    fn brace(&self, span: &Span) -> Found<usize> {
        let range = span.byte_range().ok_or(UNREADABLE)?;
        let before = range.end.checked_sub(1).filter(|at| self.text[*at..].starts_with('}'));
        let here = Some(range.start).filter(|at| self.text[*at..].starts_with('}'));
        here.or(before).ok_or(UNREADABLE)
    }

    fn close(&mut self, span: &Span, has_sign: bool) {
        if let (true, Some(range)) = (has_sign, span.byte_range()) {
            self.end = self.end.max(range.end);
        }
    }

    /// The position behind the colon that follows a name.
    fn after_colon(&self, name: usize) -> usize {
        self.text[name..].find(':').map_or(name, |colon| name + colon + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# The shop.\ncommon: {owner: anna}   # everywhere\nshop:\n  size: 3 # big\n\n  # who may look\n  guests:\n    - ben\n    - eve\n  front: {place: north}\n  back:\nvoid: {}\n";

    #[track_caller]
    fn sets(path: &str, value: &str, before: &str, after: &str) {
        let path: Vec<&str> = path.split('.').collect();
        let expected = FILE.replace(before, after);
        assert_ne!(expected, FILE);
        assert_eq!(set("f", FILE, &path, value).unwrap(), expected);
    }

    #[test]
    fn only_the_value_changes_where_there_is_one() {
        sets("shop.size", "4", "size: 3 # big", "size: 4 # big");
        sets("common.owner", "ben", "owner: anna", "owner: ben");
        sets("shop.front.place", "[a, b]", "place: north", "place: [a, b]");
        sets("shop.back", "true", "back:", "back: true");
    }

    #[test]
    fn a_new_value_comes_behind_the_last_one_of_its_map() {
        sets("shop.open", "true", "  back:\n", "  back:\n  open: true\n");
        sets("common.mail", "a@b", "{owner: anna}", "{owner: anna, mail: a@b}");
        sets("void.a.b", "1", "void: {}", "void: {a: {b: 1}}");
        sets("shop.back.door", "red", "  back:\n", "  back:\n    door: red\n");
        sets("stock.depth", "2", "void: {}\n", "void: {}\nstock:\n  depth: 2\n");
    }

    #[test]
    fn what_would_be_read_as_something_else_is_quoted() {
        sets("shop.size", "a #b", "size: 3 # big", "size: \"a #b\" # big");
        sets("common.owner", "encrypted:v1:AA:b+/c", "owner: anna", "owner: encrypted:v1:AA:b+/c");
    }

    #[test]
    fn what_cannot_be_written_safely_is_left_to_people() {
        for (path, value, why) in [
            ("shop.guests", "[kim]", "there is a list over several lines"),
            ("shop.front", "1", "there is a map"),
            ("shop.size.unit", "1", "what it would stand in is a value"),
            ("shop.guests.first", "1", "what it would stand in is a list"),
        ] {
            let path: Vec<&str> = path.split('.').collect();
            let error = set("f", FILE, &path, value).unwrap_err();
            assert!(error.contains(why) && error.ends_with("set it by hand"), "{error}");
        }
        assert!(set("f", "a: &x 1\n", &["b"], "1").unwrap_err().starts_with("f:1: anchors"));
    }

    #[test]
    fn files_without_anything_and_without_a_last_line_break_are_written_to() {
        let path = ["shop", "size"];
        for (before, after) in [
            ("", "shop:\n  size: 1\n"),
            ("# nothing\n", "# nothing\nshop:\n  size: 1\n"),
            ("a: 1", "a: 1\nshop:\n  size: 1\n"),
            ("shop:\r\n  a: 1\r\nb: 2\r\n", "shop:\r\n  a: 1\r\n  size: 1\r\nb: 2\r\n"),
            ("shop:\n  a: |\n    x\n    y\nb: 2\n", "shop:\n  a: |\n    x\n    y\n  size: 1\nb: 2\n"),
        ] {
            assert_eq!(set("f", before, &path, "1").unwrap(), after);
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_written_says_the_same_and_the_value(
            text in "(a|b|c|  a|  b|    c)?: ?(1|x|\"y\"|\\{\\}|\\{a: 1\\}|\\[1\\]|#z)?\n(a|b|  a|    c): ?(2|\\{b: 2\\})?\n",
            value in "(1|true|a b|x: y|\"q\"|\\{|é)",
        ) {
            let path = ["a", "b"];
            if let Ok(changed) = set("f", &text, &path, &value) {
                let mut wanted = ConfigTree::from_yaml("f", &text).unwrap();
                wanted.set("a.b", &value).unwrap();
                proptest::prop_assert!(ConfigTree::from_yaml("f", &changed).unwrap().says_the_same(&wanted));
            }
        }
    }
}
