//! What a command is run from, and the keys that vouch for it.

use super::arguments::Options;
use super::failure::Failure;
use crate::history::{FileSigner, Provenance, Signer, TrustedKey, public_key};
use crate::project::{Files, PROJECT_FILE, Project, Revisions};
use std::path::Path;
use std::sync::Arc;

type Variable<'v> = &'v (dyn Fn(&str) -> Option<String> + Send + Sync);

/// The commit, the run of a pipeline, and why.
pub(super) fn provenance(
    root: &Path,
    revisions: &(dyn Revisions + Sync),
    variable: Variable<'_>,
    options: &Options,
) -> Provenance {
    // A project need not be in a version control.
    let commit = revisions.resolve(root, "HEAD").ok();
    let dirty = commit.as_deref().and_then(|commit| revisions.changed(root, commit).ok());
    Provenance {
        commit,
        dirty: dirty.map(|files| !files.is_empty()),
        pipeline: pipeline(variable),
        message: options.message.clone(),
    }
}

/// The address of the run of a pipeline, as the services name it in the environment.
fn pipeline(variable: Variable<'_>) -> Option<String> {
    let set = |name: &str| variable(name).filter(|text| !text.is_empty());
    let github = || {
        let (server, repository) = (set("GITHUB_SERVER_URL")?, set("GITHUB_REPOSITORY")?);
        Some(format!("{server}/{repository}/actions/runs/{}", set("GITHUB_RUN_ID")?))
    };
    let azure = || {
        let (collection, project) = (set("SYSTEM_COLLECTIONURI")?, set("SYSTEM_TEAMPROJECT")?);
        Some(format!("{collection}{project}/_build/results?buildId={}", set("BUILD_BUILDID")?))
    };
    set("ATP_PIPELINE_RUN")
        .or_else(github)
        .or_else(azure)
        .or_else(|| set("CI_JOB_URL"))
        .or_else(|| set("BUILD_URL"))
}

/// The key that signs, and those that are trusted.
type Keys = (Option<Arc<dyn Signer>>, Vec<TrustedKey>);

/// The key that signs, and those that are trusted, as the project says.
///
/// # Errors
/// When a key cannot be read.
pub(super) fn keys(project: &Project, files: &(dyn Files + Sync)) -> Result<Keys, Failure> {
    let history = &project.history;
    let trust = history.trust.iter().map(|text| {
        public_key(text).map_err(|wrong| {
            Failure::usage(
                format!("{PROJECT_FILE}: history.trust: {wrong}"),
                "`history keygen FILE` prints the public key of the key that it makes",
            )
        })
    });
    let trust = trust.collect::<Result<Vec<_>, _>>()?;
    let Some(file) = &history.sign else { return Ok((None, trust)) };
    let refused = |why: String| {
        Failure::usage(
            format!("{PROJECT_FILE}: history.sign names {file}, {why}"),
            "put the key there, make one with `history keygen FILE`, or take `sign:` out",
        )
    };
    let signer = match files.read(&project.root.join(file)) {
        Ok(Some(text)) => FileSigner::read(&text).map_err(|wrong| refused(format!("and {wrong}")))?,
        Ok(None) => return Err(refused("which is not there".to_owned())),
        Err(error) => return Err(refused(format!("which cannot be read: {error}"))),
    };
    Ok((Some(Arc::new(signer)), trust))
}
