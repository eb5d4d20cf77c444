//! One command line from arguments to exit code.

use super::arguments::{Chosen, Command, HistoryCommand, Parsed, parse};
use super::commands::{self, Session};
use super::failure::{Failure, exit};
use super::invocation::{Invocation, Streams};
use super::ports::Ports;
use super::reporter::Reporter;
use super::several;
use super::workspace::Workspace;
use super::{Application, Fixed};
use futures::FutureExt;
use std::ffi::OsString;
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};

pub(super) async fn execute(
    application: &Application,
    fixed: Fixed<'_>,
    arguments: Vec<OsString>,
    mut ports: Ports<'_>,
) -> u8 {
    let Parsed { chosen, options } = match parse(arguments, fixed, &application.extra) {
        Ok(parsed) => parsed,
        Err(error) => return not_parsed(&error, &mut ports),
    };
    let found = Workspace::find(application, fixed, &options, &ports);
    let Ports { out, err, terminal, environment, ask, presses, .. } = ports;
    let mut reporter = Reporter::new(&mut *out, &mut *err, &options, terminal, environment);
    let changes = match &chosen {
        Chosen::Common(command) => command.changes_state(),
        Chosen::Extra(..) => true,
    };
    let found = match &chosen {
        // It makes the key that others need.
        Chosen::Common(Command::History(HistoryCommand::Keygen { .. })) => found,
        _ => found.and_then(|mut workspace| workspace.prepare_history(changes).map(|()| workspace)),
    };
    let workspace = match found {
        Ok(workspace) => workspace,
        Err(failure) => return end(&mut reporter, Err(failure)),
    };
    let reporter = Mutex::new(reporter);
    let run = async {
        match &chosen {
            Chosen::Common(command) if several::is_meant(command, &options) => {
                let session = several::Session { workspace: &workspace, reporter: &reporter, terminal };
                Box::pin(several::run(&session, command, ask, presses)).await
            }
            Chosen::Common(command) => {
                let target = &workspace.target()?;
                let session = Session { target, options: &options, reporter: &reporter, terminal };
                Box::pin(commands::run(session, command, ask, presses)).await
            }
            Chosen::Extra(command, matches) => {
                let streams = Streams { reporter: &reporter, terminal, ask: Mutex::new(ask) };
                let invocation = Invocation::new(&workspace, &streams);
                invocation.run(command.run(matches, &invocation), presses).await
            }
        }
    };
    let result = AssertUnwindSafe(run).catch_unwind().await.unwrap_or(Err(Failure::Panic));
    if !matches!(chosen, Chosen::Common(Command::Secrets(_))) {
        let mut reporter = reporter.lock().unwrap_or_else(PoisonError::into_inner);
        workspace.rings.due().iter().for_each(|due| reporter.note(due));
    }
    end(&mut reporter.lock().unwrap_or_else(PoisonError::into_inner), result)
}

/// The exit code, after what went wrong is told.
fn end(reporter: &mut Reporter<'_>, result: Result<u8, Failure>) -> u8 {
    let code = result.unwrap_or_else(|failure| {
        reporter.failure(&failure);
        failure.code()
    });
    match reporter.lost() {
        Some(_) if code == exit::DONE || code == exit::CHANGES => exit::FAILED,
        _ => code,
    }
}

/// Help and version are data; everything else is an error, in the words of the parser.
fn not_parsed(error: &clap::Error, ports: &mut Ports<'_>) -> u8 {
    let text = error.render().to_string();
    let stream = if error.use_stderr() { &mut ports.err } else { &mut ports.out };
    let written = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    if error.use_stderr() || written.is_err() { exit::FAILED } else { exit::DONE }
}
