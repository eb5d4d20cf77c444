//! `lock`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum LockCommand {
    /// Says who holds the lock, for what and since when.
    Show,
    /// Takes the lock from its holder, who cannot write the state from then on: for a process that is gone, or hangs.
    /// Who claimed a part of the stack cannot write either.
    Break {
        /// Takes away only the claim of this number, which `lock show` says.
        #[arg(long, value_name = "NUMBER")]
        epoch: Option<u64>,
    },
}
