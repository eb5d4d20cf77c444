//! The few things that are done to files, each a step at which a test can stop the process.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a test does to a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It fails with this kind of error and has no effect.
    Fail(io::ErrorKind),
    /// Only so many bytes are written, then it fails. For other steps than writes, like `Fail`.
    Partial(usize),
    /// A sync that does nothing, as on a disk that lies; other steps take place.
    Unsynced,
}

/// Is asked before every step, with its name and file, whether to let it be.
pub type Faults = Arc<dyn Fn(&str, &Path) -> Option<Fault> + Send + Sync>;

/// What was done to the files, so that a test can say what is left of it when the power fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A folder was made.
    Folder(PathBuf),
    /// An empty file was made, or a file was emptied.
    Created(PathBuf),
    /// Bytes were added to a file.
    Wrote(PathBuf, Vec<u8>),
    /// What is in a file is durable.
    Synced(PathBuf),
    /// Which files a folder has is durable.
    SyncedFolder(PathBuf),
    /// The second is another name of the first.
    Linked(PathBuf, PathBuf),
    /// The first is called as the second from now on.
    Renamed(PathBuf, PathBuf),
    /// A file was removed.
    Removed(PathBuf),
}

/// Hears of every change of a file after it was made.
pub type Watch = Arc<dyn Fn(Change) + Send + Sync>;

/// The file system. What is written can be read by its owner only.
#[derive(Clone, Default)]
pub struct Disk {
    /// What is written can be read by whoever the user lets read new files.
    pub shared: bool,
    pub faults: Option<Faults>,
    pub watch: Option<Watch>,
}

/// An empty file that only its owner can read, whatever was there.
fn own(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::fs::Permissions;
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
        let open = options.mode(0o600).open(file)?;
        // One that a crash left behind keeps the rights that it was made with.
        open.set_permissions(Permissions::from_mode(0o600))?;
        Ok(open)
    }
    #[cfg(not(unix))]
    options.open(file)
}

impl Disk {
    fn step(&self, name: &str, path: &Path) -> io::Result<()> {
        match self.fault(name, path) {
            None | Some(Fault::Unsynced) => Ok(()),
            Some(Fault::Fail(kind)) => Err(kind.into()),
            Some(Fault::Partial(_)) => Err(io::ErrorKind::Other.into()),
        }
    }

    fn sync(
        &self,
        path: &Path,
        synced: impl FnOnce(PathBuf) -> Change,
        sync: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<()> {
        match self.fault("sync", path) {
            None => sync().map(|()| self.tell(|| synced(path.to_owned()))),
            Some(Fault::Unsynced) => Ok(()),
            Some(Fault::Fail(kind)) => Err(kind.into()),
            Some(Fault::Partial(_)) => Err(io::ErrorKind::Other.into()),
        }
    }

    fn tell(&self, change: impl FnOnce() -> Change) {
        if let Some(watch) = &self.watch {
            watch(change());
        }
    }

    fn fault(&self, name: &str, path: &Path) -> Option<Fault> {
        self.faults.as_ref().and_then(|faults| faults(name, path))
    }

    fn write(&self, name: &str, file: &mut File, path: &Path, bytes: &[u8]) -> io::Result<()> {
        match self.fault(name, path) {
            None | Some(Fault::Unsynced) => file.write_all(bytes),
            Some(Fault::Fail(kind)) => Err(kind.into()),
            Some(Fault::Partial(length)) => {
                file.write_all(&bytes[..length.min(bytes.len())])?;
                Err(io::ErrorKind::StorageFull.into())
            }
        }
    }

    /// The bytes of a file; `None` when it is not there.
    pub fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        match fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts a file in place whole: after a crash it is the old one or the new one. Durable when it returns.
    pub fn write_whole(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let temporary = temporary(path);
        let written = self.write_temporary(&temporary, bytes);
        let placed = written.and_then(|()| self.rename(&temporary, path));
        if placed.is_err() {
            // It may hold room that is needed; if it stays, the next write takes its place.
            let _ = self.remove(&temporary);
        }
        placed
    }

    fn write_temporary(&self, temporary: &Path, bytes: &[u8]) -> io::Result<()> {
        self.write_as(temporary, temporary, bytes)
    }

    /// Writes a file, whose steps are told as those of `named`.
    fn write_as(&self, named: &Path, file: &Path, bytes: &[u8]) -> io::Result<()> {
        self.step("create", named)?;
        let mut open = if self.shared { File::create(file)? } else { own(file)? };
        self.tell(|| Change::Created(file.to_owned()));
        self.write("write", &mut open, named, bytes)?;
        self.tell(|| Change::Wrote(file.to_owned(), bytes.to_owned()));
        self.sync(named, |_| Change::Synced(file.to_owned()), || open.sync_all())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step("rename", to)?;
        fs::rename(from, to)?;
        self.tell(|| Change::Renamed(from.to_owned(), to.to_owned()));
        self.sync_folder(to)
    }

    fn link(&self, file: &Path, name: &Path) -> io::Result<()> {
        fs::hard_link(file, name)?;
        self.tell(|| Change::Linked(file.to_owned(), name.to_owned()));
        Ok(())
    }

    /// Removes a file, if it is there, without a step.
    fn unlink(&self, path: &Path) -> io::Result<bool> {
        match fs::remove_file(path) {
            Ok(()) => {
                self.tell(|| Change::Removed(path.to_owned()));
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes `copy` what `path` is now, without a moment in which there is no copy.
    pub fn keep(&self, path: &Path, copy: &Path) -> io::Result<()> {
        let temporary = temporary(copy);
        self.unlink(&temporary)?;
        self.step("link", &temporary)?;
        if self.link(path, &temporary).is_err() {
            // There are file systems without hard links.
            fs::copy(path, &temporary)?;
        }
        self.step("rename", copy)?;
        fs::rename(&temporary, copy)?;
        self.tell(|| Change::Renamed(temporary, copy.to_owned()));
        Ok(())
    }

    /// Puts a new file in place whole, unless there is one. Whether it is new. Durable when it returns.
    pub fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<bool> {
        // Two who write the same file do not write the same temporary one, whose name is none of a document.
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let own = format!(".{name}.{}.{:?}", std::process::id(), std::thread::current().id());
        let temporary = path.with_file_name(own);
        let placed = self.write_as(path, &temporary, bytes).and_then(|()| {
            self.step("link", path)?;
            match self.link(&temporary, path) {
                Ok(()) => self.sync_folder(path).map(|()| true),
                // Who put it there may have died before it was durable.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    self.sync_folder(path).map(|()| false)
                }
                Err(error) => Err(error),
            }
        });
        // What is left of it has no name that anybody reads.
        let _ = self.unlink(&temporary);
        placed
    }

    /// Opens a file to add to it.
    pub fn open_to_append(&self, path: &Path) -> io::Result<File> {
        self.step("open", path)?;
        OpenOptions::new().append(true).open(path)
    }

    /// Adds to a file. Durable when it returns.
    pub fn append(&self, file: &mut File, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.write("append", file, path, bytes)?;
        self.tell(|| Change::Wrote(path.to_owned(), bytes.to_owned()));
        self.sync(path, Change::Synced, || file.sync_data())
    }

    /// Opens a file that is there to be locked, and makes it if it is not.
    pub fn open_lock(&self, path: &Path) -> io::Result<File> {
        let is_new = !path.exists();
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        if is_new {
            self.tell(|| Change::Created(path.to_owned()));
        }
        Ok(file)
    }

    /// Removes a file, if it is there. Durable when it returns.
    pub fn remove(&self, path: &Path) -> io::Result<()> {
        self.step("remove", path)?;
        if self.unlink(path)? { self.sync_folder(path) } else { Ok(()) }
    }

    /// Makes a folder and those above it up to `root`. Durable when it returns.
    pub fn create_folder(&self, folder: &Path, root: &Path) -> io::Result<()> {
        if folder.is_dir() {
            return Ok(());
        }
        self.step("create folder", folder)?;
        let new: Vec<&Path> = folder.ancestors().take_while(|above| !above.is_dir()).collect();
        fs::create_dir_all(folder)?;
        new.iter().rev().for_each(|new| self.tell(|| Change::Folder(new.to_path_buf())));
        folder
            .ancestors()
            .take_while(|above| above.starts_with(root))
            .try_for_each(|above| self.sync_folder(above))
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
            return Ok(());
        };
        self.sync(folder, Change::SyncedFolder, || {
            if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
        })
    }
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    name.into()
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn rights(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn only_its_owner_can_read_what_is_written_unless_it_is_shared() {
        let folder = tempfile::tempdir().unwrap();
        let (own, shared) = (folder.path().join("own"), folder.path().join("shared"));
        // A crash may have left one behind, with other rights.
        let left = temporary(&own);
        File::create(&left).unwrap().set_permissions(fs::Permissions::from_mode(0o666)).unwrap();
        Disk::default().write_whole(&own, b"x").unwrap();
        assert_eq!(rights(&own), 0o600);
        Disk { shared: true, ..Disk::default() }.write_whole(&shared, b"x").unwrap();
        let new = folder.path().join("new");
        drop(File::create(&new).unwrap());
        assert_eq!(rights(&shared), rights(&new));
    }
}
