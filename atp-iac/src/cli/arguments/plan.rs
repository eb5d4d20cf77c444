//! `plan`.

use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum PlanCommand {
    /// Shows a saved plan, and agrees to it: where `atp.yaml` demands approvals, it is not carried out without.
    Approve {
        /// The file of the plan.
        file: PathBuf,
    },
    /// Shows a saved plan, and who agreed to it. The program does not run, and the cloud is not read.
    Show {
        /// The file of the plan.
        file: PathBuf,
    },
}
