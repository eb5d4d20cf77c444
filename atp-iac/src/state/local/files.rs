//! The files of one stack.

use super::disk::Disk;
use crate::StackName;
use crate::state::file::{journal, snapshot};
use crate::state::{Content, StateError, Stored, Version};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

/// Where the files of a stack are.
#[derive(Clone)]
pub struct StackFiles {
    pub root: PathBuf,
    pub folder: PathBuf,
    pub stack: StackName,
    pub disk: Disk,
}

/// Says that a stack exists, so that a missing snapshot is noticed. Written once.
#[derive(Serialize, Deserialize)]
pub(super) struct Marker {
    pub lineage: String,
}

/// How the journal is written under one lease.
#[derive(Default)]
pub enum Writer {
    /// Nothing was written yet.
    #[default]
    Idle,
    /// Batches are added to this file.
    Open { file: File, framer: journal::Framer, base: Version },
    /// A write failed: what is at the end of the file is not known.
    Broken,
}

/// No header is as long as this.
const HEADER_LIMIT: u64 = 1 << 20;
/// How often a reader without the lock tries to find the same snapshot twice in a row.
const ATTEMPTS: usize = 20;

impl StackFiles {
    pub(super) fn snapshot_path(&self) -> PathBuf {
        self.folder.join("snapshot.json")
    }

    pub(super) fn previous_path(&self) -> PathBuf {
        self.folder.join("snapshot.previous.json")
    }

    pub(super) fn journal_path(&self) -> PathBuf {
        self.folder.join("journal.jsonl")
    }

    pub(super) fn marker_path(&self) -> PathBuf {
        self.folder.join("stack.json")
    }

    /// Whether the stack has a state, whole or not.
    pub fn exist(&self) -> bool {
        self.snapshot_path().exists() || self.marker_path().exists()
    }

    /// Reads without the lock: again when a writer put another snapshot in place meanwhile.
    pub fn read(&self) -> Result<Option<Stored>, StateError> {
        let mut before = self.claimed()?;
        for _ in 1..ATTEMPTS {
            let read = self.read_once();
            let after = self.claimed()?;
            if before == after {
                return read;
            }
            before = after;
        }
        self.read_once()
    }

    fn read_once(&self) -> Result<Option<Stored>, StateError> {
        let path = self.snapshot_path();
        let Some(bytes) = self.load(&path)? else {
            return self.check_never_deployed().map(|()| None);
        };
        let (version, content) = snapshot::decode(&path.display().to_string(), bytes)?;
        if let Some(marker) = self.marker()? {
            check_lineage(&self.marker_path(), &version.lineage, &marker.lineage)?;
        }
        let journal = self.read_journal(&version)?;
        Ok(Some(Stored { version, content, journal }))
    }

    /// The batches that belong to a snapshot. Those of an older one are in the snapshot already.
    fn read_journal(&self, version: &Version) -> Result<Vec<Vec<u8>>, StateError> {
        let path = self.journal_path();
        let Some(bytes) = self.load(&path)? else { return Ok(Vec::new()) };
        let file = path.display().to_string();
        let (base, batches) = journal::decode(&file, &bytes)?;
        check_lineage(&path, &version.lineage, &base.lineage)?;
        if base.serial < version.serial {
            return Ok(Vec::new());
        }
        if base != *version {
            let what = format!("it continues {base}, and the snapshot beside it is {version}");
            return Err(StateError::Corrupt { file, what });
        }
        Ok(batches)
    }

    /// What the header of the snapshot says.
    fn claimed(&self) -> Result<Option<Version>, StateError> {
        let path = self.snapshot_path();
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.cannot_read(&path, source)),
        };
        let mut header = Vec::new();
        let read = BufReader::new(file.take(HEADER_LIMIT)).read_until(b'\n', &mut header);
        read.map_err(|source| self.cannot_read(&path, source))?;
        snapshot::peek(&path.display().to_string(), &header).map(Some)
    }

    /// That a missing snapshot means that there never was one.
    pub(super) fn check_never_deployed(&self) -> Result<(), StateError> {
        let marker = self.marker()?;
        if marker.is_none() && !self.journal_path().exists() {
            return Ok(());
        }
        Err(StateError::Missing {
            stack: self.stack.clone().into(),
            file: self.snapshot_path().display().to_string(),
            lineage: marker.map_or_else(|| "unknown".into(), |marker| marker.lineage),
        })
    }

    pub(super) fn marker(&self) -> Result<Option<Marker>, StateError> {
        let path = self.marker_path();
        let Some(bytes) = self.load(&path)? else { return Ok(None) };
        let file = path.display().to_string();
        if bytes.is_empty() {
            return Err(StateError::Empty { file });
        }
        let read = serde_json::from_slice(&bytes);
        read.map(Some).map_err(|error| StateError::Corrupt { file, what: error.to_string() })
    }

    /// Puts a snapshot in place, if the one that is there is the expected one.
    pub fn replace(&self, expected: Option<&Version>, content: &Content) -> Result<Version, StateError> {
        self.check_version(expected)?;
        let marker = self.marker()?;
        if let Some(marker) = &marker {
            check_lineage(&self.marker_path(), &marker.lineage, &content.lineage)?;
        }
        let path = self.snapshot_path();
        let (bytes, version) =
            snapshot::encode(content).map_err(|error| self.cannot_write(&path, error.into()))?;
        if expected.is_some() {
            let previous = self.previous_path();
            self.disk.keep(&path, &previous).map_err(|source| self.cannot_write(&previous, source))?;
        }
        self.disk.write_whole(&path, &bytes).map_err(|source| self.cannot_write(&path, source))?;
        if marker.is_none() {
            self.write_marker(&content.lineage)?;
        }
        self.remove_file(&self.journal_path())?;
        Ok(version)
    }

    pub(super) fn write_marker(&self, lineage: &str) -> Result<(), StateError> {
        let path = self.marker_path();
        let text = serde_json::to_vec(&Marker { lineage: lineage.into() }).map_err(io::Error::from);
        text.and_then(|text| self.disk.write_whole(&path, &text))
            .map_err(|source| self.cannot_write(&path, source))
    }

    /// That the snapshot is the expected one.
    fn check_version(&self, expected: Option<&Version>) -> Result<(), StateError> {
        let found = self.claimed()?;
        if found.is_none() {
            self.check_never_deployed()?;
        }
        if found.as_ref() == expected {
            return Ok(());
        }
        let name = |version: Option<&Version>| version.map_or_else(|| "none".to_owned(), Version::to_string);
        Err(StateError::Changed {
            stack: self.stack.clone().into(),
            expected: name(expected),
            found: name(found.as_ref()),
        })
    }

    /// Adds a batch to the journal.
    pub fn append(&self, writer: &mut Writer, base: &Version, batch: &[u8]) -> Result<(), StateError> {
        let path = self.journal_path();
        let (appended, next) = match std::mem::replace(writer, Writer::Broken) {
            Writer::Idle => match self.begin_journal(base, batch) {
                Ok(open) => (Ok(()), open),
                Err(error) => (Err(error), Writer::Broken),
            },
            Writer::Open { mut file, mut framer, base: own } if own == *base => {
                let line = framer.frame(batch);
                match self.disk.append(&mut file, &path, &line) {
                    Ok(()) => (Ok(()), Writer::Open { file, framer, base: own }),
                    Err(source) => (Err(self.cannot_write(&path, source)), Writer::Broken),
                }
            }
            Writer::Open { .. } | Writer::Broken => {
                let source = io::Error::other("an earlier write to it failed");
                (Err(self.cannot_write(&path, source)), Writer::Broken)
            }
        };
        *writer = next;
        appended
    }

    /// A new journal with its first batch. One that belongs to an older snapshot makes room; no other does.
    fn begin_journal(&self, base: &Version, batch: &[u8]) -> Result<Writer, StateError> {
        self.check_version(Some(base))?;
        if !self.read_journal(base)?.is_empty() {
            return Err(StateError::Changed {
                stack: self.stack.clone().into(),
                expected: base.to_string(),
                found: format!("{base} and a journal"),
            });
        }
        let path = self.journal_path();
        let failed = |source| self.cannot_write(&path, source);
        let (mut framer, mut bytes) = journal::Framer::begin(base).map_err(|error| failed(error.into()))?;
        bytes.extend(framer.frame(batch));
        self.disk.write_whole(&path, &bytes).map_err(failed)?;
        let file = self.disk.open_to_append(&path).map_err(failed)?;
        Ok(Writer::Open { file, framer, base: base.clone() })
    }

    /// Drops the journal of a snapshot.
    pub fn discard_journal(&self, base: &Version) -> Result<(), StateError> {
        self.check_version(Some(base))?;
        self.remove_file(&self.journal_path())
    }

    /// Forgets the stack. The snapshot goes last: until then there is something to start again from.
    pub fn remove(&self, expected: &Version) -> Result<(), StateError> {
        self.check_version(Some(expected))?;
        for path in [self.marker_path(), self.journal_path(), self.previous_path(), self.snapshot_path()] {
            self.remove_file(&path)?;
        }
        Ok(())
    }

    pub(super) fn remove_file(&self, path: &Path) -> Result<(), StateError> {
        self.disk.remove(path).map_err(|source| self.cannot_write(path, source))
    }

    pub(super) fn load(&self, path: &Path) -> Result<Option<Vec<u8>>, StateError> {
        self.disk.read(path).map_err(|source| self.cannot_read(path, source))
    }

    pub fn cannot_read(&self, path: &Path, source: io::Error) -> StateError {
        StateError::Read { file: path.display().to_string(), source }
    }

    pub fn cannot_write(&self, path: &Path, source: io::Error) -> StateError {
        StateError::Write { file: path.display().to_string(), source }
    }
}

fn check_lineage(path: &Path, expected: &str, found: &str) -> Result<(), StateError> {
    if expected == found {
        return Ok(());
    }
    Err(StateError::LineageMismatch {
        file: path.display().to_string(),
        expected: expected.into(),
        found: found.into(),
    })
}
