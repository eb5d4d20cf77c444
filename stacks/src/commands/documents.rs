//! `documents`: writes the documents about the platform.

use crate::documents::{FOLDER, documents};
use async_trait::async_trait;
use atp_iac::cli::clap::{ArgMatches, Command};
use atp_iac::cli::{ExtraCommand, Failure, Invocation, exit};
use atp_iac::project::DiskFiles;
use std::path::Path;

/// Writes the documents.
#[derive(Debug)]
pub struct Documents;

#[async_trait]
impl ExtraCommand for Documents {
    fn definition(&self) -> Command {
        Command::new("documents").about("Writes docs/platform/ anew from the plans of all stacks")
    }

    async fn run(&self, _: &ArgMatches, invocation: &Invocation<'_>) -> Result<u8, Failure> {
        let project = invocation.project();
        let documents = documents(project, &DiskFiles).map_err(|error| Failure::failed(error.to_string()))?;
        let folder = project.root.join(FOLDER);
        let failed = |error: std::io::Error| {
            Failure::failed(format!("{} cannot be written", folder.display())).with_cause(error)
        };
        std::fs::create_dir_all(&folder).map_err(failed)?;
        remove_others(&folder, |name| documents.contains_key(name)).map_err(failed)?;
        for (name, text) in &documents {
            std::fs::write(folder.join(name), text).map_err(failed)?;
        }
        invocation.note(&format!("{} documents in {}", documents.len(), folder.display()));
        Ok(exit::DONE)
    }
}

/// Takes away what is no document any more.
fn remove_others(folder: &Path, is_wanted: impl Fn(&str) -> bool) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let is_document = entry.path().extension().is_some_and(|end| end == "md" || end == "svg");
        if is_document && !entry.file_name().to_str().is_some_and(&is_wanted) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
