//! Recovery files: where what was recorded goes when the store does not take it any more.

use super::local::Disk;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Keeps what could not be written into a state, until `state recover` merges it.
pub trait RecoveryFiles: Send + Sync {
    /// Puts a new file in place whole, and says where it is. A file that is there stays, and the new one has another name.
    ///
    /// # Errors
    /// When it cannot be written.
    fn keep(&self, name: &str, bytes: &[u8]) -> io::Result<PathBuf>;

    /// The files that were not merged yet, in order.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn list(&self) -> io::Result<Vec<PathBuf>>;

    /// The bytes of a file; `None` when it is not there.
    ///
    /// # Errors
    /// When it cannot be read.
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>>;

    /// After it was merged: gives the file another name, and says which.
    ///
    /// # Errors
    /// When it cannot be renamed.
    fn retire(&self, path: &Path) -> io::Result<PathBuf>;
}

/// What is added to the name of a file that was merged.
const MERGED: &str = ".merged";

fn merged(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(MERGED);
    name.into()
}

/// `name`, `name.2`, `name.3`, ..
fn names(name: &str) -> impl Iterator<Item = String> {
    let stem = name.strip_suffix(".json").unwrap_or(name).to_owned();
    let first = std::iter::once(format!("{stem}.json"));
    first.chain((2..).map(move |count| format!("{stem}.{count}.json")))
}

/// Recovery files in a folder of this machine.
#[derive(Debug, Clone)]
pub struct FolderRecovery {
    folder: PathBuf,
}

impl FolderRecovery {
    /// In this folder; it is made when it is needed.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        FolderRecovery { folder: folder.into() }
    }
}

impl RecoveryFiles for FolderRecovery {
    fn keep(&self, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        let disk = Disk::default();
        disk.create_folder(&self.folder, &self.folder)?;
        for name in names(name) {
            let path = self.folder.join(name);
            if disk.write_new(&path, bytes)? {
                return Ok(path);
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn list(&self) -> io::Result<Vec<PathBuf>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut paths: Vec<PathBuf> =
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        Ok(paths)
    }

    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        Disk::default().read(path)
    }

    fn retire(&self, path: &Path) -> io::Result<PathBuf> {
        fs::rename(path, merged(path))?;
        Ok(merged(path))
    }
}

/// Recovery files in memory, for tests.
#[derive(Debug, Default)]
pub struct MemoryRecovery {
    files: Mutex<BTreeMap<PathBuf, Vec<u8>>>,
}

impl MemoryRecovery {
    fn files(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Vec<u8>>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RecoveryFiles for MemoryRecovery {
    fn keep(&self, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        let mut files = self.files();
        let free = names(name).map(PathBuf::from).find(|path| !files.contains_key(path));
        let path = free.ok_or(io::ErrorKind::AlreadyExists)?;
        files.insert(path.clone(), bytes.to_vec());
        Ok(path)
    }

    fn list(&self) -> io::Result<Vec<PathBuf>> {
        let open = |path: &&PathBuf| path.extension().is_some_and(|extension| extension == "json");
        Ok(self.files().keys().filter(open).cloned().collect())
    }

    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        Ok(self.files().get(path).cloned())
    }

    fn retire(&self, path: &Path) -> io::Result<PathBuf> {
        let mut files = self.files();
        let bytes = files.remove(path).ok_or(io::ErrorKind::NotFound)?;
        files.insert(merged(path), bytes);
        Ok(merged(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_never_takes_the_place_of_another_and_is_not_listed_once_it_was_merged() {
        let folder = tempfile::tempdir().unwrap();
        let all: [&dyn RecoveryFiles; 2] =
            [&FolderRecovery::new(folder.path().join("recovery")), &MemoryRecovery::default()];
        for files in all {
            assert_eq!(files.list().unwrap(), [] as [PathBuf; 0]);
            let first = files.keep("a.json", b"one").unwrap();
            let second = files.keep("a.json", b"two").unwrap();
            assert_eq!(files.list().unwrap(), [second.clone(), first.clone()]);
            assert_eq!(files.read(&first).unwrap().unwrap(), b"one");
            let retired = files.retire(&first).unwrap();
            assert_eq!((files.read(&first).unwrap(), files.list().unwrap()), (None, vec![second]));
            assert_eq!(files.read(&retired).unwrap().unwrap(), b"one");
        }
    }
}
