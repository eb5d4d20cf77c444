//! The command line: a thin client of the [`engine`](crate::engine).
//!
//! Invariant: only `ambient` touches arguments, environment variables, standard streams and signals of the process, and
//! only `git` starts another one.
//! Invariant: data goes to the standard output, everything else to the error stream; neither shows a secret unless
//! `--show-secrets` asks for it.

mod ambient;
mod application;
mod arguments;
mod commands;
mod confirm;
mod events;
mod execute;
mod extra;
mod failure;
mod git;
mod interruptible;
mod invocation;
mod keys;
mod modifiers;
mod ports;
mod provenance;
mod reporter;
mod screen;
mod secrets;
mod several;
mod signers;
mod target;
#[cfg(test)]
mod tests;
mod workspace;

pub use application::{Application, Fixed};
pub use clap;
pub use extra::ExtraCommand;
pub use failure::{Failure, exit};
pub use invocation::Invocation;
pub use ports::{Answer, DiskPlans, PlanFiles, Ports, Storage, Terminal};
pub use target::Target;
