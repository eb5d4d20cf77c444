//! One stack of one environment and region, as commands work with it.

use super::failure::Failure;
use super::workspace::Workspace;
use crate::StackName;
use crate::cloud::Cloud;
use crate::config::{COMMON, ConfigError, ConfigTree};
use crate::engine::{Deployment, Engine};
use crate::ports::Random;
use crate::program::Program;
use crate::provider::Provider;
use crate::secrets::{ConfigSecrets, is_encrypted, stand_in};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is said of an encrypted value that cannot be opened.
const NO_PASSPHRASE: &str = "is encrypted, and there is no passphrase: set ATP_PASSPHRASE, or ATP_PASSPHRASE_FILE to the file that holds it";

/// The stack that a command is about.
pub struct Target<'a> {
    name: StackName,
    program: Program,
    pub(super) workspace: &'a Workspace<'a>,
}

impl<'a> Target<'a> {
    pub(super) fn new(name: StackName, program: Program, workspace: &'a Workspace<'a>) -> Self {
        Target { name, program, workspace }
    }

    /// Which stack of which environment and region.
    pub fn name(&self) -> &StackName {
        &self.name
    }

    /// Its program.
    pub fn program(&self) -> Program {
        self.program
    }

    /// The cloud that it is deployed to.
    pub fn cloud(&self) -> Cloud {
        self.workspace.cloud
    }

    /// The configuration of the stack, decrypted, with what `--set` says over it.
    ///
    /// # Errors
    /// Everything that is wrong with the files or with `--set`; what is encrypted and does not open.
    pub fn config(&self) -> Result<ConfigTree, Failure> {
        let mut config = self.load()?;
        self.reveal(&mut config)?;
        for (key, value) in &self.workspace.options.set {
            self.set(&mut config, key, value)?;
        }
        config.share(self.workspace.application.clouds.keys());
        Ok(config)
    }

    /// Sets a value: `common.key` as a file would in that section, where a stack need not know the key; `stack.key` for
    /// that stack only; anything else for whatever stack this is.
    fn set(&self, config: &mut ConfigTree, key: &str, value: &str) -> Result<(), ConfigError> {
        match key.split_once('.') {
            Some((COMMON, rest)) => {
                config.set(rest, value)?;
                config.share(&[rest.split('.').next().unwrap_or_default()]);
                Ok(())
            }
            Some((stack, rest)) if stack == self.program.name => config.set(rest, value),
            Some((stack, _)) if self.workspace.application.programs.iter().any(|p| p.name == stack) => Ok(()),
            _ => config.set(key, value),
        }
    }

    /// Opens what is encrypted in the configuration of the stack.
    ///
    /// # Errors
    /// Everything that is wrong with the files; what does not open.
    pub(super) fn reveal_with(&self, secrets: &mut ConfigSecrets) -> Result<(), Failure> {
        self.load()?.reveal(|key, text| secrets.open(key, text))?;
        Ok(())
    }

    fn load(&self) -> Result<ConfigTree, Failure> {
        self.written(&self.name.stack)
    }

    /// The configuration of a stack at the same place as the files have it, with what is encrypted as it is.
    ///
    /// # Errors
    /// Everything that is wrong with the files.
    pub(super) fn written(&self, stack: &str) -> Result<ConfigTree, Failure> {
        let Workspace { application, project, files, .. } = self.workspace;
        let stacks: Vec<&str> = application.programs.iter().map(|program| program.name).collect();
        let StackName { environment, region, .. } = &self.name;
        let mut config = project.load_config(*files, environment, region, stack, &stacks)?;
        config.share(application.clouds.keys());
        Ok(config)
    }

    /// The programs that read a key of a section.
    pub(super) fn readers(&self, section: &str, key: &str) -> impl Iterator<Item = Program> {
        let first = key.split('.').next().unwrap_or_default().to_owned();
        let (own, is_common) = (self.program.name, section == COMMON);
        self.workspace.application.programs.iter().copied().filter(move |program| {
            program.name == own
                || (is_common && (program.config_fields)().iter().any(|field| field.name == first))
        })
    }

    /// Decrypts. On the simulator nobody needs the passphrase: stand-ins take the place of what is encrypted.
    fn reveal(&self, config: &mut ConfigTree) -> Result<(), Failure> {
        let mut secrets = self.config_secrets();
        config.reveal(|key, text| match (&mut secrets, self.cloud()) {
            (Some(secrets), _) => secrets.open(key, text),
            (None, Cloud::Simulator) => stand_in(text).map(Ok),
            (None, Cloud::Azure) => is_encrypted(text).then(|| Err(NO_PASSPHRASE.to_owned())),
        })?;
        Ok(())
    }

    /// What opens and seals values of the configuration; `None` without a passphrase.
    pub(super) fn config_secrets(&self) -> Option<ConfigSecrets> {
        self.workspace.given.passphrase.clone().map(ConfigSecrets::new)
    }

    /// Randomness.
    pub(super) fn random(&self) -> &dyn Random {
        self.workspace.random.as_ref()
    }

    /// The stack as the engine wants it.
    ///
    /// # Errors
    /// When a name cannot be part of a URN.
    pub fn deployment(&self, config: ConfigTree) -> Result<Deployment, Failure> {
        let StackName { environment, region, .. } = &self.name;
        let deployment = Deployment::new(environment, region, self.program, config)?;
        let Workspace { project, .. } = self.workspace;
        let primary = project.primary_regions_with(&BTreeSet::from([environment.as_str()]));
        Ok(deployment.with_primary_regions(primary))
    }

    /// An engine without a cloud: enough to read states.
    pub fn engine(&self) -> Engine {
        let engine = self.workspace.engine_of(&self.name.environment);
        let approvals = self.workspace.project.environment(&self.name.environment).map(|one| one.approvals);
        engine.with_approvals(approvals.unwrap_or_default())
    }

    /// An engine with the cloud.
    ///
    /// # Errors
    /// When the cloud cannot be used as it is set up.
    pub fn connect(&self, config: &ConfigTree) -> Result<Engine, Failure> {
        Ok(self.providers(config)?.into_iter().fold(self.engine(), Engine::with_provider))
    }

    /// The providers of the cloud, and those that the binary has beside them.
    ///
    /// # Errors
    /// When the cloud cannot be used as it is set up.
    pub fn providers(&self, config: &ConfigTree) -> Result<Vec<Arc<dyn Provider>>, Failure> {
        let application = self.workspace.application;
        let mut providers = application.clouds.connect(&self.workspace.request(config))?;
        providers.extend(application.providers.iter().cloned());
        Ok(providers)
    }

    /// Where the state is, for people.
    pub(super) fn state_place(&self) -> String {
        self.workspace.storage.store.describe()
    }
}

impl std::fmt::Debug for Target<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target").field("name", &self.name).finish_non_exhaustive()
    }
}
