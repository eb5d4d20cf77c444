//! What the command line needs from outside.

use crate::apply::Interrupt;
use crate::ports::{Clock, Random};
use crate::project::{Files, Revisions};
use crate::secrets::KeyProvider;
use crate::state::{Holder, Presence, RecoveryFiles, StateStore};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// The outside of one run.
pub struct Ports<'p> {
    /// Data.
    pub out: &'p mut (dyn Write + Send),
    /// Plans, progress, questions, errors.
    pub err: &'p mut (dyn Write + Send),
    /// What the streams are connected to.
    pub terminal: Terminal,
    /// Reads an environment variable.
    pub environment: &'p (dyn Fn(&str) -> Option<String> + Send + Sync),
    /// Where the process stands; absolute.
    pub current_dir: PathBuf,
    /// Reads the files of the project.
    pub files: &'p (dyn Files + Sync),
    /// Where saved plans and written programs are.
    pub plans: &'p (dyn PlanFiles + Sync),
    /// Knows what the files of the project were.
    pub revisions: &'p (dyn Revisions + Sync),
    /// Who runs this. The operation is filled in.
    pub holder: Holder,
    /// Reads the answer to a question. Called on terminals only.
    pub ask: &'p mut (dyn FnMut() -> Answer + Send),
    /// How often the user has pressed Ctrl-C.
    pub presses: watch::Receiver<u32>,
    /// Where states are kept, given the working directory.
    pub storage: &'p (dyn Fn(&Path) -> Storage + Sync),
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
}

/// Keeps saved plans and written programs, as files.
pub trait PlanFiles {
    /// The bytes of a file; `None` when there is no such file.
    ///
    /// # Errors
    /// When there is one and it cannot be read.
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>>;

    /// Puts a file in place whole: whatever happens, it is the old one or the new one.
    ///
    /// # Errors
    /// When it cannot be written. The old one is there then.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// The same with a file that only its owner can read, such as a plan.
    ///
    /// # Errors
    /// When it cannot be written. The old one is there then.
    fn write_private(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Makes a file that only its owner can read. Whether it is new: what is there stays as it is.
    ///
    /// # Errors
    /// When it cannot be written.
    fn create_private(&self, path: &Path, bytes: &[u8]) -> io::Result<bool>;
}

/// The disk of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiskPlans;

impl PlanFiles for DiskPlans {
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        crate::state::Disk::default().read(path)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        crate::state::Disk { shared: true, ..Default::default() }.write_whole(path, bytes)
    }

    fn write_private(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        crate::state::Disk::default().write_whole(path, bytes)
    }

    fn create_private(&self, path: &Path, bytes: &[u8]) -> io::Result<bool> {
        match crate::secrets::private(path) {
            Ok(mut file) => file.write_all(bytes).and_then(|()| file.sync_all()).map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// What the streams are connected to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal {
    /// Somebody can answer questions.
    pub input: bool,
    /// Somebody reads the error stream while it is written.
    pub error: bool,
    /// How many characters a line of it has.
    pub width: Option<usize>,
}

/// An answer to a question.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// What was typed, without the end of the line.
    Line(String),
    /// Nothing more can be read.
    End,
    /// Ctrl-C was pressed instead.
    Interrupted,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            // It may be a secret.
            Answer::Line(_) => "Line(..)",
            Answer::End => "End",
            Answer::Interrupted => "Interrupted",
        })
    }
}

/// Where states and the key to their secrets are kept.
#[derive(Clone)]
pub struct Storage {
    /// The states.
    pub store: Arc<dyn StateStore>,
    /// The keys.
    pub keys: Arc<dyn KeyProvider>,
    /// Where what could not be written into a state goes.
    pub recovery: Arc<dyn RecoveryFiles>,
    /// Where holders of locks show that they are alive.
    pub presence: Presence,
}

/// What one more press of Ctrl-C means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Press {
    /// Go on, and end soon.
    Continue,
    /// Leave at once.
    Leave,
}

/// The meaning of Ctrl-C while a plan is carried out: stop starting, then give up waiting, then leave.
pub(super) fn press(interrupt: &Interrupt, count: u32) -> Press {
    interrupt.raise();
    if count > 2 { Press::Leave } else { Press::Continue }
}
