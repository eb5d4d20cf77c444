//! `history` and `rollback`.

use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum HistoryCommand {
    /// Lists what was done to the stack, the newest last.
    List {
        /// Only so many of the newest.
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
    },
    /// Shows everything that is known of an update.
    Show {
        /// Its number, as `history list` shows it.
        number: u64,
    },
    /// Shows what an update changed; with two numbers, what differs between the states that both left.
    Diff {
        /// Number of the update.
        number: u64,
        /// Number of another one.
        other: Option<u64>,
    },
    /// Checks that nothing in the history was changed, dropped, added or put elsewhere, and names the first record that is
    /// not good. Exits with 1 then.
    Verify,
    /// Prints the public key of the key that signs the history, for `history: {trust: [..]}` in `atp.yaml`.
    Key,
    /// Makes a key to sign the history with, for `history: {sign: FILE}` in `atp.yaml`, and prints its public key.
    Keygen {
        /// The file for the private key. Nothing is written over.
        file: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct RollbackArguments {
    /// Number of the update whose state is wanted back, as `history list` shows it.
    #[arg(long, value_name = "N", required_unless_present = "plan", conflicts_with = "plan")]
    pub to: Option<u64>,
    /// Changes nothing, and saves the plan, so that `rollback --plan FILE` carries out exactly that.
    #[arg(long, value_name = "FILE", conflicts_with = "plan")]
    pub out: Option<PathBuf>,
    /// Carries out a saved plan without asking, or nothing when anything is otherwise than when it was made.
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
}
