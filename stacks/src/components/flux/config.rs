//! What a cluster is brought to, as configuration gives it.

use atp_iac::{Config, Secret};
use std::collections::BTreeMap;

/// A Git repository, and what of it is applied.
#[derive(Clone, Debug, Config)]
#[config(check = check)]
pub struct FluxConfig {
    /// Where the repository is: `https://` or `ssh://`.
    #[config(length = 10..=512)]
    pub url: String,
    /// The branch.
    #[config(default = "main", length = 1..=128)]
    pub branch: String,
    /// Seconds between two looks at the repository.
    #[config(default = 120, range = 30..=3600)]
    pub interval_seconds: u32,
    /// The name that goes with `token`.
    pub user: Option<String>,
    /// What a private repository is read with over HTTPS.
    pub token: Option<Secret<String>>,
    /// What a private repository is read with over SSH.
    pub private_key: Option<Secret<String>>,
    /// The keys by which an SSH server is known, as in a file `known_hosts`.
    pub known_hosts: Option<String>,
    /// What is applied, by name.
    #[config(length = 1..=20)]
    pub kustomizations: BTreeMap<String, KustomizationConfig>,
}

/// A folder of manifests.
#[derive(Clone, Debug, Config)]
pub struct KustomizationConfig {
    /// Where it is in the repository.
    #[config(length = 1..=256)]
    pub path: String,
    /// The kustomizations that have to be there before.
    #[config(default)]
    pub depends_on: Vec<String>,
    /// Whether what is gone from the folder is deleted from the cluster.
    #[config(default = true)]
    pub prune: bool,
    /// Seconds that applying it may take.
    #[config(default = 600, range = 60..=3600)]
    pub timeout_seconds: u32,
}

fn check(flux: &FluxConfig) -> Result<(), String> {
    let FluxConfig { url, user, token, private_key, known_hosts, kustomizations, .. } = flux;
    let mut problems = Vec::new();
    let (https, ssh) = (url.starts_with("https://"), url.starts_with("ssh://"));
    if !https && !ssh {
        problems.push(format!(
            "`url` (`{url}`) is neither `https://..` nor `ssh://..`: what is read could be forged"
        ));
    }
    if url.split_once("://").is_some_and(|(_, rest)| {
        rest.split('/').next().is_some_and(|host| host.contains(':') && host.contains('@'))
    }) {
        problems.push("`url` has a password in it: give it as `token`".to_owned());
    }
    if ssh && token.is_some() || https && private_key.is_some() {
        problems.push("`token` is for `https://..`, and `private_key` for `ssh://..`".to_owned());
    }
    if token.is_some() != user.is_some() {
        problems.push("`user` and `token` go together".to_owned());
    }
    if ssh && known_hosts.is_none() {
        problems.push("`known_hosts` is missing: without it, any server could pose as this one".to_owned());
    }
    for (name, kustomization) in kustomizations {
        for other in kustomization.depends_on.iter().filter(|other| !kustomizations.contains_key(*other)) {
            problems.push(format!("the kustomization `{name}` depends on `{other}`, which is not there"));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
}
