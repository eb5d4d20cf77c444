//! Small programs that show one thing each.

pub mod beyond_types;
pub mod component;
pub mod embedding;
pub mod hello;
pub mod stack_reference;

use atp_azure_sim::AzureClouds;
use atp_iac::cli::Application;
use atp_iac::program::{Program, Stack};
use std::process::ExitCode;
use std::sync::Arc;

/// Every stack that an example may refer to.
const PROGRAMS: &[Program] = &[
    stacks::FOUNDATION,
    Program::of::<hello::Hello>(),
    Program::of::<component::Teams>(),
    Program::of::<beyond_types::Connector>(),
    Program::of::<stack_reference::Observer>(),
];

/// Runs the command line for one stack of dev.
pub fn main<S: Stack>() -> ExitCode {
    Application::new(PROGRAMS, Arc::new(AzureClouds::default())).run(Some("dev"), Some(S::NAME))
}
