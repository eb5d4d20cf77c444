//! The command line: a thin client of the [`engine`](crate::engine).
//!
//! Invariant: only `ambient` touches arguments, environment variables, standard streams and signals of the process.
//! Invariant: data goes to the standard output, everything else to the error stream; neither shows a secret unless
//! `--show-secrets` asks for it.

mod ambient;
mod application;
mod arguments;
mod commands;
mod events;
mod execute;
mod failure;
mod interruptible;
mod ports;
mod reporter;
mod screen;
mod target;
#[cfg(test)]
mod tests;

pub use application::{Application, Fixed};
pub use failure::exit;
pub use ports::{Answer, Ports, Storage, Terminal};
