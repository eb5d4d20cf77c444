//! `state`.

mod backups;
mod change;
mod recover;
mod verify;

pub(in crate::cli) use verify::{problem_details, problem_lines};

use super::Session;
use super::look;
use crate::cli::arguments::StateCommand;
use crate::cli::confirm::confirm;
use crate::cli::failure::Failure;
use crate::cli::ports::Answer;

/// Asks the user.
type Ask<'a> = &'a mut (dyn FnMut() -> Answer + Send);

pub(super) async fn state(
    session: &Session<'_, '_>,
    command: &StateCommand,
    ask: Ask<'_>,
) -> Result<u8, Failure> {
    look::head(session);
    match command {
        StateCommand::List => look::list_all(session).await,
        StateCommand::Show { urn } => look::show(session, urn).await,
        StateCommand::Backup => backups::backup(session).await,
        StateCommand::Backups => backups::list(session).await,
        StateCommand::Restore { what, force } => backups::restore(session, what, *force, ask).await,
        StateCommand::Export { show_secrets } => change::export(session, *show_secrets).await,
        StateCommand::Import { file: Some(file), force, .. } => {
            change::import(session, file, *force, ask).await
        }
        StateCommand::Import { file: None, .. } => Err(super::migrate::nothing_said()),
        StateCommand::Move { urn, new, to_stack } => {
            change::relocate(session, urn, new.as_deref(), to_stack.as_deref()).await
        }
        StateCommand::Rename { old, new } => change::rename(session, old, new).await,
        StateCommand::Remove { urns, with_dependents } => {
            change::remove(session, urns, *with_dependents, ask).await
        }
        StateCommand::Protect { urns } => change::protect(session, urns, true).await,
        StateCommand::Unprotect { urns } => change::protect(session, urns, false).await,
        StateCommand::Undo => change::undo(session).await,
        StateCommand::Verify => verify::verify(session).await,
        StateCommand::Repair => verify::repair(session, ask).await,
        StateCommand::Recover { file } => recover::recover(session, file.as_deref(), ask).await,
    }
}

/// Whether the user wants it; keeps why not.
fn wants(
    session: &Session<'_, '_>,
    ask: Ask<'_>,
    about: (&str, &str),
    objection: &mut Option<Failure>,
) -> bool {
    match confirm(&mut session.reporter(), session.options, session.terminal, ask, about) {
        Ok(()) => true,
        Err(failure) => {
            *objection = Some(failure);
            false
        }
    }
}

/// Tells what could not be done.
fn warn(session: &Session<'_, '_>, warnings: &[String]) {
    warnings.iter().for_each(|warning| session.reporter().warning(warning));
}
