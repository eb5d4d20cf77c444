//! The commands.

mod config;
mod graph;
mod history;
mod import;
mod lock;
mod look;
mod migrate;
mod plan;
mod reading;
mod rollback;
mod saved;
mod state;
mod taint;
mod update;
mod why;

pub(super) use migrate::Told;
pub(super) use state::{problem_details, problem_lines};

use super::arguments::{
    Command, DestroyArguments, ImportArguments, Options, PreviewArguments, RollbackArguments, StateCommand,
};
use super::failure::Failure;
use super::interruptible::interruptible;
use super::ports::{Answer, Press, Terminal};
use super::reporter::Reporter;
use super::secrets;
use super::target::Target;
use crate::engine::{Deployment, Engine, Kind, UpdateOptions};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use update::Wish;

/// What every command works with.
pub(super) struct Session<'s, 'p> {
    pub target: &'s Target<'s>,
    pub options: &'s Options,
    pub reporter: &'s Mutex<Reporter<'p>>,
    pub terminal: Terminal,
}

impl<'p> Session<'_, 'p> {
    fn reporter(&self) -> MutexGuard<'_, Reporter<'p>> {
        self.reporter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The stack, an engine with its cloud, and the header that says which.
    fn connect(&self) -> Result<(Deployment, Engine), Failure> {
        let config = self.target.config()?;
        let engine = self.target.connect(&config)?;
        self.reporter().header(self.target, &engine.describe());
        let deployment = self.target.deployment(config)?;
        Ok((deployment, engine))
    }

    fn update_options(&self) -> UpdateOptions {
        self.options.modifiers.apply(self.options.update(), false)
    }
}

/// Runs a command; gives the exit code.
pub(super) async fn run(
    session: Session<'_, '_>,
    command: &Command,
    ask: &mut (dyn FnMut() -> Answer + Send),
    presses: watch::Receiver<u32>,
) -> Result<u8, Failure> {
    let reading = async {
        if let Some((file, verb)) = command.carries_out() {
            return Box::pin(saved::carry_out(&session, (file, verb), ask, presses.clone())).await;
        }
        match command {
            Command::Up(_) => Box::pin(update::update(&session, Wish::Up, ask, presses.clone())).await,
            Command::Destroy(DestroyArguments { out: Some(file), .. }) => {
                saved::save(&session, (Kind::Destroy, None), file).await
            }
            Command::Destroy(_) => {
                Box::pin(update::update(&session, Wish::Destroy, ask, presses.clone())).await
            }
            Command::Preview(PreviewArguments { out: Some(file) }) => {
                saved::save(&session, (Kind::Up, None), file).await
            }
            Command::Preview(_) => update::preview(&session).await,
            Command::Outputs { name, show_secrets } => {
                look::outputs(&session, name.as_deref(), *show_secrets).await
            }
            Command::State(StateCommand::Import { file: None, force, foreign }) => {
                Box::pin(migrate::migrate(&session, (foreign, *force), ask, presses.clone())).await
            }
            Command::State(command) => Box::pin(state::state(&session, command, ask)).await,
            Command::Lock(command) => lock::lock(&session, command, ask).await,
            Command::Graph { .. } => graph::graph(&session).await,
            Command::Config(command) => config::config(&session, command, ask),
            Command::Secrets(command) => {
                let stacks = [session.target.name().clone()];
                secrets::run(session.target.workspace, session.reporter, *command, &stacks).await
            }
            Command::Refresh => reading::refresh(&session, presses.clone()).await,
            Command::Drift => reading::drift(&session).await,
            Command::Why { what } => why::why(&session, what).await,
            Command::Taint { urn } => taint::taint(&session, urn, true).await,
            Command::Import(ImportArguments { scope: Some(scope), of_scope, .. }) => {
                import::discover(&session, scope, of_scope).await
            }
            Command::Import(arguments) => {
                import::adopt(&session, &asked(arguments)?, ask, presses.clone()).await
            }
            Command::History(command) => Box::pin(history::history(&session, command)).await,
            Command::Plan(command) => plan::plan(&session, command).await,
            Command::Rollback(RollbackArguments { to: Some(to), out: Some(file), .. }) => {
                saved::save(&session, (Kind::Up, Some(*to)), file).await
            }
            Command::Rollback(RollbackArguments { to, .. }) => {
                let to = to.ok_or_else(|| Failure::usage("back to which update?", "say `--to N`"))?;
                Box::pin(rollback::rollback(&session, to, ask, presses.clone())).await
            }
            Command::Untaint { urn } => taint::taint(&session, urn, false).await,
            Command::Status { .. } | Command::Expired { .. } => {
                Err(Failure::usage("this command is about all stacks", "leave `--stack` out"))
            }
        }
    };
    let takes_over = matches!(command, Command::Import(ImportArguments { scope: None, .. }));
    let writes = match command {
        Command::Up(_) | Command::Destroy(_) | Command::Refresh | Command::Lock(_) | Command::Rollback(_) => {
            true
        }
        Command::State(command) => !command.only_reads(),
        _ => takes_over,
    };
    if writes {
        return reading.await;
    }
    // What only reads is left at the first Ctrl-C.
    let mut listener = presses.clone();
    interruptible(&mut listener, reading, |_| Press::Leave).await
}

/// What `import` is to take over.
fn asked(arguments: &ImportArguments) -> Result<import::Asked<'_>, Failure> {
    match arguments {
        ImportArguments { file: Some(file), .. } => Ok(import::Asked::File(file)),
        ImportArguments { resource: Some(resource), id: Some(id), .. } => {
            Ok(import::Asked::One(resource, id))
        }
        _ => Err(Failure::usage(
            "it is not said what is to be taken over",
            "write `import RESOURCE ID`, `import --file FILE` or `import --scope SCOPE`",
        )),
    }
}
