//! Documents beside a state: a file each, which is written once.

use super::files::StackFiles;
use crate::state::{Folder, StateError, is_document_name};
use std::fs;
use std::io;
use std::path::PathBuf;

impl StackFiles {
    fn document_path(&self, folder: Folder, name: &str) -> Result<PathBuf, StateError> {
        match is_document_name(name) {
            true => Ok(self.folder.join(folder.name()).join(name)),
            false => Err(StateError::DocumentName { name: name.to_owned() }),
        }
    }

    pub fn put_document(&self, folder: Folder, name: &str, bytes: &[u8]) -> Result<bool, StateError> {
        let path = self.document_path(folder, name)?;
        let above = self.folder.join(folder.name());
        self.disk
            .create_folder(&above, &self.root)
            .and_then(|()| self.disk.write_new(&path, bytes))
            .map_err(|source| self.cannot_write(&path, source))
    }

    pub fn documents(&self, folder: Folder) -> Result<Vec<String>, StateError> {
        let above = self.folder.join(folder.name());
        let entries = match fs::read_dir(&above) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(self.cannot_read(&above, source)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|source| self.cannot_read(&above, source))?;
            names.extend(entry.file_name().into_string().ok().filter(|name| is_document_name(name)));
        }
        names.sort();
        Ok(names)
    }

    pub fn document(&self, folder: Folder, name: &str) -> Result<Option<Vec<u8>>, StateError> {
        let path = self.document_path(folder, name)?;
        self.disk.read(&path).map_err(|source| self.cannot_read(&path, source))
    }

    pub fn remove_document(&self, folder: Folder, name: &str) -> Result<(), StateError> {
        let path = self.document_path(folder, name)?;
        self.disk.remove(&path).map_err(|source| self.cannot_write(&path, source))
    }
}
