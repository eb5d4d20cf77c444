//! Whether those who hold locks are alive, where this machine can know it: signs beside each other in a folder.
//!
//! A lock in a store that a team shares stays for a while when its holder is killed, since nobody can tell that one from a
//! holder who is slow. On the machine of the holder one can: before he takes a lock he makes a file with its name there, and
//! keeps a lock of the operating system on it, which ends with his process, however that ends. Who finds the file and can
//! lock it knows that the holder is gone; who does not find it knows nothing.
//!
//! Names of locks are random, so that neither a process id that is given out again nor containers of the same host name are
//! mistaken for the holder. A folder that machines share is no proof, since locks of the operating system may not reach
//! from one to the other: the file says on which host it was made, and counts nowhere else.

use crate::StackName;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// No name of a host is as long as this.
const HOST_LIMIT: u64 = 1 << 10;

/// Where holders of locks show that they are alive. The default is nowhere: then nobody is known to be gone.
#[derive(Debug, Clone, Default)]
pub struct Presence {
    place: Option<Place>,
}

#[derive(Debug, Clone)]
struct Place {
    folder: PathBuf,
    host: String,
}

/// Shows that the holder of a lock is alive, until it is dropped or its process ends.
#[derive(Debug, Default)]
pub struct Sign {
    held: Option<(PathBuf, File)>,
}

impl Presence {
    /// In a folder of this machine, which is made when it is needed.
    pub fn new(folder: impl Into<PathBuf>, host: impl Into<String>) -> Self {
        Presence { place: Some(Place { folder: folder.into(), host: host.into() }) }
    }

    /// Shows that whoever is about to take the lock of this name is alive. The name is of letters, digits and `-`. Where
    /// that cannot be shown, others wait for the lock as for one of another machine.
    pub fn show(&self, stack: &StackName, lock: &str) -> Sign {
        let shown = self.place.as_ref().and_then(|place| place.show(stack, lock).ok());
        Sign { held: shown }
    }

    /// The locks of a stack whose holders were here and are gone.
    pub fn gone(&self, stack: &StackName) -> Vec<String> {
        let Some(place) = &self.place else { return Vec::new() };
        let names = place.signs(stack).into_iter().filter(|path| place.is_gone(path));
        names.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect()
    }

    /// After a lock of the stack was taken: the signs of those who are gone are of no use any more.
    pub fn clear(&self, stack: &StackName) {
        let Some(place) = &self.place else { return };
        for path in place.signs(stack).into_iter().filter(|path| place.is_gone(path)) {
            // If it stays, the next one removes it.
            let _ = fs::remove_file(path);
        }
    }
}

impl Place {
    fn folder(&self, stack: &StackName) -> PathBuf {
        self.folder.join(stack.to_string())
    }

    fn show(&self, stack: &StackName, lock: &str) -> io::Result<(PathBuf, File)> {
        let folder = self.folder(stack);
        fs::create_dir_all(&folder)?;
        let path = folder.join(lock);
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        let locked = file.try_lock().map_err(io::Error::from);
        match locked.and_then(|()| file.write_all(self.host.as_bytes())) {
            Ok(()) => Ok((path, file)),
            Err(error) => {
                let _ = fs::remove_file(&path);
                Err(error)
            }
        }
    }

    fn signs(&self, stack: &StackName) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder(stack)).into_iter().flatten();
        entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect()
    }

    /// Whether the sign was made on this host by a process that ended. What cannot be read or locked shows nothing.
    fn is_gone(&self, path: &Path) -> bool {
        let free = || -> io::Result<bool> {
            let file = File::open(path)?;
            file.try_lock_shared()?;
            let mut host = String::new();
            file.take(HOST_LIMIT).read_to_string(&mut host)?;
            Ok(host == self.host)
        };
        free().unwrap_or(false)
    }
}

impl Sign {
    /// The lock was given back, or not taken.
    pub fn withdraw(&self) {
        if let Some((path, _)) = &self.held {
            // If it stays, it is one of somebody who is gone.
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::stores::sample::stack;

    fn presence() -> (tempfile::TempDir, Presence) {
        let folder = tempfile::tempdir().unwrap();
        let presence = Presence::new(folder.path(), "desk");
        (folder, presence)
    }

    #[test]
    fn a_holder_is_gone_when_his_sign_is_there_and_he_does_not_hold_it() {
        let (_folder, presence) = presence();
        let sign = presence.show(&stack(), "one");
        assert_eq!(presence.gone(&stack()), Vec::<String>::new(), "he is alive");
        drop(sign);
        assert_eq!(presence.gone(&stack()), ["one"]);
        let second = presence.show(&stack(), "two");
        presence.clear(&stack());
        assert_eq!(presence.gone(&stack()), Vec::<String>::new());
        drop(second);
        assert_eq!(presence.gone(&stack()), ["two"], "the sign of who is alive was left alone");
    }

    #[test]
    fn who_gave_his_lock_back_is_not_gone() {
        let (_folder, presence) = presence();
        let sign = presence.show(&stack(), "one");
        sign.withdraw();
        drop(sign);
        assert_eq!(presence.gone(&stack()), Vec::<String>::new());
    }

    #[test]
    fn a_sign_of_another_host_or_without_a_host_or_of_another_stack_shows_nothing() {
        let (folder, presence) = presence();
        drop(Presence::new(folder.path(), "server").show(&stack(), "one"));
        fs::write(folder.path().join(stack().to_string()).join("two"), "").unwrap();
        let other = StackName::new("prod", "north", "other").unwrap();
        drop(presence.show(&other, "three"));
        assert_eq!(presence.gone(&stack()), Vec::<String>::new());
        assert_eq!(presence.gone(&other), ["three"]);
    }

    #[test]
    fn where_nothing_can_be_shown_nobody_is_gone() {
        let (folder, _) = presence();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        for presence in [Presence::default(), Presence::new(&file, "desk")] {
            drop(presence.show(&stack(), "one"));
            assert_eq!(presence.gone(&stack()), Vec::<String>::new());
            presence.clear(&stack());
        }
    }
}
