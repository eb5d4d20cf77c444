//! From a binary to the command line.

use crate::PROGRAMS;
use crate::commands::{Documents, Export};
use crate::promote::Promote;
use crate::recovery::{Failback, Failover};
use atp_azure_sim::AzureClouds;
use atp_iac::cli::Application;
use atp_iac::program::Program;
use atp_stores::Stores;
use std::process::ExitCode;
use std::sync::Arc;

/// Runs the command line for one stack of one environment.
pub fn main(environment: &str, program: &Program) -> ExitCode {
    application().run(Some(environment), Some(program.name))
}

/// Runs the command line for all stacks of all environments.
pub fn all() -> ExitCode {
    application().run(None, None)
}

/// The command line.
pub fn application() -> Application {
    Application::new(PROGRAMS, Arc::new(AzureClouds::default()))
        .with_backend(Arc::new(Stores))
        .with_command(Arc::new(Export))
        .with_command(Arc::new(Documents))
        .with_command(Arc::new(Failover))
        .with_command(Arc::new(Failback))
        .with_command(Arc::new(Promote))
}
