//! A project: the folder with `atp.yaml`, and where its configuration is.
//!
//! Invariant: files are read through [`Files`] only; [`DiskFiles`] is the one place that touches the disk.

mod environments;
mod file;
mod files;
mod layers;
mod revisions;
mod secrets;

pub use environments::Environment;
pub use file::Cloud;
pub use files::{DiskFiles, Files};
pub use revisions::{RevisionError, Revisions};
pub use secrets::Secrets;
#[cfg(feature = "cli")]
pub(crate) use secrets::{LOCAL, PASSPHRASE};

use crate::config::ConfigError;
use crate::state::Retention;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// The file that makes a folder a project.
pub const PROJECT_FILE: &str = "atp.yaml";

/// A project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The folder with `atp.yaml`.
    pub root: PathBuf,
    /// Its name.
    pub name: String,
    /// Where the state is kept; `None`: in `.atp/` of the project.
    pub backend: Option<String>,
    /// Where resources are made, unless the command line says otherwise.
    pub cloud: Cloud,
    /// The folder of the configuration, relative to the root.
    pub config: PathBuf,
    /// How many snapshots of each stack are kept as they were.
    pub backups: Retention,
    /// Who vouches for what was done.
    pub history: HistorySettings,
    /// Who wraps the keys to secrets, where an environment does not say it.
    pub secrets: Secrets,
    /// The environments by name.
    pub environments: BTreeMap<String, Environment>,
}

/// Who vouches for what was done to stacks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistorySettings {
    /// What signs: the file with a private key, relative to the root, or the URL of a key in a vault; `None`: nothing is
    /// signed.
    pub sign: Option<String>,
    /// The public keys whose signatures are trusted.
    pub trust: Vec<String>,
}

/// What can be wrong with a project.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// There is no project here.
    #[error(
        "no `{PROJECT_FILE}` in {} or a folder above it\n  way out: go to the project, or name it with `-C DIR`",
        start.display()
    )]
    NotFound {
        /// Where the search began.
        start: PathBuf,
    },
    /// A file is there but cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that every project has is missing.
    #[error("{} is missing\n  way out: create it; it may be empty, and holds what is the same in all environments", path.display())]
    NoBase {
        /// The file.
        path: PathBuf,
    },
    /// The project file or the configuration is wrong.
    #[error(transparent)]
    Invalid(#[from] ConfigError),
    /// An environment that the project does not declare.
    #[error("{file}: {message}\n  way out: add it under `environments:`")]
    Environment {
        /// The project file.
        file: String,
        /// What is wrong.
        message: String,
    },
    /// An environment that has instances, named without one or with one that cannot be.
    #[error(
        "{file}: {message}\n  way out: write `{environment}-` and 1 to 6 small letters and digits, such as `{environment}-12`"
    )]
    Instance {
        /// The project file.
        file: String,
        /// The environment.
        environment: String,
        /// What is wrong.
        message: String,
    },
    /// A region that the environment does not have.
    #[error("{file}: environments.{environment}: {message}\n  way out: add it to `regions:`")]
    Region {
        /// The project file.
        file: String,
        /// The environment.
        environment: String,
        /// What is wrong.
        message: String,
    },
}

impl Project {
    /// Looks for the project in a folder and in those above it.
    ///
    /// # Errors
    /// When there is none, or its file is wrong.
    pub fn find(files: &dyn Files, start: &Path) -> Result<Self, ProjectError> {
        for folder in start.ancestors() {
            let path = folder.join(PROJECT_FILE);
            if let Some(text) = read(files, &path)? {
                return Ok(file::parse(folder, &text)?);
            }
        }
        Err(ProjectError::NotFound { start: start.to_owned() })
    }
}

fn read(files: &dyn Files, path: &Path) -> Result<Option<String>, ProjectError> {
    files.read(path).map_err(|source| ProjectError::Read { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn disk(files: &[(&str, &str)]) -> BTreeMap<PathBuf, String> {
        files.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect()
    }

    #[test]
    fn a_project_is_found_from_a_folder_inside_it() {
        let files = disk(&[("/project/atp.yaml", "name: shop\n"), ("/project/a/other.yaml", "")]);
        let project = Project::find(&files, Path::new("/project/a/b")).unwrap();
        assert_eq!(project.root, Path::new("/project"));
        assert_eq!(
            (project.backend, project.cloud, project.config),
            (None, Cloud::Simulator, "config".into())
        );
    }

    #[test]
    fn without_a_project_the_error_says_where_it_looked() {
        let error = Project::find(&disk(&[]), Path::new("/project/a")).unwrap_err().to_string();
        assert!(
            error.starts_with("no `atp.yaml` in /project/a or a folder above it\n  way out: "),
            "{error}"
        );
    }

    #[test]
    fn a_file_that_cannot_be_read_is_not_a_missing_one() {
        struct Denied;
        impl Files for Denied {
            fn read(&self, _: &Path) -> io::Result<Option<String>> {
                Err(io::ErrorKind::PermissionDenied.into())
            }
        }
        let error = Project::find(&Denied, Path::new("/project")).unwrap_err();
        assert_eq!(error.to_string(), "cannot read /project/atp.yaml: permission denied");
    }
}
