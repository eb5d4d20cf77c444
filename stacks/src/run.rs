//! From a binary to the command line.

use atp_iac::program::Program;
use std::process::ExitCode;

/// Runs the command line for one stack of one environment.
pub fn main(environment: &str, program: &'static Program) -> ExitCode {
    atp_iac::cli::main(environment, program)
}
