//! `state import` of what another tool manages.

use crate::migrate::Tool;
use std::path::{Path, PathBuf};

#[derive(Debug, Default, clap::Args)]
pub(in crate::cli) struct MigrateArguments {
    /// Takes over what Pulumi manages: a file that `pulumi stack export` wrote.
    #[arg(long, value_name = "FILE", conflicts_with = "from_terraform")]
    pub from_pulumi: Option<PathBuf>,
    /// Takes over what Terraform or OpenTofu manages: a file that `state pull` or `show -json` wrote.
    #[arg(long, value_name = "FILE")]
    pub from_terraform: Option<PathBuf>,
    /// Takes nothing over, and writes a program that declares all of it, and beside it the list for `import --file`.
    #[arg(long, value_name = "FILE.rs")]
    pub out: Option<PathBuf>,
    /// With `--out`: also what is in the state of a stack already.
    #[arg(long, requires = "out")]
    pub include_managed: bool,
    /// With `--out`: the provider whose resources are declared; without it, that of the cloud.
    #[arg(long, value_name = "NAME", requires = "out")]
    pub provider: Option<String>,
}

impl MigrateArguments {
    /// The file of another tool, and which tool.
    pub fn foreign(&self) -> Option<(Tool, &Path)> {
        let pulumi = self.from_pulumi.as_deref().map(|file| (Tool::Pulumi, file));
        pulumi.or_else(|| self.from_terraform.as_deref().map(|file| (Tool::Terraform, file)))
    }
}
