//! `import`.

use std::path::PathBuf;

#[derive(Debug, Default, clap::Args)]
pub(in crate::cli) struct ImportArguments {
    /// A resource of the program: its URN, or a name that only one has.
    #[arg(requires = "id")]
    pub resource: Option<String>,
    /// The id under which the cloud has it.
    pub id: Option<String>,
    /// Takes over all that a file names: a list of `resource:` and `id:`, in YAML or JSON.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["resource", "scope"])]
    pub file: Option<PathBuf>,
    /// Takes nothing over, and writes a program that declares all that is in a scope, such as a resource group: its name or
    /// its id.
    #[arg(long, value_name = "SCOPE", conflicts_with = "resource")]
    pub scope: Option<String>,
    #[command(flatten)]
    pub of_scope: ScopeArguments,
}

#[derive(Debug, Default, clap::Args)]
pub(in crate::cli) struct ScopeArguments {
    /// With `--scope`: the file for the program; without it, the standard output.
    #[arg(long, value_name = "FILE", requires = "scope")]
    pub out: Option<PathBuf>,
    /// With `--out`: writes over a file that is there.
    #[arg(long, requires = "out")]
    pub force: bool,
    /// With `--scope`: the provider that is asked; without it, that of the cloud.
    #[arg(long, value_name = "NAME", requires = "scope")]
    pub provider: Option<String>,
    /// With `--scope`: also what is in the state of a stack already.
    #[arg(long, requires = "scope")]
    pub include_managed: bool,
}
