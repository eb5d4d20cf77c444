//! Who has the keys to secrets: what `atp.yaml` says, and what may still open what was wrapped otherwise.

use super::failure::Failure;
use super::ports::Ports;
use super::workspace::Workspace;
use crate::config::{COMMON, ConfigTree};
use crate::project::{LOCAL, PASSPHRASE, Secrets};
use crate::secrets::{DataKey, KeyProvider, KeyRing, Passphrase, PassphraseKeys, SecretError, WrappedKey};
use async_trait::async_trait;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the environment of the process gives to open keys with.
pub(super) struct GivenKeys {
    pub passphrase: Option<Passphrase>,
    /// The one that was used before.
    former_passphrase: Option<Passphrase>,
    /// The file of identities of age, and its text.
    identities: Option<(String, String)>,
}

impl GivenKeys {
    /// # Errors
    /// When a file that is named cannot be used.
    pub fn find(ports: &Ports<'_>, start: &Path) -> Result<Self, Failure> {
        Ok(GivenKeys {
            passphrase: passphrase(ports, start, "ATP_PASSPHRASE")?,
            former_passphrase: passphrase(ports, start, "ATP_FORMER_PASSPHRASE")?,
            identities: named_file(ports, start, "ATP_AGE_IDENTITY_FILE")?,
        })
    }
}

/// A passphrase from a variable, or from the file that the variable with `_FILE` names.
fn passphrase(ports: &Ports<'_>, start: &Path, variable: &str) -> Result<Option<Passphrase>, Failure> {
    if let Some(text) = (ports.environment)(variable) {
        return Ok(Passphrase::new(&text));
    }
    let variable = format!("{variable}_FILE");
    let Some((file, text)) = named_file(ports, start, &variable)? else { return Ok(None) };
    let empty = || refused(&variable, &file, "which is empty");
    Passphrase::new(&text).map(Some).ok_or_else(empty)
}

/// The name and the text of the file that a variable names.
fn named_file(ports: &Ports<'_>, start: &Path, variable: &str) -> Result<Option<(String, String)>, Failure> {
    let Some(file) = (ports.environment)(variable).filter(|file| !file.is_empty()) else {
        return Ok(None);
    };
    match ports.files.read(&start.join(&file)) {
        Ok(Some(text)) => Ok(Some((file, text))),
        Ok(None) => Err(refused(variable, &file, "which is not there")),
        Err(error) => Err(refused(variable, &file, &format!("which cannot be read: {error}"))),
    }
}

fn refused(variable: &str, file: &str, why: &str) -> Failure {
    Failure::usage(format!("{variable} names {file}, {why}"), "correct or unset it")
}

/// The providers of each environment: made once, since some take their time to make a key.
#[derive(Default)]
pub(super) struct Rings {
    made: Mutex<BTreeMap<String, KeyRing>>,
    /// Remarks about keys that were opened although they are not wrapped as it is configured.
    due: Arc<Mutex<BTreeSet<String>>>,
}

impl Rings {
    fn made(&self) -> MutexGuard<'_, BTreeMap<String, KeyRing>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be said at the end of a run.
    pub fn due(&self) -> Vec<String> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

impl Workspace<'_> {
    /// Who wraps and opens the keys of an environment. What cannot be used says so when it is needed.
    pub(super) fn keys(&self, environment: &str) -> KeyRing {
        if let Some(ring) = self.rings.made().get(environment) {
            return ring.clone();
        }
        let ring = self.ring(environment);
        self.rings.made().insert(environment.to_owned(), ring.clone());
        ring
    }

    fn ring(&self, environment: &str) -> KeyRing {
        let Secrets { provider, recipients } = self.project.secrets_of(environment);
        let local = self.storage.keys.clone();
        let passphrase = |given: &Option<Passphrase>| -> Arc<dyn KeyProvider> {
            Arc::new(PassphraseKeys::new(given.clone(), self.random.clone()))
        };
        let own = passphrase(&self.given.passphrase);
        let ring = match provider.as_deref() {
            None | Some(LOCAL) => KeyRing::new(local).with_fallback(own),
            Some(PASSPHRASE) => KeyRing::new(own).with_fallback(local),
            Some(url) => KeyRing::new(self.of_url(environment, url)).with_fallback(local).with_fallback(own),
        };
        let ring = recipients.iter().flatten().fold(ring, |ring, text| ring.with_recipient(recipient(text)));
        let ring = match &self.given.former_passphrase {
            Some(_) => ring.with_fallback(passphrase(&self.given.former_passphrase)),
            None => ring,
        };
        let ring = match &self.given.identities {
            Some((file, text)) => ring.with_fallback(identities(file, text)),
            None => ring,
        };
        let ring = match self.of_cloud(environment, None) {
            Ok(Some(vaults)) => ring.with_fallback(vaults),
            // What cannot be set up opens nothing; the configured provider says why, if it is the one.
            Ok(None) | Err(_) => ring,
        };
        let (due, environment) = (self.rings.due.clone(), environment.to_owned());
        ring.with_on_other(move |found, configured| {
            let list = |names: &[&str]| {
                names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
            };
            let (found, configured) = (list(found), list(configured));
            let text = format!(
                "in {environment}, keys are wrapped by {found}, and `atp.yaml` says {configured}: \
                 `secrets change-provider --all -e {environment}` wraps them anew"
            );
            due.lock().unwrap_or_else(PoisonError::into_inner).insert(text);
        })
    }

    fn of_url(&self, environment: &str, url: &str) -> Arc<dyn KeyProvider> {
        let reason = match self.of_cloud(environment, Some(url)) {
            Ok(Some(provider)) => return provider,
            Ok(None) => "this program knows no such vault; correct `secrets:` in `atp.yaml`".to_owned(),
            Err(failure) => {
                let hint = failure.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
                format!("{}{hint}", failure.messages().join(": "))
            }
        };
        Arc::new(Unusable { name: url.to_owned(), reason })
    }

    fn of_cloud(
        &self,
        environment: &str,
        url: Option<&str>,
    ) -> Result<Option<Arc<dyn KeyProvider>>, Failure> {
        let config = self.common(environment).unwrap_or_default();
        Ok(self.application.clouds.keys_in(url, &self.request(&config))?)
    }

    /// What `common` says of an environment. What is wrong with it is told by whoever plans with it.
    pub(super) fn common(&self, environment: &str) -> Option<ConfigTree> {
        let region = self.project.environment(environment).ok()?.primary()?;
        let stacks: Vec<&str> = self.application.programs.iter().map(|program| program.name).collect();
        self.project.load_config(self.files, environment, region, COMMON, &stacks).ok()
    }
}

#[cfg(feature = "age")]
fn recipient(text: &str) -> Arc<dyn KeyProvider> {
    match crate::secrets::AgeRecipient::new(text) {
        Ok(recipient) => Arc::new(recipient),
        Err(reason) => Arc::new(Unusable { name: text.to_owned(), reason }),
    }
}

#[cfg(not(feature = "age"))]
fn recipient(text: &str) -> Arc<dyn KeyProvider> {
    Arc::new(Unusable { name: text.to_owned(), reason: WITHOUT_AGE.to_owned() })
}

#[cfg(feature = "age")]
fn identities(file: &str, text: &str) -> Arc<dyn KeyProvider> {
    match crate::secrets::AgeIdentities::read(file, text) {
        Ok(identities) => Arc::new(identities),
        Err(reason) => Arc::new(Unusable { name: "age".to_owned(), reason: format!("{file}: {reason}") }),
    }
}

#[cfg(not(feature = "age"))]
fn identities(_: &str, _: &str) -> Arc<dyn KeyProvider> {
    Arc::new(Unusable { name: "age".to_owned(), reason: WITHOUT_AGE.to_owned() })
}

#[cfg(not(feature = "age"))]
const WITHOUT_AGE: &str = "this program was built without the feature `age`";

/// A provider that cannot be set up: whoever needs it hears why.
struct Unusable {
    name: String,
    reason: String,
}

impl Unusable {
    fn error(&self) -> SecretError {
        SecretError::Unavailable { provider: self.name.clone(), reason: self.reason.clone() }
    }
}

#[async_trait]
impl KeyProvider for Unusable {
    fn name(&self) -> &str {
        &self.name
    }

    fn unwraps(&self, provider: &str) -> bool {
        provider == self.name || (self.name == "age" && provider.starts_with("age1"))
    }

    async fn wrap(&self, _: &DataKey, _: &str) -> Result<WrappedKey, SecretError> {
        Err(self.error())
    }

    async fn unwrap(&self, _: &WrappedKey, _: &str) -> Result<DataKey, SecretError> {
        Err(self.error())
    }
}
