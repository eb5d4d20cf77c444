//! Values of a configuration, each with the place it came from.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, or what stands for it, such as `--set`.
    pub file: Arc<str>,
    /// Line, from 1; 0 where there are no lines.
    pub line: usize,
    /// Column, from 1; 0 where there are none.
    pub column: usize,
}

impl Place {
    /// A whole file, or what stands for one.
    pub fn file(name: impl Into<Arc<str>>) -> Self {
        Place { file: name.into(), line: 0, column: 0 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        Ok(())
    }
}

/// A value and its place.
#[derive(Clone)]
pub(super) struct Node {
    pub place: Place,
    pub content: Content,
}

/// What a value is.
#[derive(Clone)]
pub(super) enum Content {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    /// A text that was encrypted in the file.
    Revealed(String),
    List(Vec<Node>),
    Map(Entries),
}

/// The entries of a map.
pub(super) type Entries = BTreeMap<String, Entry>;

/// A named value.
#[derive(Clone)]
pub(super) struct Entry {
    /// Where the name stands.
    pub key: Place,
    pub node: Node,
}

impl Node {
    /// A map without entries.
    pub fn empty_map(place: Place) -> Self {
        Node { place, content: Content::Map(Entries::new()) }
    }

    /// What the value is, never the value itself.
    pub fn described(&self) -> &'static str {
        match self.content {
            Content::Null => "nothing",
            Content::Bool(_) => "`true` or `false`",
            Content::Number(_) => "a number",
            Content::Text(_) => "a text",
            Content::Revealed(_) => "an encrypted text",
            Content::List(_) => "a list",
            Content::Map(_) => "a map",
        }
    }

    /// Lays `over` on this: maps merge, everything else is replaced.
    pub fn merge(&mut self, over: Node) {
        let (Content::Map(mine), Content::Map(theirs)) = (&mut self.content, &over.content) else {
            *self = over;
            return;
        };
        for (name, theirs) in theirs {
            match mine.get_mut(name) {
                Some(mine) => {
                    mine.key = theirs.key.clone();
                    mine.node.merge(theirs.node.clone());
                }
                None => {
                    mine.insert(name.clone(), theirs.clone());
                }
            }
        }
        self.place = over.place;
    }
}
