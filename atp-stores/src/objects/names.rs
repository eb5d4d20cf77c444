//! How objects are called.
//!
//! `<prefix>/<environment>/<region>/<stack>/` holds `head.json`, `snapshots/<epoch>-<serial>-<checksum>.json`,
//! `journal/<epoch>/<number>`, `epochs/<epoch>`, and a folder for each kind of documents. Numbers have leading zeros, so that the order of the
//! names is that of the numbers.

use atp_iac::StackName;
use atp_iac::state::{Folder, Version};
use object_store::path::Path;

/// Names of the objects of one stack.
#[derive(Debug, Clone)]
pub struct Names {
    folder: Path,
}

/// Which object of a journal: the epoch that wrote it, and its number under that epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub epoch: u64,
    pub number: u64,
}

/// Which snapshot, in the order in which they were put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Written {
    pub epoch: u64,
    pub serial: u64,
}

impl Names {
    pub fn new(prefix: &Path, stack: &StackName) -> Self {
        let StackName { environment, region, stack } = stack;
        let folder = prefix.clone().join(environment.as_str()).join(region.as_str()).join(stack.as_str());
        Names { folder }
    }

    pub fn head(&self) -> Path {
        self.folder.clone().join("head.json")
    }

    pub fn snapshots(&self) -> Path {
        self.folder.clone().join("snapshots")
    }

    /// The name of a snapshot within its folder.
    pub fn snapshot_name(epoch: u64, version: &Version) -> String {
        let checksum = version.checksum.trim_start_matches("sha256:");
        format!("{epoch:020}-{:020}-{checksum}.json", version.serial)
    }

    pub fn snapshot(&self, name: &str) -> Path {
        self.snapshots().join(name)
    }

    pub fn journal(&self) -> Path {
        self.folder.clone().join("journal")
    }

    pub fn journal_of(&self, epoch: u64) -> Path {
        self.journal().join(format!("{epoch:020}"))
    }

    pub fn batch(&self, place: Place) -> Path {
        self.journal_of(place.epoch).join(format!("{:020}", place.number))
    }

    pub fn epochs(&self) -> Path {
        self.folder.clone().join("epochs")
    }

    pub fn epoch(&self, epoch: u64) -> Path {
        self.epochs().join(format!("{epoch:020}"))
    }

    pub fn documents(&self, folder: Folder) -> Path {
        self.folder.clone().join(folder.name())
    }

    pub fn document(&self, folder: Folder, name: &str) -> Path {
        self.documents(folder).join(name)
    }
}

impl Place {
    /// From the name of an object of a journal; `None` of what somebody else put there.
    pub fn of(path: &Path) -> Option<Self> {
        let parts: Vec<_> = path.parts().collect();
        let [.., epoch, number] = parts.as_slice() else { return None };
        Some(Place { epoch: epoch.as_ref().parse().ok()?, number: number.as_ref().parse().ok()? })
    }
}

impl Written {
    /// From the name of a snapshot, likewise.
    pub fn of(path: &Path) -> Option<Self> {
        let mut parts = path.filename()?.split('-');
        Some(Written { epoch: parts.next()?.parse().ok()?, serial: parts.next()?.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_they_were_made_of() {
        let stack = StackName::new("test", "westeurope", "foundation").unwrap();
        let names = Names::new(&Path::from("a/b"), &stack);
        let place = Place { epoch: 7, number: 12 };
        assert_eq!(Place::of(&names.batch(place)), Some(place));
        let version = Version { lineage: "l".into(), serial: 3, checksum: "sha256:00ff".into() };
        let path = names.snapshot(&Names::snapshot_name(7, &version));
        assert_eq!(Written::of(&path), Some(Written { epoch: 7, serial: 3 }));
        assert_eq!(
            path.as_ref(),
            "a/b/test/westeurope/foundation/snapshots/00000000000000000007-00000000000000000003-00ff.json"
        );
    }
}
