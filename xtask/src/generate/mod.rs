//! Generates the typed Azure resources of `atp-azure` from the schema facts.
//!
//! `schema` reads a file of facts, `model` decides what it looks like in Rust, `emit_resource`, `emit_descriptor` and
//! `emit_typed` write that down, `tree` puts the files where they belong. `tables` holds every decision that a person made.

mod descriptor_names;
mod emit_action;
mod emit_descriptor;
mod emit_resource;
mod emit_typed;
mod facts;
mod model;
mod names;
mod schema;
mod tables;
mod tree;

pub use tree::Tree;

use anyhow::{Context, Result, ensure};
use schema::Document;
use std::path::{Path, PathBuf};

/// The environment variable that names the folder with the schema facts.
pub const SCHEMAS_VARIABLE: &str = "ATP_IAC_SCHEMAS";

/// The folder that was asked for, or the usual one beside the repository.
///
/// # Errors
/// When there is none.
pub fn schemas_folder(asked: Option<PathBuf>) -> Result<PathBuf> {
    let folder = asked.unwrap_or_else(|| repository().join("../shared/azure/schemas"));
    ensure!(
        folder.join("index.json").is_file(),
        "no index.json in {}; give the folder with the schema facts with --schemas or {SCHEMAS_VARIABLE}",
        folder.display()
    );
    Ok(folder)
}

/// The root of the repository.
fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Generates every file, in memory.
///
/// # Errors
/// When a schema cannot be read, a hint was not reviewed, or `rustfmt` fails.
pub fn tree(schemas: &Path) -> Result<Tree> {
    let mut tree = Tree::new(repository());
    for entry in tables::TYPES {
        let document = Document::read(schemas, entry.kind, entry.file)?;
        let failed = || format!("generating {}", entry.kind);
        let resource = model::Resource::build(&document, entry).with_context(failed)?;
        let code = emit_resource::emit(&resource);
        let names = emit_descriptor::emit_names(&document, &resource).with_context(failed)?;
        let descriptor = emit_descriptor::emit(&document, &resource).with_context(failed)?;
        tree.resource(entry, &format!("{code}\n{names}"), &descriptor, resource.namespaces())?;
    }
    tree.modules()?;
    Ok(tree)
}

#[cfg(test)]
mod tests;
