//! One command line from arguments to exit code.

use super::arguments::{Arguments, Command, parse};
use super::commands::{self, Session};
use super::failure::{Failure, exit};
use super::ports::Ports;
use super::reporter::Reporter;
use super::target::Target;
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
    let arguments = match parse(arguments, fixed) {
        Ok(arguments) => arguments,
        Err(error) => return not_parsed(&error, &mut ports),
    };
    let target = Target::find(application, fixed, &arguments.options, &ports);
    let Ports { out, err, terminal, environment, files, ask, presses, clock, random, .. } = ports;
    let reporter = Reporter::new(out, err, &arguments.options, terminal, environment);
    let reporter = Mutex::new(reporter);
    let Arguments { command, options } = &arguments;
    let run = async {
        let session = Session {
            target: &target?,
            options,
            reporter: &reporter,
            files,
            environment,
            terminal,
            clock,
            random,
        };
        commands::run(session, command.as_ref().unwrap_or(&Command::Preview), ask, presses).await
    };
    let result = AssertUnwindSafe(run).catch_unwind().await.unwrap_or(Err(Failure::Panic));
    let mut reporter = reporter.lock().unwrap_or_else(PoisonError::into_inner);
    let code = match result {
        Ok(code) => code,
        Err(failure) => {
            reporter.failure(&failure);
            failure.code()
        }
    };
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
