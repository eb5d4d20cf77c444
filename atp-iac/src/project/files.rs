//! How files of a project are read.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Reads files.
pub trait Files {
    /// The text of a file, or `None` if there is no such file.
    ///
    /// # Errors
    /// When there is one and it cannot be read.
    fn read(&self, path: &Path) -> io::Result<Option<String>>;
}

/// The disk of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiskFiles;

impl Files for DiskFiles {
    fn read(&self, path: &Path) -> io::Result<Option<String>> {
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Files in memory, for tests and tools.
impl Files for BTreeMap<PathBuf, String> {
    fn read(&self, path: &Path) -> io::Result<Option<String>> {
        Ok(self.get(path).cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_disk_tells_missing_files_from_unreadable_ones() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a"), "text").unwrap();
        std::fs::write(folder.path().join("b"), [0xff, 0xfe]).unwrap();
        assert_eq!(DiskFiles.read(&folder.path().join("a")).unwrap().as_deref(), Some("text"));
        assert_eq!(DiskFiles.read(&folder.path().join("none")).unwrap(), None);
        assert_eq!(DiskFiles.read(&folder.path().join("b")).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
