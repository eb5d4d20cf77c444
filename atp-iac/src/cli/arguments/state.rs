//! `state`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum StateCommand {
    /// Prints the URN of every resource.
    List,
    /// Prints what is known of a resource; secrets are masked.
    Show {
        /// The URN, or a name that only one resource has.
        urn: String,
    },
}
