//! `plan`.

use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum PlanCommand {
    /// Shows a saved plan, and agrees to it: where `atp.yaml` demands approvals, `up --plan FILE` is refused without.
    Approve {
        /// The file of the plan.
        file: PathBuf,
    },
    /// Shows who agreed to a saved plan.
    ShowApprovals {
        /// The file of the plan.
        file: PathBuf,
    },
}
