//! State on disk: a snapshot, and a log of what changed since.
//!
//! The folder holds `snapshot.json`, `log.jsonl` and `lock`. Each request holds the lock exclusively, reads what other
//! processes appended, and appends its own changes as one line `{checksum} {changes}` in one write. A process that is
//! killed leaves at most a torn last line, which the next one drops.
//!
//! Invariant: replaying the whole log over the snapshot gives the state, whichever of the two is newer, because each
//! entry is a key with its whole value. So compaction may be interrupted between its two steps. The generation at the
//! start of the log only tells other processes that it was cut.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::cloud::Cloud;
use crate::store::Change;

/// Why the state on disk cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PersistenceError {
    /// The operating system refused.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// What was to be done.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The file is not what was written.
    #[error("`{}` is damaged: {problem}", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

type Result<T> = std::result::Result<T, PersistenceError>;

/// The state of one cloud on disk.
#[derive(Debug)]
pub(crate) struct Disk {
    folder: PathBuf,
    lock: File,
    log: File,
    /// Generation of the log that `offset` is in; none before the first load.
    generation: Option<u64>,
    offset: u64,
    snapshot_length: u64,
    /// The log is compacted when it is longer than this and than twice the snapshot.
    compact_from: u64,
}

impl Disk {
    pub fn open(folder: &Path, compact_from: u64) -> Result<Disk> {
        std::fs::create_dir_all(folder).map_err(failed("create the folder", folder))?;
        let open = |name: &str| {
            let path = folder.join(name);
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            options.open(&path).map_err(failed("open", &path))
        };
        Ok(Disk {
            lock: open("lock")?,
            log: open("log.jsonl")?,
            folder: folder.to_owned(),
            generation: None,
            offset: 0,
            snapshot_length: 0,
            compact_from,
        })
    }

    /// Waits until no other process uses the folder.
    pub fn lock(&self) -> Result<()> {
        self.lock.lock().map_err(failed("lock", &self.folder.join("lock")))
    }

    /// Lets other processes use the folder.
    pub fn unlock(&self) -> Result<()> {
        self.lock.unlock().map_err(failed("unlock", &self.folder.join("lock")))
    }

    /// The memory no longer says what the disk says: the next [`Disk::load`] reads everything.
    pub fn forget(&mut self) {
        self.generation = None;
    }

    fn log_path(&self) -> PathBuf {
        self.folder.join("log.jsonl")
    }

    fn snapshot_path(&self) -> PathBuf {
        self.folder.join("snapshot.json")
    }

    /// Brings `cloud` up to date with what other processes wrote.
    pub fn load(&mut self, cloud: &mut Cloud) -> Result<()> {
        let generation = self.read_generation()?;
        if generation.is_none() || generation != self.generation {
            cloud.store = Default::default();
            let stored = self.read_snapshot(cloud)?;
            self.generation = None;
            match generation {
                Some(_) => self.offset = HEADER as u64,
                None => self.start_log(stored)?,
            }
            self.read_tail(cloud)?;
            self.generation = Some(generation.unwrap_or(stored));
            return Ok(());
        }
        self.read_tail(cloud)
    }

    /// The generation at the start of the log; none when the log is new, or was cut and not started again.
    fn read_generation(&mut self) -> Result<Option<u64>> {
        let path = self.log_path();
        let mut header = Vec::new();
        self.log.seek(SeekFrom::Start(0)).map_err(failed("read", &path))?;
        let mut start = (&self.log).take(HEADER as u64);
        start.read_to_end(&mut header).map_err(failed("read", &path))?;
        if header.len() < HEADER {
            return Ok(None);
        }
        let generation = std::str::from_utf8(&header).ok().and_then(|text| text.trim().parse().ok());
        let problem = || "the log does not start with its generation".to_owned();
        generation.map(Some).ok_or_else(|| PersistenceError::Damaged { path, problem: problem() })
    }

    fn start_log(&mut self, generation: u64) -> Result<()> {
        let path = self.log_path();
        self.log.set_len(0).map_err(failed("cut", &path))?;
        self.log.seek(SeekFrom::Start(0)).map_err(failed("write", &path))?;
        let header = format!("{generation:>width$}\n", width = HEADER - 1);
        self.log.write_all(header.as_bytes()).map_err(failed("write", &path))?;
        self.offset = HEADER as u64;
        Ok(())
    }

    /// Reads the snapshot, and returns its generation.
    fn read_snapshot(&mut self, cloud: &mut Cloud) -> Result<u64> {
        let path = self.snapshot_path();
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(failed("read", &path)(error)),
        };
        self.snapshot_length = bytes.len() as u64;
        let damaged = |problem: String| PersistenceError::Damaged { path: path.clone(), problem };
        let text = std::str::from_utf8(&bytes).map_err(|error| damaged(error.to_string()))?;
        let (generation, line) = text.split_once('\n').unwrap_or_default();
        let generation = generation.trim().parse().map_err(|_| damaged("it has no generation".to_owned()))?;
        let changes = parse_line(line.trim_end()).ok_or_else(|| damaged("wrong checksum".to_owned()))?;
        changes.into_iter().for_each(|change| cloud.store.apply(change));
        Ok(generation)
    }

    /// Applies the lines after `offset`, and cuts off a torn last one.
    fn read_tail(&mut self, cloud: &mut Cloud) -> Result<()> {
        let path = self.log_path();
        let end = self.log.metadata().map_err(failed("read", &path))?.len();
        if end == self.offset {
            return Ok(());
        }
        let mut tail = Vec::new();
        self.log.seek(SeekFrom::Start(self.offset)).map_err(failed("read", &path))?;
        self.log.read_to_end(&mut tail).map_err(failed("read", &path))?;
        let mut rest = tail.as_slice();
        while let Some(length) = rest.iter().position(|byte| *byte == b'\n') {
            let (line, after) = rest.split_at(length + 1);
            let changes = std::str::from_utf8(&line[..length]).ok().and_then(parse_line);
            let Some(changes) = changes else {
                let problem = format!("wrong checksum at byte {}", self.offset);
                self.generation = None;
                return Err(PersistenceError::Damaged { path, problem });
            };
            changes.into_iter().for_each(|change| cloud.store.apply(change));
            self.offset += line.len() as u64;
            rest = after;
        }
        if !rest.is_empty() {
            self.log.set_len(self.offset).map_err(failed("cut", &path))?;
        }
        Ok(())
    }

    /// Writes what one request changed.
    pub fn append(&mut self, cloud: &mut Cloud) -> Result<()> {
        let changes = cloud.store.take_changes();
        if changes.is_empty() {
            return Ok(());
        }
        let path = self.log_path();
        let line = to_line(&changes, &path)?;
        let written =
            self.log.seek(SeekFrom::Start(self.offset)).and_then(|_| self.log.write_all(line.as_bytes()));
        if let Err(error) = written {
            // What was written of the line must not stay; if cutting fails, too, it is a torn line.
            let _ = self.log.set_len(self.offset);
            self.forget();
            return Err(failed("write", &path)(error));
        }
        self.offset += line.len() as u64;
        if self.offset > self.compact_from.max(2 * self.snapshot_length) {
            self.compact(cloud)?;
        }
        Ok(())
    }

    /// Writes a new snapshot and starts a new log.
    fn compact(&mut self, cloud: &mut Cloud) -> Result<()> {
        let (path, temporary) = (self.snapshot_path(), self.folder.join("snapshot.json.new"));
        let generation = self.generation.unwrap_or(0) + 1;
        cloud.prune();
        let text = format!("{generation}\n{}", to_line(&cloud.store.snapshot(), &path)?);
        let mut file = File::create(&temporary).map_err(failed("create", &temporary))?;
        file.write_all(text.as_bytes()).map_err(failed("write", &temporary))?;
        file.sync_all().map_err(failed("write", &temporary))?;
        std::fs::rename(&temporary, &path).map_err(failed("replace", &path))?;
        self.forget();
        self.start_log(generation)?;
        self.generation = Some(generation);
        self.snapshot_length = text.len() as u64;
        Ok(())
    }
}

/// Bytes of the first line of the log.
const HEADER: usize = 21;

fn failed(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> PersistenceError + use<> {
    let path = path.to_owned();
    move |source| PersistenceError::Io { action, path, source }
}

fn checksum(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn to_line(changes: &[Change], path: &Path) -> Result<String> {
    let text = serde_json::to_string(changes)
        .map_err(|error| PersistenceError::Damaged { path: path.to_owned(), problem: error.to_string() })?;
    Ok(format!("{} {text}\n", checksum(&text)))
}

fn parse_line(line: &str) -> Option<Vec<Change>> {
    let (sum, text) = line.split_once(' ')?;
    if sum != checksum(text) {
        return None;
    }
    serde_json::from_str(text).ok()
}
