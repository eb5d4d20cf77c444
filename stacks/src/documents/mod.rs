//! What `docs/platform/` says of the platform, made of the plans of all stacks of all environments from nothing.
//!
//! Each document is one module: a function from the [`Estate`] to text. The same plans give the same bytes.

mod alerts;
mod compliance;
mod endpoints;
mod estate;
mod index;
mod inventory;
mod roles;
mod rules;
mod stack_graph;
mod subnets;
mod svg;
mod table;
mod topology;

pub use estate::Estate;

use crate::{PROGRAMS, PlannedError, planned};
use atp_iac::config::ConfigError;
use atp_iac::project::{Files, Project, ProjectError};
use std::collections::BTreeMap;

/// The folder of the documents, in the project.
pub const FOLDER: &str = "docs/platform";
/// How they are made anew.
pub const COMMAND: &str = "cargo run -p stacks --bin atp -- documents";

/// Why there are no documents.
#[derive(Debug, thiserror::Error)]
pub enum DocumentsError {
    /// A stack cannot be planned.
    #[error(transparent)]
    Planned(#[from] PlannedError),
    /// The files of the project cannot be read.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// What rules depend on is not configured.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// All documents, by file name.
///
/// # Errors
/// When a stack cannot be planned, or the configuration is wrong.
pub fn documents(project: &Project, files: &dyn Files) -> Result<BTreeMap<String, String>, DocumentsError> {
    let known: Vec<&str> = PROGRAMS.iter().map(|program| program.name).collect();
    let (mut stacks, mut expectations) = (Vec::new(), BTreeMap::new());
    // Instances come and go.
    let lasting = project.environments.iter().filter(|(_, environment)| !environment.instances);
    for (name, environment) in lasting {
        stacks.extend(planned(project, files, name)?);
        for region in &environment.regions {
            let config = project.load_config(files, name, region, "compliance", &known)?;
            expectations.insert((name.clone(), region.clone()), config.read()?);
        }
    }
    Ok(of(&Estate::new(stacks, expectations)))
}

fn of(estate: &Estate) -> BTreeMap<String, String> {
    let text = |name: &str, title: &str, body: String| {
        let made = format!("Made by `{COMMAND}` from the plans of all stacks; do not edit.");
        (format!("{name}.md"), format!("# {title}\n\n{made}\n\n{}\n", body.trim()))
    };
    let mut documents = BTreeMap::from([
        text("README", "The platform", index::document(estate)),
        text("inventory", "Resources", inventory::document(estate)),
        text("subnets", "Subnets", subnets::document(estate)),
        text("network-rules", "Network rules", rules::document(estate)),
        text("roles", "Role assignments", roles::document(estate)),
        text("private-endpoints", "Private endpoints", endpoints::document(estate)),
        text("alerts", "Alerts", alerts::document(estate)),
        text("compliance", "Compliance", compliance::document(estate)),
        ("stacks.svg".to_owned(), stack_graph::drawing()),
    ]);
    for environment in estate.environments() {
        documents.insert(format!("network-{environment}.svg"), topology::drawing(estate, environment));
    }
    documents
}
