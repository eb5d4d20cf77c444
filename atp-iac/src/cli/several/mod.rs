//! Commands about several stacks: `--all`, `--affected-since`, `graph --stacks`, `status`, `expired`, `state verify`.

mod expired;
mod graph;
mod selection;
mod status;
mod update;
mod verify;

pub(super) use update::referred;

use super::arguments::{Command, Options, StateCommand};
use super::failure::Failure;
use super::interruptible::interruptible;
use super::ports::{Answer, Press, Terminal};
use super::reporter::Reporter;
use super::secrets;
use super::workspace::Workspace;
use crate::engine::Kind;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// What every one of them works with.
pub(super) struct Session<'s, 'p> {
    pub workspace: &'s Workspace<'s>,
    pub reporter: &'s Mutex<Reporter<'p>>,
    pub terminal: Terminal,
}

impl<'p> Session<'_, 'p> {
    fn reporter(&self) -> MutexGuard<'_, Reporter<'p>> {
        self.reporter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a command is about several stacks, by its nature or by its options.
pub(super) fn is_meant(command: &Command, options: &Options) -> bool {
    let Options { stack, all, all_regions, affected_since, .. } = options;
    matches!(command, Command::Graph { stacks: true } | Command::Status { .. } | Command::Expired { .. })
        || stack.len() > 1
        || *all
        || *all_regions
        || affected_since.is_some()
}

/// Runs a command; gives the exit code.
pub(super) async fn run(
    session: &Session<'_, '_>,
    command: &Command,
    ask: &mut (dyn FnMut() -> Answer + Send),
    presses: watch::Receiver<u32>,
) -> Result<u8, Failure> {
    if matches!(command, Command::Rollback(_)) {
        return Err(Failure::usage("each stack goes back by itself", "name one with `--stack`"));
    }
    if command.plan_file().is_some() {
        return Err(Failure::usage(
            "a saved plan is of one stack, and several are meant",
            "name one with `--stack`, and save a plan for each, in the order in which they refer to each other",
        ));
    }
    match command {
        Command::Up(_) => return update::update(session, Kind::Up, ask, presses).await,
        Command::Destroy(_) => return update::update(session, Kind::Destroy, ask, presses).await,
        Command::Expired { destroy: true } => return expired::destroy(session, ask, presses).await,
        _ => {}
    }
    let reading = async {
        match command {
            Command::Preview(_) => update::preview(session).await,
            Command::Graph { stacks: true } => graph::graph(session),
            Command::Status { drift } => status::status(session, *drift).await,
            Command::Expired { .. } => expired::list(session).await,
            Command::State(StateCommand::Verify) => verify::verify(session).await,
            Command::Secrets(command) => {
                let stacks = secrets::selected(session.workspace).await?;
                secrets::run(session.workspace, session.reporter, *command, &stacks).await
            }
            _ => Err(Failure::usage(
                "this command is about one stack",
                "name it with `--stack`; `preview`, `up`, `destroy`, `graph --stacks`, `status`, `state verify` and `secrets` are for several",
            )),
        }
    };
    // What only reads is left at the first Ctrl-C.
    let mut listener = presses;
    interruptible(&mut listener, reading, |_| Press::Leave).await
}
