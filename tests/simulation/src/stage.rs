//! What everything in a run shares: the time, the cloud, what is kept of the state, and what was seen.

use crate::dice::Dice;
use crate::local::Folder;
use crate::time::VirtualTime;
use crate::trace::Trace;
use atp_azure_sim::Simulator;
use atp_iac::StackName;
use atp_iac::state::{MemoryStore, StateStore, StateView, read_state};
use atp_iac::testing::KeyInClear;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What everything in a run shares.
pub(crate) struct Stage {
    pub time: Arc<VirtualTime>,
    pub simulator: Simulator,
    pub store: Arc<dyn StateStore>,
    pub stack: StackName,
    /// Whether networks and stores have faults now.
    pub weather: Mutex<Weather>,
    pub trace: Mutex<Trace>,
    /// Texts that no byte of a store may have in it.
    pub secrets: Mutex<Vec<String>>,
    /// Where the state is, which is elsewhere in every run.
    place: String,
    /// How far the state had come when it was last looked at: its lineage and its serial.
    latest: Mutex<Option<(String, u64)>>,
    violations: Mutex<Vec<String>>,
}

/// How bad it is at present, and the dice that decide about each step.
#[derive(Debug)]
pub(crate) struct Weather {
    pub dice: Dice,
    /// One write in so many fails; 0 for none.
    pub write_fails: u64,
    /// How long a request takes to the cloud, and an answer back, at most, in milliseconds.
    pub latency: u64,
    /// How long a write takes at most, in milliseconds.
    pub disk: u64,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stage {
    pub fn new(
        time: Arc<VirtualTime>,
        simulator: Simulator,
        stack: StackName,
        folder: Option<Arc<Folder>>,
        dice: Dice,
    ) -> Arc<Self> {
        let weather = Weather { dice, write_fails: 0, latency: 50, disk: 5 };
        let place = folder.as_ref().map_or_else(|| "memory".to_owned(), |folder| folder.path());
        Arc::new_cyclic(|stage| {
            let store: Arc<dyn StateStore> = match folder {
                Some(folder) => Arc::new(folder.store(stage.clone())),
                None => Arc::new(MemoryStore::new(time.clone())),
            };
            Stage {
                time,
                simulator,
                store,
                stack,
                place,
                weather: Mutex::new(weather),
                trace: Mutex::default(),
                secrets: Mutex::default(),
                latest: Mutex::default(),
                violations: Mutex::default(),
            }
        })
    }

    /// Notes what happened now.
    pub fn note(&self, what: &str) {
        lock(&self.trace).note(self.time.passed(), &what.replace(&self.place, "STATE"));
    }

    /// Something that must not be was seen.
    pub fn violated(&self, what: impl Into<String>) {
        let what = what.into();
        self.note(&format!("VIOLATED: {what}"));
        lock(&self.violations).push(what);
    }

    /// Says what must not be, if that was seen.
    pub fn verdict(&self) -> Result<(), String> {
        let violations = lock(&self.violations);
        if violations.is_empty() { Ok(()) } else { Err(violations.join("\n")) }
    }

    /// What is kept of the state at this instant: it must be readable at any.
    pub fn state(&self) -> Option<StateView> {
        let read = read_state(self.store.as_ref(), &self.stack, &KeyInClear);
        let read = match crate::local::now(read) {
            Ok(read) => read?,
            Err(error) => {
                self.violated(format!("the state cannot be read: {error}"));
                return None;
            }
        };
        let (lineage, serial) = (read.version.lineage, read.version.serial);
        let mut latest = lock(&self.latest);
        match &*latest {
            Some((known, at)) if *known != lineage || *at > serial => {
                self.violated(format!("the state went from {known}/{at} to {lineage}/{serial}"));
            }
            _ => *latest = Some((lineage, serial)),
        }
        Some(read.view)
    }

    /// That a secret is not in what a store is given.
    pub fn check_bytes(&self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        if let Some(secret) = lock(&self.secrets).iter().find(|secret| text.contains(secret.as_str())) {
            self.violated(format!("the store was given the secret {secret}"));
        }
    }
}
