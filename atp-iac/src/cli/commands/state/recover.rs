//! `state recover`.

use super::super::Session;
use super::{Ask, wants, warn};
use crate::cli::failure::{Failure, exit};
use crate::engine::{Engine, Merging};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

pub(super) async fn recover(
    session: &Session<'_, '_>,
    file: Option<&Path>,
    ask: Ask<'_>,
) -> Result<u8, Failure> {
    let config = session.target.config()?;
    let engine = session.target.connect(&config)?;
    let name = session.target.name();
    let files: Vec<PathBuf> = match file {
        Some(file) => vec![session.target.workspace.start.join(file)],
        None => engine.recovery_files(name)?,
    };
    if files.is_empty() {
        session.reporter().report(
            "state recover",
            &["there is no recovery file of this stack".into()],
            json!({}),
        );
    }
    for file in files {
        one(session, &engine, &file, ask).await?;
    }
    Ok(exit::DONE)
}

async fn one(session: &Session<'_, '_>, engine: &Engine, file: &Path, ask: Ask<'_>) -> Result<(), Failure> {
    let mut objection = None;
    let mut decide = |merging: &Merging| {
        session.reporter().report("state recover", &explained(file, merging), details(file, merging));
        // What the state knows already needs no answer.
        merging.found.is_empty()
            || wants(session, ask, ("Take this into the state?", "take this into the state"), &mut objection)
    };
    let merged = engine.recover_from(session.target.name(), file, &mut decide).await?;
    let Some(merged) = merged else { return Err(objection.unwrap_or(Failure::Interrupted)) };
    warn(session, &merged.warnings);
    let mut messages = vec![format!("the state knows all that is in {}", file.display())];
    messages.extend(merged.retired.iter().map(|path| format!("the file is {} now", path.display())));
    session.reporter().report("state recover", &messages, details(file, &merged));
    Ok(())
}

fn explained(file: &Path, merging: &Merging) -> Vec<String> {
    if merging.found.is_empty() {
        return vec![format!("{} has nothing that the state does not know", file.display())];
    }
    let found = merging.found.iter().map(|one| format!("  {} ({}): {}", one.urn.name(), one.id, one.finding));
    std::iter::once(format!("{} has what the state does not know:", file.display())).chain(found).collect()
}

fn details(file: &Path, merging: &Merging) -> Json {
    let found: Vec<Json> = (merging.found.iter())
        .map(|one| json!({"urn": one.urn.as_str(), "id": one.id, "finding": one.finding}))
        .collect();
    let retired = merging.retired.as_ref().map(|path| path.display().to_string());
    json!({"file": file.display().to_string(), "found": found, "renamed_to": retired})
}
