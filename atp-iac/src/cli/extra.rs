//! Commands that a binary adds to the command line.

use super::failure::Failure;
use super::invocation::Invocation;
use async_trait::async_trait;
use clap::ArgMatches;

/// A command of a binary's own, beside `preview`, `up` and the others.
///
/// It is listed in the help, and its errors and exit codes are those of the other commands. What it reads it gets from
/// the [`Invocation`]; what it prints goes through it.
///
/// ```
/// use atp_iac::cli::clap::{ArgMatches, Command};
/// use atp_iac::cli::{ExtraCommand, Failure, Invocation, exit};
///
/// /// Prints the names of the stacks.
/// struct Stacks;
///
/// #[async_trait::async_trait]
/// impl ExtraCommand for Stacks {
///     fn definition(&self) -> Command {
///         Command::new("stacks").about("Prints the names of the stacks")
///     }
///     async fn run(&self, _: &ArgMatches, invocation: &Invocation<'_>) -> Result<u8, Failure> {
///         for program in invocation.programs() {
///             invocation.data(&format!("{}\n", program.name));
///         }
///         Ok(exit::DONE)
///     }
/// }
/// ```
#[async_trait]
pub trait ExtraCommand: Send + Sync {
    /// Its name, what it is for, and its arguments. The global options are there without being named; an argument must
    /// not have the name of one.
    fn definition(&self) -> clap::Command;

    /// Runs it; gives the [exit code](super::exit). It is left at the first Ctrl-C, unless it asks for the
    /// [interrupt](Invocation::interrupt).
    ///
    /// # Errors
    /// What is shown as an error.
    async fn run(&self, matches: &ArgMatches, invocation: &Invocation<'_>) -> Result<u8, Failure>;
}
