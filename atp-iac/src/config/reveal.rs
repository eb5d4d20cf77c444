//! Encrypted values in configuration files.

use super::node::{Content, Node};
use super::{ConfigError, ConfigProblem, ConfigTree};

impl ConfigTree {
    /// Decrypts what is encrypted: `open` is asked for every text, and gives `None` for one that is not encrypted. What
    /// it opens can only be read into a `Secret<..>`.
    ///
    /// # Errors
    /// Every text that `open` could not decrypt, with what it said: that must not hold a secret.
    pub fn reveal(
        &mut self,
        mut open: impl FnMut(&str) -> Option<Result<String, String>>,
    ) -> Result<(), ConfigError> {
        let mut problems = Vec::new();
        reveal(&mut self.root, &self.stack, &mut open, &mut problems);
        if problems.is_empty() { Ok(()) } else { Err(ConfigError::new(problems)) }
    }
}

fn reveal(
    node: &mut Node,
    path: &str,
    open: &mut dyn FnMut(&str) -> Option<Result<String, String>>,
    problems: &mut Vec<ConfigProblem>,
) {
    match &mut node.content {
        Content::Text(text) => match open(text) {
            None => {}
            Some(Ok(clear)) => node.content = Content::Revealed(clear),
            Some(Err(message)) => {
                problems.push(ConfigProblem { place: node.place.clone(), path: path.to_owned(), message });
            }
        },
        Content::List(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                reveal(item, &format!("{path}[{index}]"), open, problems);
            }
        }
        Content::Map(entries) => {
            for (name, entry) in entries {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                reveal(&mut entry.node, &path, open, problems);
            }
        }
        _ => {}
    }
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
    fn open(text: &str) -> Option<Result<String, String>> {
        let inner = text.strip_prefix("enc(")?.strip_suffix(')')?;
        Some(if inner.contains('?') { Err("the key is another one".into()) } else { Ok(inner.into()) })
    }

    fn tree(text: &str) -> ConfigTree {
        ConfigTree::from_yaml("a.yaml", text).unwrap()
    }

    #[test]
    fn an_encrypted_value_is_read_in_clear_into_a_secret_only() {
        let mut tree = tree("password: enc(hunter2)\nowner: enc(anna)");
        tree.reveal(open).unwrap();
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
