//! Small programs that show one thing each.

pub mod beyond_types;
pub mod component;
pub mod embedding;
pub mod hello;
pub mod random_password;
pub mod stack_reference;

use atp_azure_sim::AzureClouds;
use atp_iac::cli::Application;
use atp_iac::ports::{SystemClock, SystemRandom};
use atp_iac::program::{Program, Stack};
use atp_local::LocalProvider;
use atp_stores::Stores;
use std::process::ExitCode;
use std::sync::Arc;

/// The stacks of the platform, which share the files of configuration, and those of the examples.
pub const PROGRAMS: &[Program] = &[
    stacks::FOUNDATION,
    stacks::AKS,
    stacks::DATA,
    stacks::MESSAGING,
    stacks::OBSERVABILITY,
    stacks::GOVERNANCE,
    stacks::APPLICATION,
    stacks::EDGE,
    Program::of::<hello::Hello>(),
    Program::of::<component::Teams>(),
    Program::of::<beyond_types::Connector>(),
    Program::of::<stack_reference::Observer>(),
    Program::of::<random_password::Credentials>(),
];

/// Runs the command line for one stack of dev. Beside the cloud there are random values, and instants that rotate.
pub fn main<S: Stack>() -> ExitCode {
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    Application::new(PROGRAMS, Arc::new(AzureClouds::default()))
        .with_backend(Arc::new(Stores))
        .with_provider(Arc::new(LocalProvider::random(clock.clone(), random.clone())))
        .with_provider(Arc::new(LocalProvider::time(clock, random)))
        .run(Some("dev"), Some(S::NAME))
}
