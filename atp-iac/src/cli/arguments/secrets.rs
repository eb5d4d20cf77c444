//! `secrets`.

use clap::Subcommand;

#[derive(Debug, Clone, Copy, Subcommand)]
pub(in crate::cli) enum SecretsCommand {
    /// Shows who wraps the key of each stack, and who would as `atp.yaml` says. No key is opened.
    Show,
    /// Gives each stack a new key, and seals every secret anew. Backups and history keep theirs.
    Rotate,
    /// Has the key of each stack wrapped as `atp.yaml` says. The former provider has to open it one last time; a former
    /// passphrase is in ATP_FORMER_PASSPHRASE, or in the file that ATP_FORMER_PASSPHRASE_FILE names.
    ChangeProvider,
}
