//! Documents beside a state: an object each, which is written once.

use super::names::Names;
use atp_iac::state::{Folder, StateError, is_document_name};
use object_store::path::Path;

/// Where a document is.
pub fn path(names: &Names, folder: Folder, name: &str) -> Result<Path, StateError> {
    match is_document_name(name) {
        true => Ok(names.document(folder, name)),
        false => Err(StateError::DocumentName { name: name.to_owned() }),
    }
}

/// The names of the documents among objects, in order.
pub fn names(listed: &[Path]) -> Vec<String> {
    let names = listed.iter().filter_map(Path::filename).filter(|name| is_document_name(name));
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    names
}
