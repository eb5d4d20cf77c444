//! The configuration of one stack.

use super::node::{Content, Entries, Entry, Node};
use super::reader::ConfigReader;
use super::{Config, ConfigError, ConfigField, ConfigProblem, Place, yaml};
use crate::value::{SECRET_MASK, Value};
use std::collections::{BTreeMap, BTreeSet};
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
        // A file that says nothing is an empty map; a value that says nothing is nothing.
        if matches!(value.trim(), "" | "~" | "null" | "Null" | "NULL") {
            node.content = Content::Null;
        }
        forget_lines(&mut node, &place);
        self.put(&steps, node);
        Ok(())
    }

    /// Sets a text that only a secret may read, over all files.
    #[cfg(feature = "cli")]
    pub(crate) fn set_revealed(&mut self, key: &str, clear: &str) {
        let node = Node { place: Place::file("--secret"), content: Content::Revealed(clear.to_owned()) };
        self.put(&key.split('.').collect::<Vec<_>>(), node);
    }

    fn put(&mut self, steps: &[&str], mut node: Node) {
        let place = node.place.clone();
        for step in steps.iter().rev() {
            let entry = Entry { key: place.clone(), node };
            let entries = Entries::from([((*step).to_owned(), entry)]);
            node = Node { place: place.clone(), content: Content::Map(entries) };
        }
        let section = self.root.place.clone();
        self.root.merge(node);
        self.root.place = section;
        self.own.extend(steps.first().map(|step| (*step).to_owned()));
    }

    /// Names keys that somebody besides the stack reads: it need not know them.
    pub fn share(&mut self, keys: &[&str]) {
        self.own.retain(|key| !keys.contains(&key.as_str()));
    }

    /// Whether both give the same values, wherever they were written.
    pub fn says_the_same(&self, other: &ConfigTree) -> bool {
        says_the_same(&self.root, &other.root)
    }

    /// Every value in clear, with its path: `network.zones[1]`. For digests.
    pub(crate) fn leaves(&self) -> BTreeMap<String, Value> {
        let mut found = BTreeMap::new();
        leaves(&self.root, String::new(), &mut found);
        found
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

    /// A text at the top, for whoever sets up the engine before a program reads its configuration: the id of a
    /// subscription, say.
    pub fn text(&self, key: &str) -> Option<&str> {
        match &self.root.content {
            Content::Map(entries) => match &entries.get(key)?.node.content {
                Content::Text(text) => Some(text),
                _ => None,
            },
            _ => None,
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
                    value: match field.default {
                        Some(_) if field.is_secret() => SECRET_MASK.to_owned(),
                        other => other.unwrap_or("(not set)").to_owned(),
                    },
                    place: None,
                }),
            }
        }
        lines
    }
}

fn leaves(node: &Node, path: String, found: &mut BTreeMap<String, Value>) {
    let value = match &node.content {
        Content::Map(entries) if !entries.is_empty() => {
            for (name, entry) in entries {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                leaves(&entry.node, path, found);
            }
            return;
        }
        Content::List(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, format!("{path}[{index}]"), found);
            }
            return;
        }
        Content::Map(_) => Value::map(),
        Content::List(_) => Value::List(Vec::new()),
        Content::Null => Value::Null,
        Content::Bool(value) => Value::Bool(*value),
        Content::Number(number) => Value::Number(number.clone()),
        Content::Text(text) => Value::from(text.as_str()),
        Content::Revealed(text) => Value::from(text.as_str()).into_secret(),
    };
    found.insert(path, value);
}

fn says_the_same(one: &Node, other: &Node) -> bool {
    match (&one.content, &other.content) {
        (Content::Map(one), Content::Map(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, entry)| {
                    other.get(name).is_some_and(|other| says_the_same(&entry.node, &other.node))
                })
        }
        (Content::List(one), Content::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| says_the_same(one, other))
        }
        (Content::Null, Content::Null) => true,
        (Content::Bool(one), Content::Bool(other)) => one == other,
        (Content::Number(one), Content::Number(other)) => one == other,
        (Content::Text(one), Content::Text(other)) | (Content::Revealed(one), Content::Revealed(other)) => {
            one == other
        }
        _ => false,
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
        Content::Revealed(_) => SECRET_MASK.to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_null_from_outside_unsets_a_whole_map() {
        let mut tree = ConfigTree::from_yaml("x.yaml", "network: { zones: { a: 1 } }").unwrap();
        tree.set("network.zones", "null").unwrap();
        let Content::Map(entries) = &tree.root.content else { panic!("not a map") };
        let Content::Map(network) = &entries["network"].node.content else { panic!("not a map") };
        assert!(matches!(network["zones"].node.content, Content::Null));
    }
    use crate::{Cidr, Secret};
    use std::collections::BTreeMap;

    #[derive(Debug, PartialEq, crate::Config)]
    enum Tier {
        Basic,
        ZoneRedundant,
    }

    #[derive(Debug, PartialEq, crate::Config)]
    #[config(check = Pool::check)]
    struct Pool {
        /// Fewest nodes.
        #[config(default = 1)]
        min: u32,
        /// Most nodes.
        #[config(default = 3, range = 1..=100)]
        max: u32,
    }

    impl Pool {
        fn check(&self) -> Result<(), String> {
            if self.min > self.max {
                return Err(format!("min {} is above max {}", self.min, self.max));
            }
            Ok(())
        }
    }

    #[derive(Debug, PartialEq, crate::Config)]
    struct Settings {
        /// The address space.
        space: Cidr,
        #[config(default = Tier::Basic)]
        tier: Tier,
        #[config(length = 8..)]
        password: Option<Secret<String>>,
        #[config(default = 0.5, range = 0.0..1.0)]
        share: f64,
        pool: Pool,
        #[config(default)]
        pools: BTreeMap<String, Pool>,
        #[config(name = "type", default = "standard", length = 1..=10)]
        kind: String,
        #[config(range = ..=9)]
        port: Option<u16>,
        #[config(default)]
        keys: Vec<Secret<u8>>,
    }

    fn read(text: &str) -> Result<Settings, String> {
        ConfigTree::from_yaml("a.yaml", text).unwrap().read().map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_given_has_its_default() {
        let settings = read("space: 10.0.0.0/16").unwrap();
        assert_eq!((settings.tier, settings.kind.as_str()), (Tier::Basic, "standard"));
        assert_eq!((settings.share, settings.pool.max, settings.password), (0.5, 3, None));
    }

    #[test]
    fn everything_can_be_given() {
        let text = "space: 10.0.0.0/8\ntier: zone-redundant\npassword: correct-horse\nshare: 0.25\n\
                    pool: {min: 2}\npools: {gpu: {max: 9}}\ntype: x\nport: 9\nkeys: [1, 2]";
        let settings = read(text).unwrap();
        assert_eq!(settings.tier, Tier::ZoneRedundant);
        assert_eq!(settings.password.unwrap().expose(), "correct-horse");
        assert_eq!((settings.pool.min, settings.pools["gpu"].max, settings.port), (2, 9, Some(9)));
    }

    #[test]
    fn everything_that_is_wrong_is_reported_at_once_with_its_line() {
        let text = "space: 10.0.0.1/16\ntier: zone-redundent\nshare: 1\npool:\n  min: 5\npools:\n  gpu: {max: 0}\n  \
                    cpu: {mx: 1}\ntype: 'a name too long'\nport: 10\n";
        assert_eq!(
            read(text).unwrap_err(),
            "a.yaml:1: space: `10.0.0.1/16` is not an IPv4 range: host bits are set (10.0.0.1/16 should be 10.0.0.0/16)\n\
             a.yaml:2: tier: unknown choice `zone-redundent`; did you mean `zone-redundant`?\n\
             a.yaml:3: share: 1 is not in 0.0..1.0\n\
             a.yaml:5: pool: min 5 is above max 3\n\
             a.yaml:7: pools.gpu.max: 0 is not in 1..=100\n\
             a.yaml:8: pools.cpu: unknown key `mx`; did you mean `max`?\n\
             a.yaml:9: type: has 15 characters, expected 1 to 10\n\
             a.yaml:10: port: 10 is not in ..=9"
        );
    }

    #[test]
    fn a_value_of_another_type_says_what_is_expected_and_not_what_it_is() {
        let error = read("space: [1]\ntype: 1.30\npool: x\nport: 70000\nshare: many").unwrap_err();
        assert_eq!(
            error,
            "a.yaml:1: space: expected a text, found a list\n\
             a.yaml:2: type: expected a text, found a number: put it in quotes\n\
             a.yaml:3: pool: expected a map, found a text\n\
             a.yaml:4: port: 70000 is not a whole number from 0 to 65535\n\
             a.yaml:5: share: expected a number, found a text"
        );
    }

    #[test]
    fn a_secret_is_in_no_error_and_in_no_debug() {
        let text = "space: 10.0.0.0/8\npassword: hunter2\nkeys: [4711, hunter2]\n";
        let error = read(text).unwrap_err();
        assert_eq!(
            error,
            "a.yaml:2: password: has 7 characters, expected at least 8\n\
             a.yaml:3: keys[0]: the value is not a whole number from 0 to 255\n\
             a.yaml:3: keys[1]: expected a whole number, found a text"
        );
        let tree = ConfigTree::from_yaml("a.yaml", text).unwrap();
        let shown = format!("{tree:?}");
        assert!(!shown.contains("hunter2") && shown.contains(r#""password": a text at a.yaml:2"#), "{shown}");
    }

    #[test]
    fn what_is_set_wins_over_the_files_and_says_so() {
        let mut tree = ConfigTree::from_yaml("a.yaml", "space: 10.0.0.0/8\npool: {min: 2}").unwrap();
        tree.set("pool.max", "200").unwrap();
        tree.set("tier", "zone-redundant").unwrap();
        tree.set("prt", "1").unwrap();
        tree.set("share", "").unwrap();
        assert_eq!(
            tree.read::<Settings>().unwrap_err().to_string(),
            "--set: unknown key `prt`; did you mean `port`?\n--set: pool.max: 200 is not in 1..=100"
        );
        assert_eq!(
            tree.set("a..b", "1").unwrap_err().to_string(),
            "--set: `a..b` is not a key: write `--set key=value` or `--set outer.inner=value`"
        );
        assert!(tree.set("pool", "[1").unwrap_err().to_string().starts_with("--set: pool: not valid YAML"));
    }

    #[test]
    fn what_others_read_too_need_not_be_known_to_the_stack() {
        let mut tree = ConfigTree::from_yaml("a.yaml", "space: 10.0.0.0/8\npassword: correct-horse").unwrap();
        tree.set("azure_credential", "cli").unwrap();
        assert!(tree.read::<Settings>().unwrap_err().to_string().contains("unknown key `azure_credential`"));
        tree.share(&["azure_credential", "space"]);
        assert_eq!(tree.text("azure_credential"), Some("cli"));
        assert!(tree.read::<Settings>().is_ok());
    }

    #[test]
    fn what_a_stack_reads_can_be_listed_with_its_places() {
        let text = "space: 10.0.0.0/8\npassword: correct-horse\npool: {min: 2}\nunheard: x";
        let tree = ConfigTree::from_yaml("a.yaml", text).unwrap();
        let lines: Vec<String> = tree
            .explain(Settings::FIELDS)
            .iter()
            .map(|line| {
                let place = line.place.as_ref().map_or("default".into(), ToString::to_string);
                format!("{} = {} ({place})", line.path, line.value)
            })
            .collect();
        assert_eq!(
            lines,
            [
                r#"space = "10.0.0.0/8" (a.yaml:1)"#,
                "tier = Tier::Basic (default)",
                "password = [secret] (a.yaml:2)",
                "share = 0.5 (default)",
                "pool.min = 2 (a.yaml:3)",
                "pools = {} (default)",
                "type = standard (default)",
                "port = (not set) (default)",
                "keys = [secret] (default)",
            ]
        );
    }

    #[test]
    fn fields_are_documented() {
        let field = |name: &str| Settings::FIELDS.iter().find(|field| field.name == name).copied().unwrap();
        let space = field("space");
        assert_eq!((space.description, space.required), ("The address space.", true));
        assert_eq!(space.kind.to_string(), "an IPv4 range such as `10.0.0.0/16`");
        assert_eq!((field("type").default, field("type").length), (Some("standard"), Some("1..=10")));
        assert!(field("password").is_secret() && !field("password").required);
        assert!(!field("pool").required, "all of its fields have defaults");
        assert_eq!(field("tier").kind.to_string(), "one of `basic`, `zone-redundant`");
    }
}
