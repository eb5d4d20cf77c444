//! Lays configuration files over each other.

use super::node::{Content, Entries, Node};
use super::{ConfigError, ConfigProblem, ConfigTree, Place, unknown, yaml};
use std::collections::BTreeSet;

/// The section of a file that holds for all stacks.
pub const COMMON: &str = "common";

/// One file.
#[derive(Clone, Copy)]
pub struct LayerFile<'a> {
    /// Its name in messages, such as `config/prod.yaml`.
    pub name: &'a str,
    /// What it holds.
    pub text: &'a str,
}

impl std::fmt::Debug for LayerFile<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LayerFile").field("name", &self.name).finish_non_exhaustive()
    }
}

impl ConfigTree {
    /// Merges files, the later over the earlier, and in each the section of the stack over `common`. `known` are the
    /// names of all stacks; `home` is the file in which a missing value is to be added.
    ///
    /// # Errors
    /// Everything that is wrong with the files, except with the values of the stack: reading it as a type finds that.
    pub fn from_layers(
        files: &[LayerFile<'_>],
        stack: &str,
        known: &[&str],
        home: &str,
    ) -> Result<Self, ConfigError> {
        let mut tree = ConfigTree {
            root: Node::empty_map(Place::file(home)),
            stack: stack.to_owned(),
            home: Place::file(home),
            own: BTreeSet::new(),
        };
        let mut problems = Vec::new();
        for file in files {
            match sections(file, stack, known, &mut problems) {
                Ok(mut sections) => {
                    tree.lay(sections.remove(COMMON).map(|entry| entry.node), false);
                    tree.lay(sections.remove(stack).map(|entry| entry.node), true);
                }
                Err(error) => problems.extend(error.problems().iter().cloned()),
            }
        }
        if problems.is_empty() { Ok(tree) } else { Err(ConfigError::new(problems)) }
    }

    fn lay(&mut self, section: Option<Node>, own: bool) {
        let Some(section) = section else { return };
        if let Content::Map(entries) = &section.content {
            if own {
                self.own.extend(entries.keys().cloned());
            }
            self.root.merge(section);
        }
    }
}

/// The sections of a file; those that are not maps are reported and left out.
fn sections(
    file: &LayerFile<'_>,
    stack: &str,
    known: &[&str],
    problems: &mut Vec<ConfigProblem>,
) -> Result<Entries, ConfigError> {
    let root = yaml::parse(file.name, file.text)?;
    let names: BTreeSet<&str> = known.iter().copied().chain([COMMON, stack]).collect();
    let mut push = |place: Place, message: String| {
        problems.push(ConfigProblem { place, path: String::new(), message });
    };
    let Content::Map(sections) = root.content else {
        let message =
            format!("expected sections, such as `{COMMON}:` and `{stack}:`, found {}", root.described());
        push(root.place, message);
        return Ok(Entries::new());
    };
    let mut kept = Entries::new();
    for (name, entry) in sections {
        if !names.contains(name.as_str()) {
            push(entry.key, unknown("stack", &name, names.iter().copied()));
            continue;
        }
        match entry.node.content {
            Content::Null => {}
            Content::Map(_) => {
                kept.insert(name, entry);
            }
            _ => push(
                entry.node.place.clone(),
                format!("the section `{name}` holds names and values, found {}", entry.node.described()),
            ),
        }
    }
    Ok(kept)
}
