//! From options and project to the stack that is meant.

use super::arguments::Options;
use super::failure::Failure;
use super::ports::Ports;
use super::{Application, Fixed, Storage};
use crate::StackName;
use crate::cloud::{Cloud, CloudRequest};
use crate::config::{ConfigTree, unknown};
use crate::engine::{Deployment, Engine};
use crate::ports::{Clock, Random};
use crate::program::{Program, ProgramError};
use crate::project::{Files, Project};
use crate::secrets::{ConfigSecrets, Passphrase, is_encrypted, stand_in};
use crate::state::Holder;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The backends that exist.
const BACKENDS: &[&str] = &["local"];

/// The stack that a command is about.
pub(super) struct Target<'a> {
    pub name: StackName,
    pub program: Program,
    pub cloud: Cloud,
    work_dir: PathBuf,
    project: Project,
    application: &'a Application,
    storage: Storage,
    holder: Holder,
    passphrase: Option<Passphrase>,
}

impl<'a> Target<'a> {
    /// Finds it.
    ///
    /// # Errors
    /// When there is no project, or it has no such environment, region, stack or backend.
    pub fn find(
        application: &'a Application,
        fixed: Fixed<'_>,
        options: &Options,
        ports: &Ports<'_>,
    ) -> Result<Self, Failure> {
        let program = program(application, fixed, options)?;
        let start = options.directory.as_deref().unwrap_or(Path::new("."));
        let start = normal(&ports.current_dir.join(start));
        let project = Project::find(ports.files, &start)?;
        check_backend(options.backend.as_deref().or(project.backend.as_deref()))?;
        let environment = environment(&project, fixed, options)?;
        let region = region(&project, &environment, options)?;
        let name = StackName::new(&environment, &region, program.name).map_err(ProgramError::from)?;
        let given = options.work_dir.clone();
        let given = given.or_else(|| (ports.environment)("ATP_WORK_DIR").map(PathBuf::from));
        let work_dir = match given.filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => normal(&start.join(folder)),
            None => project.root.join(".atp"),
        };
        let cloud = options.cloud.unwrap_or(project.cloud);
        // A state is of one cloud: what is deployed to the simulator is not in Azure.
        let work_dir = work_dir.join(cloud.name());
        let storage = (ports.storage)(&work_dir);
        let holder = ports.holder.clone();
        let passphrase = passphrase(ports, &start)?;
        Ok(Target { name, program, cloud, work_dir, project, application, storage, holder, passphrase })
    }

    /// The configuration of the stack, decrypted, with what `--set` says over it.
    ///
    /// # Errors
    /// Everything that is wrong with the files or with `--set`; what is encrypted and does not open.
    pub fn config(&self, files: &dyn Files, options: &Options) -> Result<ConfigTree, Failure> {
        let mut config = self.load(files)?;
        self.reveal(&mut config)?;
        for (key, value) in &options.set {
            config.set(key, value)?;
        }
        config.share(self.application.clouds.keys());
        Ok(config)
    }

    /// Opens what is encrypted in the configuration of the stack.
    ///
    /// # Errors
    /// Everything that is wrong with the files; what does not open.
    pub fn reveal_with(&self, files: &dyn Files, secrets: &mut ConfigSecrets) -> Result<(), Failure> {
        self.load(files)?.reveal(|key, text| secrets.open(key, text))?;
        Ok(())
    }

    fn load(&self, files: &dyn Files) -> Result<ConfigTree, Failure> {
        let stacks: Vec<&str> = self.application.programs.iter().map(|program| program.name).collect();
        let StackName { environment, region, stack } = &self.name;
        Ok(self.project.load_config(files, environment, region, stack, &stacks)?)
    }

    /// Decrypts. On the simulator nobody needs the passphrase: stand-ins take the place of what is encrypted.
    fn reveal(&self, config: &mut ConfigTree) -> Result<(), Failure> {
        let mut secrets = self.config_secrets();
        config.reveal(|key, text| match (&mut secrets, self.cloud) {
            (Some(secrets), _) => secrets.open(key, text),
            (None, Cloud::Simulator) => stand_in(text).map(Ok),
            (None, Cloud::Azure) => is_encrypted(text).then(|| Err(NO_PASSPHRASE.to_owned())),
        })?;
        Ok(())
    }

    /// What opens and seals values of the configuration; `None` without a passphrase.
    pub fn config_secrets(&self) -> Option<ConfigSecrets> {
        self.passphrase.clone().map(ConfigSecrets::new)
    }

    /// The stack as the engine wants it.
    ///
    /// # Errors
    /// When a name cannot be part of a URN.
    pub fn deployment(&self, config: ConfigTree) -> Result<Deployment, Failure> {
        let StackName { environment, region, .. } = &self.name;
        Ok(Deployment::new(environment, region, self.program, config)?)
    }

    /// An engine without a cloud: enough to read states.
    pub fn engine(&self, options: &Options, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Engine {
        let Storage { store, keys } = self.storage.clone();
        let mut engine = Engine::new(store, keys, self.holder.clone()).with_ports(clock, random);
        if let Some(parallel) = options.parallel {
            engine = engine.with_parallel(parallel.into());
        }
        if let Some(wait) = options.lock_timeout {
            engine = engine.with_lock_wait(wait);
        }
        engine
    }

    /// The engine with the cloud.
    ///
    /// # Errors
    /// When the cloud cannot be used as it is set up.
    pub fn connect(
        &self,
        engine: Engine,
        config: &ConfigTree,
        environment: &(dyn Fn(&str) -> Option<String> + Send + Sync),
    ) -> Result<Engine, Failure> {
        let request = CloudRequest { cloud: self.cloud, work_dir: &self.work_dir, config, environment };
        let providers = self.application.clouds.connect(&request)?;
        Ok(providers.into_iter().fold(engine, Engine::with_provider))
    }

    /// Where the state is, for people.
    pub fn state_place(&self) -> String {
        self.storage.store.describe()
    }
}

/// What is said of an encrypted value that cannot be opened.
const NO_PASSPHRASE: &str = "is encrypted, and there is no passphrase: set ATP_PASSPHRASE, or ATP_PASSPHRASE_FILE to the file that holds it";

fn passphrase(ports: &Ports<'_>, start: &Path) -> Result<Option<Passphrase>, Failure> {
    if let Some(text) = (ports.environment)("ATP_PASSPHRASE") {
        return Ok(Passphrase::new(&text));
    }
    let Some(file) = (ports.environment)("ATP_PASSPHRASE_FILE").filter(|file| !file.is_empty()) else {
        return Ok(None);
    };
    let refused =
        |why: &str| Failure::usage(format!("ATP_PASSPHRASE_FILE names {file}, {why}"), "correct or unset it");
    match ports.files.read(&start.join(&file)) {
        Ok(Some(text)) => Passphrase::new(&text).map(Some).ok_or_else(|| refused("which is empty")),
        Ok(None) => Err(refused("which is not there")),
        Err(error) => Err(refused(&format!("which cannot be read: {error}"))),
    }
}

fn program(application: &Application, fixed: Fixed<'_>, options: &Options) -> Result<Program, Failure> {
    let known = || application.programs.iter().map(|program| program.name);
    let name = match (fixed.program, options.stack.as_deref()) {
        (Some(fixed), Some(given)) if fixed != given => {
            return Err(Failure::usage(
                format!("this program is for the stack `{fixed}`, not for `{given}`"),
                "leave `--stack` out, or run the program of that stack",
            ));
        }
        (Some(name), _) | (None, Some(name)) => name,
        (None, None) => match application.programs {
            [only] => only.name,
            _ => return Err(Failure::usage("which stack?", choose("--stack", known()))),
        },
    };
    let found = application.programs.iter().find(|program| program.name == name).copied();
    found.ok_or_else(|| {
        Failure::usage(unknown("stack", name, known()), "name one of the stacks that this program has")
    })
}

fn environment(project: &Project, fixed: Fixed<'_>, options: &Options) -> Result<String, Failure> {
    let name = match (fixed.environment, options.environment.as_deref()) {
        (Some(fixed), Some(given)) if fixed != given => {
            return Err(Failure::usage(
                format!("this program is for the environment `{fixed}`, not for `{given}`"),
                "leave `--environment` out, or run the program of that environment",
            ));
        }
        (Some(name), _) | (None, Some(name)) => name,
        (None, None) => {
            let mut known = project.environments.keys().map(String::as_str);
            match (known.next(), known.next()) {
                (Some(only), None) => only,
                _ => {
                    let known = project.environments.keys().map(String::as_str);
                    return Err(Failure::usage("which environment?", choose("--environment", known)));
                }
            }
        }
    };
    project.environment(name)?;
    Ok(name.to_owned())
}

fn region(project: &Project, environment: &str, options: &Options) -> Result<String, Failure> {
    if let Some(region) = &options.region {
        project.check_region(environment, region)?;
        return Ok(region.clone());
    }
    let primary = project.environment(environment)?.primary();
    primary.map(str::to_owned).ok_or_else(|| {
        Failure::usage(
            format!("the environment `{environment}` has no region in `atp.yaml`"),
            "add one to its `regions:`",
        )
    })
}

fn check_backend(backend: Option<&str>) -> Result<(), Failure> {
    match backend {
        Some(other) if !BACKENDS.contains(&other) => Err(Failure::usage(
            unknown("backend", other, BACKENDS.iter().copied()),
            "leave it out: the state is then kept in `.atp` in the project, or in `--work-dir DIR`",
        )),
        _ => Ok(()),
    }
}

fn choose<'n>(option: &str, known: impl Iterator<Item = &'n str>) -> String {
    let known: Vec<String> = known.map(|name| format!("`{option} {name}`")).collect();
    match known.is_empty() {
        true => format!("there is none to choose by `{option}` yet: declare one"),
        false => format!("say {}", known.join(" or ")),
    }
}

/// Without `.` and `..`, so that the folders above it are found.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}
