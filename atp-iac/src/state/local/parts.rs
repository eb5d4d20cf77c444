//! The files of a stack one by one, whatever is wrong with them.

use super::files::StackFiles;
use crate::state::file::{journal, snapshot};
use crate::state::{Content, JournalPart, Parts, StateError, Version};
use std::path::Path;

impl StackFiles {
    pub fn parts(&self) -> Result<Parts, StateError> {
        let lock = self.check_lock();
        let mut paths = vec![self.snapshot_path(), self.journal_path(), self.marker_path()];
        if lock.is_err() {
            paths.extend([self.epoch_path(), self.holder_path()]);
        }
        let mut raw = Vec::new();
        for path in paths {
            if let Some(bytes) = self.load(&path)? {
                raw.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), bytes));
            }
        }
        Ok(Parts {
            lock,
            lineage: self.marker().map(|marker| marker.map(|marker| marker.lineage)),
            snapshot: self.read_snapshot(&self.snapshot_path()).and_then(|found| match found {
                None => self.check_never_deployed().map(|()| None),
                found => Ok(found),
            }),
            previous: self.read_snapshot(&self.previous_path()).ok().flatten(),
            journal: self.journal_part()?,
            raw,
        })
    }

    fn read_snapshot(&self, path: &Path) -> Result<Option<(Version, Content)>, StateError> {
        let Some(bytes) = self.load(path)? else { return Ok(None) };
        snapshot::decode(&path.display().to_string(), bytes).map(Some)
    }

    fn journal_part(&self) -> Result<JournalPart, StateError> {
        let path = self.journal_path();
        let Some(bytes) = self.load(&path)? else { return Ok(JournalPart::default()) };
        let (base, batches, damage) = journal::salvage(&path.display().to_string(), &bytes);
        Ok(JournalPart { base, batches, damage })
    }

    /// Puts a snapshot in the place of whatever is there. Cut off between two steps, what is there then is told as damage,
    /// and it is done again.
    pub fn overwrite(&self, content: &Content) -> Result<Version, StateError> {
        let path = self.snapshot_path();
        let (bytes, version) =
            snapshot::encode(content).map_err(|error| self.cannot_write(&path, error.into()))?;
        self.disk.write_whole(&path, &bytes).map_err(|source| self.cannot_write(&path, source))?;
        self.write_marker(&content.lineage)?;
        self.remove_file(&self.journal_path())?;
        Ok(version)
    }
}
