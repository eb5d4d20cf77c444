//! What `atp.yaml` holds.

use super::{Environment, HistorySettings, PROJECT_FILE, Project, Secrets};
use crate::config::{ConfigError, ConfigTree, unknown};
use crate::duration::duration;
use crate::history::ApprovalRule;
use crate::state::Retention;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::path::{Component, Path};
use std::time::Duration;

/// Where resources are made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, crate::Config)]
pub enum Cloud {
    /// The simulator inside the program.
    #[default]
    Simulator,
    /// Azure.
    Azure,
}

/// The file.
#[derive(crate::Config)]
#[config(check = ProjectFile::check)]
struct ProjectFile {
    /// Name of the project.
    name: String,
    /// Where the state is kept; without it, in `.atp/` beside this file.
    backend: Option<String>,
    /// Where resources are made.
    #[config(default = Cloud::Simulator)]
    cloud: Cloud,
    /// Folder of the configuration files.
    #[config(default = "config")]
    config: String,
    /// How the state is kept.
    #[config(default)]
    state: StateEntry,
    /// Who vouches for what was done.
    history: HistoryEntry,
    /// Who wraps the keys to secrets.
    #[config(default)]
    secrets: Secrets,
    /// The environments, and the regions of each.
    #[config(default)]
    environments: BTreeMap<String, EnvironmentEntry>,
}

/// How the state is kept.
#[derive(Default, crate::Config)]
struct StateEntry {
    /// How many snapshots of each stack are kept as they were: the newest.
    #[config(range = 1..=100000)]
    backups: Option<u32>,
    /// In how many months, besides, the first snapshot of the month is kept.
    #[config(range = 0..=1200)]
    monthly: Option<u32>,
}

impl StateEntry {
    fn retention(&self) -> Retention {
        let unless_told = Retention::default();
        Retention {
            newest: self.backups.and_then(NonZeroU32::new).unwrap_or(unless_told.newest),
            monthly: self.monthly.unwrap_or(unless_told.monthly),
        }
    }
}

/// Who vouches for what was done, in the file.
#[derive(crate::Config)]
struct HistoryEntry {
    /// The file with the private key that signs records and approvals, or the URL of a key in a vault; without it, nothing is
    /// signed.
    sign: Option<String>,
    /// The public keys whose signatures are trusted, as `history key` prints them.
    #[config(default)]
    trust: Vec<String>,
}

/// One environment in the file.
#[derive(crate::Config)]
struct EnvironmentEntry {
    /// Its regions; the first is the primary one.
    #[config(length = 1..)]
    regions: Vec<String>,
    /// The environment whose configuration it starts from.
    like: Option<String>,
    /// Whether there are many of it, each with a name of its own behind this one, such as `preview-12`.
    #[config(default = false)]
    instances: bool,
    /// How long an instance lives after its last update, such as `72h`.
    time_to_live: Option<String>,
    /// How many people have to agree to a plan, besides who made it, before it is carried out.
    #[config(default = 0, range = 0..=20)]
    approvals: u8,
    /// How long an approval counts, such as `24h`; without it, for as long as the plan can be carried out.
    approvals_valid_for: Option<String>,
    /// Who wraps the keys to its secrets, where that is not as in the whole project.
    #[config(default)]
    secrets: Secrets,
}

impl EnvironmentEntry {
    fn time_to_live(&self) -> Result<Option<Duration>, String> {
        self.time_to_live.as_deref().map(duration).transpose()
    }

    fn approvals_valid_for(&self) -> Result<Option<Duration>, String> {
        self.approvals_valid_for.as_deref().map(duration).transpose()
    }

    fn environment(self) -> Environment {
        // What cannot be read was reported before.
        let time_to_live = self.time_to_live().unwrap_or_default();
        let valid_for = self.approvals_valid_for().unwrap_or_default();
        Environment {
            regions: self.regions,
            like: self.like,
            instances: self.instances,
            time_to_live,
            approvals: ApprovalRule { needed: self.approvals.into(), valid_for },
            secrets: self.secrets,
        }
    }

    fn check_approvals(&self, environment: &str) -> Result<(), String> {
        let place = format!("environments.{environment}.approvals_valid_for");
        match self.approvals_valid_for() {
            Err(wrong) => Err(format!("{place}: {wrong}")),
            Ok(Some(_)) if self.approvals == 0 => {
                Err(format!("{place}: no approvals are needed: say how many with `approvals`"))
            }
            Ok(_) => Ok(()),
        }
    }
}

pub(super) fn parse(root: &Path, text: &str) -> Result<Project, ConfigError> {
    let file: ProjectFile = ConfigTree::from_yaml(PROJECT_FILE, text)?.read()?;
    let environments = file.environments.into_iter();
    let backups = file.state.retention();
    Ok(Project {
        root: root.to_owned(),
        name: file.name,
        backend: file.backend,
        cloud: file.cloud,
        config: file.config.into(),
        backups,
        history: HistorySettings { sign: file.history.sign, trust: file.history.trust },
        secrets: file.secrets,
        environments: environments.map(|(name, entry)| (name, entry.environment())).collect(),
    })
}

impl ProjectFile {
    fn check(&self) -> Result<(), String> {
        name("name", &self.name)?;
        let inside = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        if self.config.is_empty() || !Path::new(&self.config).components().all(inside) {
            return Err(format!("config: `{}` is not a folder inside the project", self.config));
        }
        self.secrets.check("secrets")?;
        // The files of configuration: no two of environments and regions may have one name.
        let mut files = BTreeSet::from(["base".to_owned()]);
        for (environment, entry) in &self.environments {
            name("environments", environment)?;
            self.check_instances(environment, entry)?;
            entry.check_approvals(environment)?;
            self.check_like(environment, entry)?;
            entry.secrets.check(&format!("environments.{environment}.secrets"))?;
            claim(&mut files, environment.clone())?;
            for region in &entry.regions {
                name(&format!("environments.{environment}.regions"), region)?;
                claim(&mut files, format!("{environment}-{region}"))?;
            }
        }
        Ok(())
    }

    fn check_like(&self, environment: &str, entry: &EnvironmentEntry) -> Result<(), String> {
        let Some(like) = &entry.like else { return Ok(()) };
        let place = format!("environments.{environment}.like");
        match self.environments.get(like) {
            None => Err(format!(
                "{place}: {}",
                unknown("environment", like, self.environments.keys().map(String::as_str))
            )),
            Some(other) if other.like.is_some() || like == environment => {
                Err(format!("{place}: `{like}` is like another one itself: name the first one"))
            }
            Some(_) => Ok(()),
        }
    }

    fn check_instances(&self, environment: &str, entry: &EnvironmentEntry) -> Result<(), String> {
        let place = format!("environments.{environment}");
        match entry.time_to_live() {
            Err(wrong) => return Err(format!("{place}.time_to_live: {wrong}")),
            Ok(Some(_)) if !entry.instances => {
                return Err(format!("{place}.time_to_live: only instances end: add `instances: true`"));
            }
            Ok(_) => {}
        }
        let is_instance = |other: &&String| {
            entry.instances && other.strip_prefix(environment).is_some_and(|rest| rest.starts_with('-'))
        };
        match self.environments.keys().find(is_instance) {
            Some(other) => Err(format!("{place}.instances: `{other}` would be one: give it another name")),
            None => Ok(()),
        }
    }
}

fn claim(files: &mut BTreeSet<String>, file: String) -> Result<(), String> {
    if files.contains(&file) {
        return Err(format!(
            "environments: two of `base`, environments and regions would share `{file}.yaml`"
        ));
    }
    files.insert(file);
    Ok(())
}

fn name(what: &str, text: &str) -> Result<(), String> {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if text.is_empty() || text.len() > 64 || !text.chars().all(good) {
        return Err(format!("{what}: `{text}` must be 1 to 64 letters, digits, `-` or `_`"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        parse(Path::new("/project"), text).unwrap_err().to_string()
    }

    #[test]
    fn everything_can_be_given() {
        let text = "name: shop\nbackend: azblob://x/y\ncloud: azure\nconfig: settings\nenvironments:\n  prod: { regions: [westeurope, eastus] }\n";
        let project = parse(Path::new("/project"), text).unwrap();
        assert_eq!((project.backend.as_deref(), project.cloud), (Some("azblob://x/y"), Cloud::Azure));
        assert_eq!(project.environments["prod"].primary(), Some("westeurope"));
    }

    #[test]
    fn how_many_backups_are_kept_can_be_said_and_none_is_refused() {
        let project = |text: &str| parse(Path::new("/project"), text);
        assert_eq!(project("name: a").unwrap().backups, Retention::default());
        let kept = project("name: a\nstate: {backups: 7, monthly: 3}").unwrap().backups;
        assert_eq!((kept.newest.get(), kept.monthly), (7, 3));
        let error = error("name: a\nstate: {backups: 0}");
        assert!(error.starts_with("atp.yaml:2: state.backups: "), "{error}");
    }

    #[test]
    fn every_mistake_has_its_line() {
        assert_eq!(
            error(
                "nam: shop\ncloud: aws\nenvironments:\n  prod:\n    region: [a]\n  dev:\n    regions: []\n"
            ),
            "atp.yaml:1: unknown key `nam`; did you mean `name`?\n\
             atp.yaml:2: cloud: unknown choice `aws`; known: `simulator`, `azure`\n\
             atp.yaml:5: environments.prod: unknown key `region`; did you mean `regions`?\n\
             atp.yaml:7: environments.dev.regions: has 0 items, expected at least 1\n\
             atp.yaml: name: missing: add `name:`, a text (Name of the project.)\n\
             atp.yaml: environments.prod.regions: missing: add `regions:` under `environments.prod:`, a list, each item a text of length 1.. (Its regions; the first is the primary one.)"
        );
    }

    #[test]
    fn instances_may_end_and_have_names_of_their_own() {
        let text = "name: a\nenvironments: {preview: {regions: [x], instances: true, time_to_live: 72h}}";
        let preview = parse(Path::new("/project"), text).unwrap().environments["preview"].clone();
        assert_eq!((preview.instances, preview.time_to_live), (true, Some(Duration::from_secs(72 * 3600))));
        for (entry, expected) in [
            (
                "p: {regions: [x], instances: true, time_to_live: 3 days}",
                "p.time_to_live: write a number and",
            ),
            ("p: {regions: [x], time_to_live: 1h}", "p.time_to_live: only instances end"),
            ("p: {regions: [x], like: q}", "p.like: unknown environment `q`; did you mean `p`?"),
            ("p: {regions: [x], like: p}", "p.like: `p` is like another one itself"),
            ("p: {regions: [x], instances: true}, p-1: {regions: [x]}", "p.instances: `p-1` would be one"),
        ] {
            let error = error(&format!("name: a\nenvironments: {{{entry}}}"));
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn an_environment_may_have_its_keys_wrapped_by_another_provider() {
        let text = "name: a\nsecrets: {provider: passphrase}\nenvironments:\n  dev: {regions: [x]}\n  \
                    prod: {regions: [x], secrets: {provider: azurekeyvault://vault/key}}\n";
        let project = parse(Path::new("/project"), text).unwrap();
        let provider = |environment| project.secrets_of(environment).provider;
        assert_eq!(provider("dev").as_deref(), Some("passphrase"));
        assert_eq!(provider("prod").as_deref(), Some("azurekeyvault://vault/key"));
        assert_eq!(parse(Path::new("/project"), "name: a").unwrap().secrets, Secrets::default());
    }

    #[test]
    fn keys_that_nobody_can_wrap_are_refused_with_the_place() {
        for (entry, expected) in [
            (
                "secrets: {provider: pasphrase}",
                "atp.yaml:1: secrets.provider: unknown provider `pasphrase`: write `local`, `passphrase` or",
            ),
            (
                "secrets: {providr: local}",
                "atp.yaml:2: secrets: unknown key `providr`; did you mean `provider`?",
            ),
            (
                "secrets: {recipients: [ssh-rsa]}",
                "atp.yaml:1: secrets.recipients[0]: `ssh-rsa` is no recipient of age",
            ),
            (
                "environments: {p: {regions: [x], secrets: {provider: kms}}}",
                "atp.yaml:1: environments.p.secrets.provider: unknown provider `kms`",
            ),
        ] {
            let error = error(&format!("name: a\n{entry}"));
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn names_that_cannot_be_in_a_urn_or_would_share_a_file_are_refused() {
        assert!(error("name: a/b").ends_with("name: `a/b` must be 1 to 64 letters, digits, `-` or `_`"));
        assert!(error("name: a\nconfig: ../x").contains("is not a folder inside the project"));
        assert!(error("name: a\nenvironments: {base: {regions: [x]}}").contains("would share `base.yaml`"));
        let shared = "name: a\nenvironments: {prod: {regions: [eu]}, prod-eu: {regions: [x]}}";
        assert!(error(shared).contains("would share `prod-eu.yaml`"));
    }
}
