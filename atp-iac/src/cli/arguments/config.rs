//! `config`.

use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ConfigCommand {
    /// Prints the values in effect and where each was set; secrets are masked.
    Show,
    /// Prints what can be set.
    Describe,
    /// Writes a value into the file of the environment, and leaves everything else in it as it is.
    Set {
        /// The key, such as `webhooks.on_call`; after `common.`, for all stacks.
        key: String,
        /// The value, in YAML.
        #[arg(required_unless_present = "secret", conflicts_with = "secret")]
        value: Option<String>,
        /// Reads the value from the standard input instead, and encrypts it with the passphrase.
        #[arg(long)]
        secret: bool,
        /// Another file than that of the environment.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Encrypts a value, which is read from the standard input, and prints what to put into the file.
    ///
    /// The passphrase is in ATP_PASSPHRASE, or in the file that ATP_PASSPHRASE_FILE names.
    Encrypt {
        /// The key that the value will stand under, such as `webhooks.on_call`.
        key: String,
    },
}
