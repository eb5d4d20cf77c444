//! `state`.

use super::MigrateArguments;
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
    /// Prints everything that the state says, as JSON. Secrets are sealed, and the export can be imported.
    Export {
        /// In clear: for people, and not to be imported.
        #[arg(long)]
        show_secrets: bool,
    },
    /// Puts an export or a snapshot in the place of the state, which is kept as a backup; or takes over what another
    /// tool manages, without touching the cloud.
    Import {
        /// The file.
        #[arg(conflicts_with_all = ["from_pulumi", "from_terraform"])]
        file: Option<PathBuf>,
        /// Also an older one, and of another lineage; with `--out`: writes over files that are there.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        foreign: MigrateArguments,
    },
    /// Gives a resource another URN, or moves it to the state of another stack. Nothing happens in the cloud.
    Move {
        /// The URN, or a name that only one resource has.
        urn: String,
        /// The new URN in the same stack.
        #[arg(required_unless_present = "to_stack", conflicts_with = "to_stack")]
        new: Option<String>,
        /// The stack that it goes to, such as `network`, `eastus/network` or `prod/eastus/network`.
        #[arg(long, value_name = "STACK")]
        to_stack: Option<String>,
    },
    /// Gives a resource another name. Nothing happens in the cloud.
    Rename {
        /// The URN, or a name that only one resource has.
        old: String,
        /// The new name.
        new: String,
    },
    /// Takes resources out of the state. They stay in the cloud, and nothing manages them any more.
    Remove {
        /// URNs, or names that only one resource has.
        #[arg(required = true)]
        urns: Vec<String>,
        /// Also what depends on them.
        #[arg(long)]
        with_dependents: bool,
    },
    /// Has plans refused that delete or replace resources, until the program says otherwise.
    Protect {
        /// URNs, or names that only one resource has.
        #[arg(required = true)]
        urns: Vec<String>,
    },
    /// Takes `state protect` back.
    Unprotect {
        /// URNs, or names that only one resource has.
        #[arg(required = true)]
        urns: Vec<String>,
    },
    /// Takes back what the last of these commands did to the state, unless something was done since.
    Undo,
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
        use StateCommand::{Backups, Export, List, Show, Verify};
        matches!(self, List | Show { .. } | Backups | Verify | Export { .. })
    }
}
