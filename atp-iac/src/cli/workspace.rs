//! From options to the project, the cloud, and where states are.

use super::arguments::Options;
use super::failure::Failure;
use super::keys::{GivenKeys, Rings};
use super::ports::{PlanFiles, Ports};
use super::provenance::provenance;
use super::signers::Signers;
use super::target::Target;
use super::{Application, Fixed, Storage};
use crate::StackName;
use crate::cloud::{Cloud, CloudRequest};
use crate::config::{ConfigTree, unknown};
use crate::engine::Engine;
use crate::history::Provenance;
use crate::ports::{Clock, Random};
use crate::program::{Program, ProgramError};
use crate::project::{Files, Project, Revisions};
use crate::state::{Backend, Holder, Opening, Presence, StateStore};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The backend that needs no URL: the folder of the project.
const LOCAL: &str = "local";

/// What all stacks of a project share in one run.
pub(super) struct Workspace<'a> {
    pub application: &'a Application,
    pub fixed: Fixed<'a>,
    pub options: &'a Options,
    pub project: Project,
    pub cloud: Cloud,
    pub work_dir: PathBuf,
    /// Where paths on the command line begin.
    pub start: PathBuf,
    pub files: &'a (dyn Files + Sync),
    pub plans: &'a (dyn PlanFiles + Sync),
    pub revisions: &'a (dyn Revisions + Sync),
    /// Reads an environment variable.
    pub variable: &'a (dyn Fn(&str) -> Option<String> + Send + Sync),
    pub storage: Storage,
    pub given: GivenKeys,
    pub rings: Rings,
    holder: Holder,
    /// What this is run from, and why, where that is of interest.
    from: Provenance,
    pub signers: Signers,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
}

impl<'a> Workspace<'a> {
    /// Finds it.
    ///
    /// # Errors
    /// When there is no project, or no such backend.
    pub fn find<'p: 'a>(
        application: &'a Application,
        fixed: Fixed<'a>,
        options: &'a Options,
        ports: &Ports<'p>,
    ) -> Result<Self, Failure> {
        let start = options.directory.as_deref().unwrap_or(Path::new("."));
        let start = normal(&ports.current_dir.join(start));
        let project = Project::find(ports.files, &start)?;
        let given = options.work_dir.clone();
        let given = given.or_else(|| (ports.environment)("ATP_WORK_DIR").map(PathBuf::from));
        let work_dir = match given.filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => normal(&start.join(folder)),
            None => project.root.join(".atp"),
        };
        let cloud = options.cloud.unwrap_or(project.cloud);
        // A state is of one cloud: what is deployed to the simulator is not in Azure.
        let work_dir = work_dir.join(cloud.name());
        let mut storage = (ports.storage)(&work_dir);
        if let Some(backend) = options.backend.as_deref().or(project.backend.as_deref()) {
            storage.store =
                open(application, backend, cloud, ports, storage.presence.clone())?.unwrap_or(storage.store);
        }
        Ok(Workspace {
            application,
            fixed,
            options,
            project,
            cloud,
            files: ports.files,
            plans: ports.plans,
            revisions: ports.revisions,
            variable: ports.environment,
            storage,
            work_dir,
            from: Provenance::default(),
            signers: Signers::default(),
            given: GivenKeys::find(ports, &start)?,
            rings: Rings::default(),
            holder: ports.holder.clone(),
            clock: ports.clock.clone(),
            random: ports.random.clone(),
            start,
        })
    }

    /// Finds out what the history of the stacks is written with: who signs it, whose signatures are trusted, and, where
    /// something is going to be changed, what that is run from.
    ///
    /// # Errors
    /// When a key cannot be read.
    pub fn prepare_history(&mut self, changes: bool) -> Result<(), Failure> {
        self.signers = Signers::find(&self.project, self.files, self.variable)?;
        if changes {
            self.from = provenance(&self.project.root, self.revisions, self.variable, self.options);
        }
        Ok(())
    }

    /// The stack that the options name.
    ///
    /// # Errors
    /// When they name none, or the project has no such environment, region or stack.
    pub fn target(&self) -> Result<Target<'_>, Failure> {
        let program = self.named_program()?;
        let environment = self.environment()?;
        self.target_of(environment, &self.region(environment)?, program)
    }

    /// A stack of any environment and region.
    ///
    /// # Errors
    /// When the project has no such environment or region.
    pub fn target_of(
        &self,
        environment: &str,
        region: &str,
        program: Program,
    ) -> Result<Target<'_>, Failure> {
        self.project.check_region(environment, region)?;
        let name = StackName::new(environment, region, program.name).map_err(ProgramError::from)?;
        Ok(Target::new(name, program, self))
    }

    /// A program by its name.
    ///
    /// # Errors
    /// When the binary has none of that name.
    pub fn program(&self, name: &str) -> Result<Program, Failure> {
        let found = self.application.programs.iter().find(|program| program.name == name).copied();
        let known = || self.application.programs.iter().map(|program| program.name);
        found.ok_or_else(|| {
            Failure::usage(unknown("stack", name, known()), "name one of the stacks that this program has")
        })
    }

    /// The environment that the options name, or the only one.
    ///
    /// # Errors
    /// When they name none of several, or one that the project or this binary does not have.
    pub fn environment(&self) -> Result<&str, Failure> {
        let name = match (self.fixed.environment, self.options.environment.as_deref()) {
            (Some(fixed), Some(given)) if fixed != given => {
                return Err(Failure::usage(
                    format!("this program is for the environment `{fixed}`, not for `{given}`"),
                    "leave `--environment` out, or run the program of that environment",
                ));
            }
            (Some(name), _) | (None, Some(name)) => name,
            (None, None) => {
                let known = || self.project.environments.keys().map(String::as_str);
                match (known().next(), known().nth(1)) {
                    (Some(only), None) => only,
                    _ => return Err(Failure::usage("which environment?", choose("--environment", known()))),
                }
            }
        };
        self.project.environment(name)?;
        Ok(name)
    }

    /// The region that the options name, or the primary one of the environment.
    ///
    /// # Errors
    /// When the environment does not have it.
    pub fn region(&self, environment: &str) -> Result<String, Failure> {
        if let Some(region) = &self.options.region {
            self.project.check_region(environment, region)?;
            return Ok(region.clone());
        }
        let primary = self.project.environment(environment)?.primary();
        primary.map(str::to_owned).ok_or_else(|| {
            Failure::usage(
                format!("the environment `{environment}` has no region in `atp.yaml`"),
                "add one to its `regions:`",
            )
        })
    }

    /// An engine without a cloud, with the keys of an environment: enough to read states.
    pub fn engine_of(&self, environment: &str) -> Engine {
        let Storage { store, recovery, .. } = self.storage.clone();
        let keys = Arc::new(self.keys(environment));
        let engine = Engine::new(store, keys, self.holder.clone());
        let engine = engine.with_retention(self.project.backups).with_recovery(recovery);
        let engine = engine.with_ports(self.clock.clone(), self.random.clone());
        let engine = engine.with_provenance(self.from.clone()).with_trust(self.signers.trust.clone());
        let mut engine = match self.signer(environment) {
            Some(signer) => engine.with_signer(signer),
            None => engine,
        };
        if let Some(parallel) = self.options.parallel {
            engine = engine.with_parallel(parallel.into());
        }
        if let Some(wait) = self.options.lock_timeout {
            engine = engine.with_lock_wait(wait);
        }
        engine
    }

    /// What a cloud is connected to with.
    pub fn request<'r>(&'r self, config: &'r ConfigTree) -> CloudRequest<'r> {
        let Workspace { cloud, work_dir, variable, .. } = self;
        CloudRequest { cloud: *cloud, work_dir, config, environment: *variable }
    }

    fn named_program(&self) -> Result<Program, Failure> {
        let given = match self.options.stack.as_slice() {
            [] => None,
            [one] => Some(one.as_str()),
            _ => {
                return Err(Failure::usage(
                    "several stacks are named, and this command is about one",
                    "name one; `preview`, `up` and `destroy` take several",
                ));
            }
        };
        match (self.fixed.program, given) {
            (Some(fixed), Some(given)) if fixed != given => Err(Failure::usage(
                format!("this program is for the stack `{fixed}`, not for `{given}`"),
                "leave `--stack` out, or run the program of that stack",
            )),
            (Some(name), _) | (None, Some(name)) => self.program(name),
            (None, None) => match self.application.programs {
                [only] => Ok(*only),
                several => {
                    let known = several.iter().map(|program| program.name);
                    Err(Failure::usage("which stack?", choose("--stack", known)))
                }
            },
        }
    }
}

/// The store that a backend names; `None` of the folder of the project. The URL may have secrets in it, and is not told.
fn open(
    application: &Application,
    backend: &str,
    cloud: Cloud,
    ports: &Ports<'_>,
    presence: Presence,
) -> Result<Option<Arc<dyn StateStore>>, Failure> {
    if backend == LOCAL {
        return Ok(None);
    }
    let scheme = |url: &str| url.split(':').next().unwrap_or_default().to_owned();
    let opens = |found: &&Arc<dyn Backend>| found.forms().iter().any(|form| scheme(form) == scheme(backend));
    let Some(found) = application.backends.iter().find(opens) else {
        let known: Vec<&str> =
            [LOCAL].into_iter().chain(application.backends.iter().flat_map(|known| known.forms())).collect();
        return Err(Failure::usage(
            unknown("backend", &scheme(backend), known),
            "leave it out: the state is then kept in `.atp` in the project, or in `--work-dir DIR`",
        ));
    };
    let opening = Opening {
        url: backend,
        part: cloud.name(),
        variable: ports.environment,
        clock: ports.clock.clone(),
        random: ports.random.clone(),
        presence,
    };
    let opened = found.open(&opening).map_err(|error| Failure::usage(error.message, error.way_out))?;
    Ok(Some(opened))
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
