//! Takes a format literal apart.

/// A text, and the placeholder behind it.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece {
    /// The text, with `{{` as `{`.
    pub text: String,
    /// What is shown behind it; nothing at the end of the literal.
    pub target: Option<Target>,
}

/// What a placeholder shows.
#[derive(Debug, PartialEq, Eq)]
pub enum Target {
    /// `{}`.
    Next,
    /// `{0}`.
    Index(usize),
    /// `{host}`.
    Name(String),
}

/// Reads the literal.
pub fn read(literal: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = literal.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '{' if rest.peek() == Some(&'{') => {
                rest.next();
                text.push('{');
            }
            '}' if rest.peek() == Some(&'}') => {
                rest.next();
                text.push('}');
            }
            '{' => {
                let inside: String = rest.by_ref().take_while(|c| *c != '}').collect();
                pieces.push(Piece { text: std::mem::take(&mut text), target: Some(target(&inside)?) });
            }
            other => text.push(other),
        }
    }
    pieces.push(Piece { text, target: None });
    Ok(pieces)
}

fn target(inside: &str) -> Result<Target, String> {
    let (name, how) = inside.split_once(':').unwrap_or((inside, ""));
    let name = name.trim();
    if how.contains('$') || how.contains('*') {
        return Err(format!("`{{{inside}}}`: a width or a precision is a number here"));
    }
    if name.is_empty() {
        return Ok(Target::Next);
    }
    if let Ok(index) = name.parse() {
        return Ok(Target::Index(index));
    }
    match syn::parse_str::<syn::Ident>(name) {
        Ok(_) => Ok(Target::Name(name.to_owned())),
        Err(_) => Err(format!(
            "`{{{name}}}` is not a name: give the value behind the text, `out_format!(\"{{}}\", {name})`"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_placeholders_are_told_apart() {
        let piece = |text: &str, target| Piece { text: text.into(), target };
        assert_eq!(
            read("a{{{host}:{}-{1:>4}}}").unwrap(),
            [
                piece("a{", Some(Target::Name("host".into()))),
                piece(":", Some(Target::Next)),
                piece("-", Some(Target::Index(1))),
                piece("}", None)
            ]
        );
    }

    #[test]
    fn what_is_not_a_name_is_refused_with_the_way_out() {
        assert!(read("{vault.uri}").unwrap_err().contains("give the value behind the text"));
        assert!(read("{a:>width$}").unwrap_err().contains("width"));
    }
}
