//! The configuration of one stack.

use super::node::{Content, Entries, Entry, Node};
use super::reader::ConfigReader;
use super::{Config, ConfigError, ConfigField, ConfigProblem, Place, yaml};
use crate::value::SECRET_MASK;
use std::collections::BTreeSet;
use std::fmt;

/// The configuration of one stack: the layers merged, each value with the place it came from.
#[derive(Clone)]
pub struct ConfigTree {
    pub(super) root: Node,
    /// The name of the stack, for paths in messages; empty when it is not known.
    pub(super) stack: String,
    /// Where a missing value is to be added.
    pub(super) home: Place,
    /// The keys of the stack's own sections; others come from `common`, which may have more than a stack knows.
    pub(super) own: BTreeSet<String>,
}

/// A value of a configuration, for a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigLine {
    /// Which value, such as `network.zones[1]`.
    pub path: String,
    /// The value in JSON, or a mask in place of a secret.
    pub value: String,
    /// Where it was written; `None` for a default.
    pub place: Option<Place>,
}

impl Default for ConfigTree {
    fn default() -> Self {
        ConfigTree::empty()
    }
}

impl ConfigTree {
    /// A configuration in which nothing is given.
    pub fn empty() -> Self {
        let home = Place::file("the configuration");
        ConfigTree { root: Node::empty_map(home.clone()), stack: String::new(), home, own: BTreeSet::new() }
    }

    /// The keys of one stack from a text; `name` stands for the file in messages.
    ///
    /// # Errors
    /// Where the text is not YAML, or not a map.
    pub fn from_yaml(name: &str, text: &str) -> Result<Self, ConfigError> {
        let root = yaml::parse(name, text)?;
        let Content::Map(entries) = &root.content else {
            let message =
                format!("expected names and values, such as `name: value`, found {}", root.described());
            return Err(ConfigProblem { place: root.place, path: String::new(), message }.into());
        };
        let own = entries.keys().cloned().collect();
        Ok(ConfigTree { root, stack: String::new(), home: Place::file(name), own })
    }

    /// Sets one value over all files: `tree.set("network.zones", "[1, 2]")`. The value is YAML; `null` unsets.
    ///
    /// # Errors
    /// When the key or the value cannot be read.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), ConfigError> {
        let place = Place::file("--set");
        let steps: Vec<&str> = key.split('.').map(str::trim).collect();
        if steps.iter().any(|step| step.is_empty()) {
            let message =
                format!("`{key}` is not a key: write `--set key=value` or `--set outer.inner=value`");
            return Err(ConfigProblem { place, path: String::new(), message }.into());
        }
        let mut node = yaml::parse("--set", value).map_err(|error| at_key(key, error))?;
        if value.trim().is_empty() {
            node.content = Content::Null;
        }
        forget_lines(&mut node, &place);
        for step in steps.iter().rev() {
            let entry = Entry { key: place.clone(), node };
            let entries = Entries::from([((*step).to_owned(), entry)]);
            node = Node { place: place.clone(), content: Content::Map(entries) };
        }
        let section = self.root.place.clone();
        self.root.merge(node);
        self.root.place = section;
        self.own.extend(steps.first().map(|step| (*step).to_owned()));
        Ok(())
    }

    /// Reads it as a type.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read<C: Config>(&self) -> Result<C, ConfigError> {
        let mut reader = ConfigReader::new(&self.root, &self.stack, &self.home);
        reader.refuse_unknown(C::FIELDS, &|name| !self.own.contains(name));
        let read = C::read_fields(&mut reader);
        let problems = reader.into_problems();
        match read {
            Some(config) if problems.is_empty() => Ok(config),
            _ => Err(ConfigError::new(problems)),
        }
    }

    /// Every value that the fields would read, with the place it came from: secrets are masked.
    pub fn explain(&self, fields: &[ConfigField]) -> Vec<ConfigLine> {
        let Content::Map(entries) = &self.root.content else { return Vec::new() };
        let mut lines = Vec::new();
        for field in fields {
            let given = entries.get(field.name).map(|entry| &entry.node);
            match given.filter(|node| !matches!(node.content, Content::Null)) {
                Some(node) => explain(node, field.name.to_owned(), field, &mut lines),
                None => lines.push(ConfigLine {
                    path: field.name.to_owned(),
                    value: field.default.unwrap_or("(not set)").to_owned(),
                    place: None,
                }),
            }
        }
        lines
    }
}

/// Anything under a field that holds a secret is masked, though it may be more than the secret.
fn explain(node: &Node, path: String, field: &ConfigField, lines: &mut Vec<ConfigLine>) {
    let value = match &node.content {
        Content::List(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                explain(item, format!("{path}[{index}]"), field, lines);
            }
            return;
        }
        Content::Map(entries) if !entries.is_empty() => {
            for (name, entry) in entries {
                explain(&entry.node, format!("{path}.{name}"), field, lines);
            }
            return;
        }
        _ if field.is_secret() => SECRET_MASK.to_owned(),
        Content::List(_) => "[]".into(),
        Content::Map(_) => "{}".into(),
        Content::Null => "null".into(),
        Content::Bool(value) => value.to_string(),
        Content::Number(number) => number.to_string(),
        Content::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
    };
    lines.push(ConfigLine { path, value, place: Some(node.place.clone()) });
}

fn at_key(key: &str, error: ConfigError) -> ConfigError {
    let problems = error.problems().iter().cloned();
    ConfigError::new(
        problems
            .map(|problem| ConfigProblem { place: Place::file("--set"), path: key.to_owned(), ..problem })
            .collect(),
    )
}

fn forget_lines(node: &mut Node, place: &Place) {
    node.place = place.clone();
    match &mut node.content {
        Content::List(items) => items.iter_mut().for_each(|item| forget_lines(item, place)),
        Content::Map(entries) => entries.values_mut().for_each(|entry| {
            entry.key = place.clone();
            forget_lines(&mut entry.node, place);
        }),
        _ => {}
    }
}

/// Names and places only: any value may be a secret.
impl fmt::Debug for ConfigTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn show(node: &Node, path: &str, map: &mut fmt::DebugMap<'_, '_>) {
            match &node.content {
                Content::Map(entries) if !entries.is_empty() => {
                    for (name, entry) in entries {
                        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                        show(&entry.node, &path, map);
                    }
                }
                _ => {
                    map.entry(&path, &format_args!("{} at {}", node.described(), node.place));
                }
            }
        }
        let mut map = f.debug_map();
        show(&self.root, "", &mut map);
        map.finish()
    }
}
