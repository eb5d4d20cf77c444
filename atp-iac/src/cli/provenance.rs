//! What a command is run from.

use super::arguments::Options;
use crate::history::Provenance;
use crate::project::Revisions;
use std::path::Path;

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
