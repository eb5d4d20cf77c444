//! Named exceptions to the rule that nothing of the platform is public.
//!
//! What needs a public address asks for its exception by name. Where the configuration of the environment does not
//! grant it, the program ends with an error, so nothing becomes public by a default or by an oversight:
//!
//! ```yaml
//! common:
//!   public_exceptions:
//!     egress: { reason: "..", reviewed_by: security-team, until: 2027-06-30 }
//! ```
//!
//! A resource that is public by an exception says so in its tag `public-exception`.

use super::{Date, Tags};
use atp_iac::config::{ConfigKind, ConfigReader, ConfigValue};
use atp_iac::program::ProgramError;
use atp_iac::{Config, Result};
use std::collections::BTreeMap;

/// The tag that names the exception by which a resource is public.
pub const TAG: &str = "public-exception";

/// Why something may be public, who agreed, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Config)]
pub struct PublicException {
    /// Why there is no private way.
    #[config(length = 10..=500)]
    pub reason: String,
    /// Who looked at it and agreed.
    #[config(length = 2..=100)]
    pub reviewed_by: String,
    /// The last day that the review holds for. It is for people: nothing is closed by itself when it has passed.
    pub until: Date,
}

/// The exceptions of an environment, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exceptions(BTreeMap<String, PublicException>);

/// An exception that the configuration grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    name: String,
    exception: PublicException,
}

impl Exceptions {
    /// The exception of this name; `what` would be public by it: `the address of the NAT gateway`.
    ///
    /// # Errors
    /// When the configuration does not grant it.
    pub fn require(&self, name: &str, what: &str) -> Result<Granted> {
        self.find(name).ok_or_else(|| {
            ProgramError::Other(format!(
                "{what} would be public, and no exception `{name}` allows it\n  way out: add `{name}: {{ reason: .., \
                 reviewed_by: .., until: YYYY-MM-DD }}` under `common.public_exceptions`, or switch off what needs it"
            ))
        })
    }

    /// The exception of this name, where it is granted: for what is made private without it.
    pub fn find(&self, name: &str) -> Option<Granted> {
        let exception = self.0.get(name)?.clone();
        Some(Granted { name: name.to_owned(), exception })
    }

    /// All of them.
    pub fn granted(&self) -> impl Iterator<Item = Granted> + '_ {
        self.0.iter().map(|(name, exception)| Granted { name: name.clone(), exception: exception.clone() })
    }
}

impl Granted {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Why it is granted, by whom, and for how long.
    pub fn exception(&self) -> &PublicException {
        &self.exception
    }

    /// The tags of a resource that is public by it.
    pub fn tags(&self, tags: &Tags) -> Tags {
        let mut tags = tags.clone();
        tags.insert(TAG.to_owned(), self.name.clone());
        tags
    }
}

impl ConfigValue for Exceptions {
    const KIND: ConfigKind = <BTreeMap<String, PublicException> as ConfigValue>::KIND;
    fn read(reader: &mut ConfigReader<'_>) -> Option<Self> {
        ConfigValue::read(reader).map(Exceptions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exceptions() -> Exceptions {
        let exception = PublicException {
            reason: "nodes pull from the internet".to_owned(),
            reviewed_by: "security-team".to_owned(),
            until: Date::parse("2027-06-30").unwrap(),
        };
        Exceptions(BTreeMap::from([("egress".to_owned(), exception)]))
    }

    #[test]
    fn what_is_granted_is_visible_on_the_resource() {
        let granted = exceptions().require("egress", "the address of the NAT gateway").unwrap();
        let tags = granted.tags(&Tags::from([("owner".to_owned(), "anna".to_owned())]));
        let tags: Vec<_> = tags.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(tags, [("owner", "anna"), (TAG, "egress")]);
    }

    #[test]
    fn what_is_not_granted_ends_the_program_with_a_way_out() {
        let error = exceptions().require("edge", "the address of the gateway").unwrap_err().to_string();
        assert!(error.contains("the address of the gateway would be public"), "{error}");
        assert!(error.contains("add `edge: {") && error.contains("common.public_exceptions"), "{error}");
    }
}
