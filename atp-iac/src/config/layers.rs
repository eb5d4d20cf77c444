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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use std::collections::BTreeMap;

    #[derive(Debug, Default, PartialEq, Config)]
    struct Settings {
        #[config(default)]
        tags: BTreeMap<String, String>,
        #[config(default)]
        zones: Vec<u32>,
        owner: Option<String>,
        #[config(default)]
        disks: BTreeMap<String, Disk>,
    }

    /// All of it may be left out.
    #[derive(Debug, PartialEq, Config)]
    struct Disk {
        #[config(default = 32)]
        size: u32,
    }

    fn merged(files: &[(&str, &str)]) -> Result<ConfigTree, ConfigError> {
        let files: Vec<LayerFile<'_>> = files.iter().map(|(name, text)| LayerFile { name, text }).collect();
        ConfigTree::from_layers(&files, "net", &["net", "app"], "prod.yaml")
    }

    fn read(files: &[(&str, &str)]) -> Settings {
        merged(files).unwrap().read().unwrap()
    }

    #[test]
    fn maps_merge_deep_and_everything_else_is_replaced() {
        let settings = read(&[
            ("base.yaml", "net: {tags: {a: '1', b: '2'}, zones: [1, 2]}"),
            ("prod.yaml", "net: {tags: {b: '3', c: '4'}, zones: [3]}"),
        ]);
        let tags: Vec<(&str, &str)> = settings.tags.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!((tags, settings.zones), (vec![("a", "1"), ("b", "3"), ("c", "4")], vec![3]));
    }

    #[test]
    fn a_later_file_wins_and_in_one_file_the_stack_wins_over_common() {
        let both = "net: {owner: own}\ncommon: {owner: shared}";
        assert_eq!(read(&[("base.yaml", both)]).owner.as_deref(), Some("own"));
        let settings = read(&[("base.yaml", both), ("prod.yaml", "common: {owner: later}")]);
        assert_eq!(settings.owner.as_deref(), Some("later"));
    }

    #[test]
    fn an_explicit_null_unsets() {
        let settings = read(&[
            ("base.yaml", "net: {owner: anna, zones: [1], tags: {a: '1', b: '2'}}"),
            ("prod.yaml", "net: {owner: null, zones: ~, tags: {a: }}\napp:\n"),
        ]);
        assert_eq!((settings.owner, settings.zones), (None, vec![]));
        assert_eq!(settings.tags.keys().collect::<Vec<_>>(), ["b"]);
        let settings =
            read(&[("base.yaml", "net: {disks: {a: {}, b: {}}}"), ("prod.yaml", "net: {disks: {a: null}}")]);
        assert_eq!(settings.disks.keys().collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn keys_of_common_may_be_unknown_but_not_those_of_the_stack() {
        assert_eq!(read(&[("base.yaml", "common: {unheard: 1}")]), Settings::default());
        let tree = merged(&[("base.yaml", "net:\n  ownr: anna\n")]).unwrap();
        assert_eq!(
            tree.read::<Settings>().unwrap_err().to_string(),
            "base.yaml:2: net: unknown key `ownr`; did you mean `owner`?"
        );
    }

    #[test]
    fn every_bad_section_of_every_file_is_reported() {
        let error = merged(&[
            ("base.yaml", "network: {a: 1}\nnet: 3\n"),
            ("prod.yaml", "a: [\n"),
            ("prod-eu.yaml", "- 1\n"),
        ]);
        assert_eq!(
            error.unwrap_err().to_string(),
            "base.yaml:1: unknown stack `network`; known: `app`, `common`, `net`\n\
             base.yaml:2: the section `net` holds names and values, found a number\n\
             prod.yaml:1: not valid YAML: unclosed bracket '['\n\
             prod-eu.yaml:1: expected sections, such as `common:` and `net:`, found a list"
        );
    }
}
