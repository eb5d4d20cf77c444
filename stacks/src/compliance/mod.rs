//! What must hold of everything that the stacks declare, as rules that can be run.
//!
//! A rule has a name, says which requirement it is about, and finds what breaks it in the declared resources of a stack:
//! before anything is deployed, and whichever component they come from. What a rule asks of an environment follows from
//! its configuration ([`Expectations`]), not from its name. The policies of the subscription
//! ([`governance`](crate::components::governance)) refuse the same to those who use no program of ours.

mod access;
mod declaration;
mod encryption;
mod expectations;
mod must;
mod network;
mod observed;
mod resilience;
mod secrets;
mod tagged;

pub use declaration::{Declaration, Stack};
pub use expectations::Expectations;
pub use must::{Must, Wanted};

use std::fmt;

/// Something that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The name of the rule.
    pub rule: &'static str,
    /// The name of the resource in its stack.
    pub resource: String,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: `{}`: {}", self.rule, self.resource, self.problem)
    }
}

/// A rule.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// What it asks, as a sentence.
    pub requirement: &'static str,
    check: fn(&Stack<'_>, &mut Problems<'_>),
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Takes what a rule finds.
pub struct Problems<'a> {
    rule: &'static str,
    findings: &'a mut Vec<Finding>,
}

impl Problems<'_> {
    /// Records what is wrong with a resource.
    pub fn add(&mut self, resource: &Declaration, problem: impl Into<String>) {
        let (rule, resource) = (self.rule, resource.name().to_owned());
        self.findings.push(Finding { rule, resource, problem: problem.into() });
    }
}

impl Rule {
    /// What breaks this rule.
    pub fn findings(&self, stack: &Stack<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        (self.check)(stack, &mut Problems { rule: self.name, findings: &mut findings });
        findings
    }
}

/// What breaks any of the rules.
pub fn findings(stack: &Stack<'_>) -> Vec<Finding> {
    RULES.iter().flat_map(|rule| rule.findings(stack)).collect()
}

/// All rules.
pub const RULES: &[Rule] = &[
    Rule {
        name: "no-public-access",
        requirement: "Data, keys, messages, logs and clusters are reached by private ways only; what is public carries \
                      the name of an exception that the configuration grants.",
        check: access::no_public_access,
    },
    Rule {
        name: "no-public-address",
        requirement: "A public address carries the name of an exception that the configuration grants.",
        check: access::no_public_address,
    },
    Rule {
        name: "no-anonymous-blobs",
        requirement: "No blob can be read without signing in.",
        check: access::no_anonymous_blobs,
    },
    Rule {
        name: "no-shared-keys",
        requirement: "Nobody signs in with a key or a password: accounts of the directory only.",
        check: access::no_shared_keys,
    },
    Rule {
        name: "vault-hardening",
        requirement: "Vaults use roles, and nobody can purge what was deleted.",
        check: access::vault_hardening,
    },
    Rule {
        name: "private-endpoints",
        requirement: "A private endpoint is in the security group that rules know it by, and has its names in a zone.",
        check: network::private_endpoints,
    },
    Rule {
        name: "deny-by-default",
        requirement: "Every subnet is behind a security group that ends in denying everything, in both directions.",
        check: network::deny_by_default,
    },
    Rule { name: "tls-1-2", requirement: "Older versions of TLS are refused.", check: encryption::tls },
    Rule {
        name: "encryption-at-rest",
        requirement: "What is stored is encrypted; storage and disks of nodes below the service as well.",
        check: encryption::at_rest,
    },
    Rule {
        name: "diagnostics",
        requirement: "Everything that has diagnostic logs sends them to the workspace.",
        check: observed::diagnostics,
    },
    Rule {
        name: "tags",
        requirement: "Everything that can have tags has all that are required.",
        check: tagged::tags,
    },
    Rule {
        name: "protected-data",
        requirement: "Where the configuration says `protect`, plans that delete or replace data are refused.",
        check: resilience::protected,
    },
    Rule {
        name: "locked-data",
        requirement: "Where the configuration says `locks`, Azure refuses to delete data.",
        check: resilience::locked,
    },
    Rule {
        name: "zones",
        requirement: "Environments of the largest tier survive the loss of a zone.",
        check: resilience::zones,
    },
    Rule {
        name: "no-inline-secrets",
        requirement: "No property holds a secret in clear.",
        check: secrets::none_in_clear,
    },
];
