//! What another tool manages, read from the file that it exports, and what of it a program of ours declares.
//!
//! Everything here is pure: bytes and a plan in, a list of verdicts out. What the types of the other tool are is known to
//! providers alone ([`Provider::foreign`](crate::provider::Provider::foreign)).
//!
//! Invariant: the file says which objects there are, and nothing else is taken from it. What they are like is read from
//! the cloud. Tools write secrets in clear, and do not mark all of them: so only ids, and the few texts that stand for
//! one, are kept while the file is read ([`Texts`]), and no error and no `Debug` shows a text of it.
//!
//! Invariant: a file is read whole or not at all. A version, an encryption or a shape that is not known is an error that
//! says so.

mod json;
mod matching;
mod names;
mod pulumi;
mod terraform;
#[cfg(test)]
mod tests;

pub(crate) use matching::folded;
pub use matching::{Ambiguous, Line, Mapped, Migration, NotInFile, Planned, Verdict, claims, matched};
pub(crate) use names::{names, numbered, tidy};

use std::collections::BTreeMap;
use std::fmt;

/// Another tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// Pulumi: what `pulumi stack export` writes.
    Pulumi,
    /// Terraform or OpenTofu: what `terraform state pull` or `terraform show -json` writes.
    Terraform,
}

impl Tool {
    /// Its name, for people.
    pub fn name(self) -> &'static str {
        match self {
            Tool::Pulumi => "Pulumi",
            Tool::Terraform => "Terraform",
        }
    }
}

/// The file of another tool.
#[derive(Debug, Clone, PartialEq)]
pub struct ForeignFile {
    /// Which tool wrote it.
    pub tool: Tool,
    /// What it manages, in the order of the file.
    pub resources: Vec<Foreign>,
}

/// A resource in the file of another tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreign {
    /// What the tool calls it: a URN, or an address such as `module.network.azurerm_subnet.app["a"]`.
    pub address: String,
    /// The modules that it is in, outermost first.
    pub modules: Vec<String>,
    /// Its name, without its type.
    pub name: String,
    /// Its key, where there are several of one name.
    pub key: Option<String>,
    /// Its type in the tool, such as `azurerm_subnet` or `azure-native:network:Subnet`.
    pub kind: String,
    /// Its id in the tool; often, and not always, the id in the cloud.
    pub id: String,
    /// What else the file says of it.
    pub texts: Texts,
    /// Whether the tool is told not to delete it.
    pub is_protected: bool,
    /// Why the tool does not manage it though it is in the file, where it does not.
    pub not_managed: Option<String>,
}

/// Texts that the file says of a resource, by the names of properties: those that are ids by their names, and the values of
/// random and of timely resources. What the file marks as secret is not among them.
#[derive(Clone, Default, PartialEq)]
pub struct Texts(BTreeMap<String, String>);

impl Texts {
    /// The text of a property, whether the tool writes its name as `key_vault_id` or as `keyVaultId`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(&squeezed(name)).map(String::as_str)
    }

    fn insert(&mut self, name: &str, text: &str) {
        let name = squeezed(name);
        if name.ends_with("id") || VALUES.contains(&name.as_str()) {
            self.0.insert(name, text.to_owned());
        }
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Texts {
    fn from_iter<T: IntoIterator<Item = (&'a str, &'a str)>>(items: T) -> Self {
        let mut texts = Texts::default();
        items.into_iter().for_each(|(name, text)| texts.insert(name, text));
        texts
    }
}

/// What random and timely resources call their values, beside the id.
const VALUES: [&str; 2] = ["hex", "rfc3339"];

/// A name as both tools would write it, if they wrote it in one word.
fn squeezed(name: &str) -> String {
    name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect()
}

impl fmt::Debug for Texts {
    /// Nobody knows which of them the tool forgot to mark as secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// What a resource of another tool is to a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counterpart {
    /// An object of the cloud.
    Object {
        /// Its type here.
        kind: String,
        /// Its id in the cloud.
        id: String,
    },
    /// Nothing that can be taken over.
    Nothing {
        /// Why not, and what to do instead.
        why: String,
    },
}

/// Why a file is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForeignFileError {
    /// It is no JSON.
    #[error("line {line}, column {column}: this is no JSON{}", if *.is_cut { ": it is cut off" } else { "" })]
    NotJson {
        /// Where it ceases to be.
        line: usize,
        /// Where in the line.
        column: usize,
        /// Whether more was to come.
        is_cut: bool,
    },
    /// It is something else.
    #[error("this is {what}")]
    Another {
        /// What it seems to be.
        what: String,
        /// What to do.
        hint: String,
    },
    /// It is of a version that is not known.
    #[error("this is a file of {tool} in version {found}; known are {known}", tool = .tool.name())]
    Version {
        /// Whose file.
        tool: Tool,
        /// Its version.
        found: String,
        /// Those that can be read.
        known: &'static str,
        /// What to do.
        hint: &'static str,
    },
    /// It is not what a file of this version looks like.
    #[error("`{place}` {what}: the file is damaged")]
    Damaged {
        /// Where.
        place: String,
        /// What is wrong. Shows nothing of the file.
        what: String,
    },
}

impl ForeignFileError {
    /// What the user can do.
    pub fn hint(&self) -> String {
        match self {
            ForeignFileError::Another { hint, .. } => hint.clone(),
            ForeignFileError::Version { hint, .. } => (*hint).to_owned(),
            ForeignFileError::NotJson { .. } | ForeignFileError::Damaged { .. } => {
                "export it again; nothing of it was read".to_owned()
            }
        }
    }
}

impl ForeignFile {
    /// Reads the file of a tool.
    ///
    /// # Errors
    /// When it is no file of the tool, of another version, encrypted, or damaged.
    pub fn read(tool: Tool, bytes: &[u8]) -> Result<ForeignFile, ForeignFileError> {
        let whole = json::parse(bytes)?;
        let resources = match tool {
            Tool::Pulumi => pulumi::resources(&whole)?,
            Tool::Terraform => terraform::resources(&whole)?,
        };
        Ok(ForeignFile { tool, resources })
    }
}
