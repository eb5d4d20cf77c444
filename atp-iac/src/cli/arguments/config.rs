//! `config`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ConfigCommand {
    /// Prints the values in effect and where each was set; secrets are masked.
    Show,
    /// Prints what can be set.
    Describe,
    /// Encrypts a value, which is read from the standard input, and prints what to put into the file.
    ///
    /// The passphrase is in ATP_PASSPHRASE, or in the file that ATP_PASSPHRASE_FILE names.
    Encrypt {
        /// The key that the value will stand under, such as `webhooks.on_call`.
        key: String,
    },
}
