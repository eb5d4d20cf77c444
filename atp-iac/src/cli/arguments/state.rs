//! `state`.

use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum StateCommand {
    /// Prints the URN of every resource.
    List,
    /// Prints what is known of a resource; secrets are masked.
    Show {
        /// The URN, or a name that only one resource has.
        urn: String,
    },
    /// Keeps a backup of the state now. Every update that changes it does so, too.
    Backup,
    /// Lists the backups.
    Backups,
    /// Puts a backup in the place of the state, which is kept as a backup itself.
    Restore {
        /// The serial of a backup, as `state backups` lists them, or a file with a snapshot.
        what: String,
        /// Also of another lineage.
        #[arg(long)]
        force: bool,
    },
    /// Reads everything that is kept of the stack, and says what is wrong with it. Changes nothing.
    Verify,
    /// Explains what is wrong with the state, and repairs what can be, after a backup of what is there.
    Repair,
    /// Takes into the state what a run recorded and could not write. Without a file, all that there are for the stack.
    Recover {
        /// The recovery file.
        file: Option<PathBuf>,
    },
}

impl StateCommand {
    /// Whether nothing is written.
    pub fn only_reads(&self) -> bool {
        matches!(
            self,
            StateCommand::List | StateCommand::Show { .. } | StateCommand::Backups | StateCommand::Verify
        )
    }
}
