//! What the files of a project were at an earlier commit.

use std::path::{Path, PathBuf};

/// Asks the version control.
pub trait Revisions {
    /// The full name of a commit that is named in any way, as seen from a folder.
    ///
    /// # Errors
    /// When there is no such commit, or no version control.
    fn resolve(&self, folder: &Path, commit: &str) -> Result<String, RevisionError>;

    /// The files that differ from those of a commit, also those that are new; as the folder is named, and absolute if that
    /// is.
    ///
    /// # Errors
    /// When they cannot be found out.
    fn changed(&self, folder: &Path, commit: &str) -> Result<Vec<PathBuf>, RevisionError>;

    /// The text of a file in a folder at a commit; `None` when it was not there.
    ///
    /// # Errors
    /// When it cannot be read.
    fn read(&self, folder: &Path, commit: &str, file: &Path) -> Result<Option<String>, RevisionError>;
}

/// What was asked of the version control has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}\n  way out: {hint}")]
pub struct RevisionError {
    /// Why not.
    pub message: String,
    /// What the user can do.
    pub hint: String,
}
