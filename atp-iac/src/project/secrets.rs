//! Who has the keys to secrets: `secrets:` in `atp.yaml`, of the project and, over that, of an environment.

use super::Project;
use crate::secrets::check_recipient;

/// The key file of this machine.
pub(crate) const LOCAL: &str = "local";
/// A passphrase.
pub(crate) const PASSPHRASE: &str = "passphrase";

/// Who wraps the keys of stacks.
#[derive(Debug, Clone, Default, PartialEq, Eq, crate::Config)]
pub struct Secrets {
    /// Who wraps the keys of stacks: `local`, a key file beside the state; `passphrase`, that of ATP_PASSPHRASE; or the URL
    /// of a key in a vault, such as `azurekeyvault://vault/key`. Without it, `local`.
    pub provider: Option<String>,
    /// Who can open them, too, when that one is not to be had: recipients of age, such as `age1..`.
    pub recipients: Option<Vec<String>>,
}

impl Secrets {
    /// That all of it can be used, as far as it shows without using it; `place` is where it stands.
    pub(super) fn check(&self, place: &str) -> Result<(), String> {
        if let Some(provider) = &self.provider
            && ![LOCAL, PASSPHRASE].contains(&provider.as_str())
            && !provider.contains("://")
        {
            return Err(format!(
                "{place}.provider: unknown provider `{provider}`: write `{LOCAL}`, `{PASSPHRASE}` or the URL of a key, \
                 such as `azurekeyvault://vault/key`"
            ));
        }
        for (index, recipient) in self.recipients.iter().flatten().enumerate() {
            check_recipient(recipient).map_err(|error| format!("{place}.recipients[{index}]: {error}"))?;
        }
        Ok(())
    }

    /// These, and the others where these say nothing.
    fn over(&self, others: &Secrets) -> Secrets {
        Secrets {
            provider: self.provider.clone().or_else(|| others.provider.clone()),
            recipients: self.recipients.clone().or_else(|| others.recipients.clone()),
        }
    }
}

impl Project {
    /// Who wraps the keys of an environment. What the project does not declare has what holds for all of it.
    pub fn secrets_of(&self, environment: &str) -> Secrets {
        match self.environment(environment) {
            Ok(found) => found.secrets.over(&self.secrets),
            Err(_) => self.secrets.clone(),
        }
    }
}
