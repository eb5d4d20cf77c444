//! Encrypted values in configuration files.

use super::node::{Content, Node};
use super::{ConfigError, ConfigProblem, ConfigTree};

impl ConfigTree {
    /// Decrypts what is encrypted: `open` is asked for every text and told its key, such as `network.zones[1]`, and gives
    /// `None` for one that is not encrypted. What it opens can only be read into a `Secret<..>`. Returns how many values
    /// were encrypted.
    ///
    /// # Errors
    /// Every text that `open` could not decrypt, with what it said: that must not hold a secret.
    pub fn reveal(
        &mut self,
        mut open: impl FnMut(&str, &str) -> Option<Result<String, String>>,
    ) -> Result<usize, ConfigError> {
        let mut walk = Walk { stack: &self.stack, open: &mut open, opened: 0, problems: Vec::new() };
        walk.reveal(&mut self.root, "");
        let Walk { opened, problems, .. } = walk;
        if problems.is_empty() { Ok(opened) } else { Err(ConfigError::new(problems)) }
    }
}

/// What decrypts the text under a key.
type Open<'a> = dyn FnMut(&str, &str) -> Option<Result<String, String>> + 'a;

struct Walk<'a> {
    stack: &'a str,
    open: &'a mut Open<'a>,
    opened: usize,
    problems: Vec<ConfigProblem>,
}

impl Walk<'_> {
    fn reveal(&mut self, node: &mut Node, key: &str) {
        match &mut node.content {
            Content::Text(text) => match (self.open)(key, text) {
                None => {}
                Some(Ok(clear)) => {
                    node.content = Content::Revealed(clear);
                    self.opened += 1;
                }
                Some(Err(message)) => {
                    let path = join(self.stack, key);
                    self.problems.push(ConfigProblem { place: node.place.clone(), path, message });
                }
            },
            Content::List(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.reveal(item, &format!("{key}[{index}]"));
                }
            }
            Content::Map(entries) => {
                for (name, entry) in entries {
                    self.reveal(&mut entry.node, &join(key, name));
                }
            }
            _ => {}
        }
    }
}

fn join(outer: &str, inner: &str) -> String {
    if outer.is_empty() { inner.to_owned() } else { format!("{outer}.{inner}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, Secret};

    #[derive(Debug, Config)]
    struct Settings {
        password: Secret<String>,
        owner: Option<String>,
    }

    /// "Encrypted" texts are those in brackets; the ones with `?` cannot be opened.
    fn open(_: &str, text: &str) -> Option<Result<String, String>> {
        let inner = text.strip_prefix("enc(")?.strip_suffix(')')?;
        Some(if inner.contains('?') { Err("the key is another one".into()) } else { Ok(inner.into()) })
    }

    fn tree(text: &str) -> ConfigTree {
        ConfigTree::from_yaml("a.yaml", text).unwrap()
    }

    #[test]
    fn an_encrypted_value_is_read_in_clear_into_a_secret_only() {
        let mut tree = tree("password: enc(hunter2)\nowner: enc(anna)");
        assert_eq!(tree.reveal(open), Ok(2));
        let error = tree.read::<Settings>().unwrap_err().to_string();
        assert!(error.starts_with("a.yaml:2: owner: is encrypted in the file"), "{error}");
        assert!(!error.contains("anna") && !format!("{tree:?}").contains("hunter2"));
        assert!(tree.explain(Settings::FIELDS).iter().all(|line| line.value == "[secret]"));
        tree.set("owner", "otto").unwrap();
        let settings = tree.read::<Settings>().unwrap();
        assert_eq!(
            (settings.password.expose().as_str(), settings.owner.as_deref()),
            ("hunter2", Some("otto"))
        );
    }

    #[test]
    fn every_value_that_cannot_be_decrypted_is_reported() {
        let error = tree("password: enc(?)\nowner: [enc(?)]").reveal(open).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a.yaml:1: password: the key is another one\na.yaml:2: owner[0]: the key is another one"
        );
    }
}
