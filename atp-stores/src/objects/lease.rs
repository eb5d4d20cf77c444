//! A lease: the right of one holder to write, as long as no other head was put in the place of his.
//!
//! The lock expires a minute after it was renewed last, by the clock of whoever looks. Clocks may differ: a lock that is
//! taken from a holder who is still at work stops that holder, and loses nothing.

use super::head::{Head, Lock};
use super::journal::{Phase, Writer};
use super::names::Names;
use super::requests::Requests;
use atp_iac::StackName;
use atp_iac::state::{Sign, StateError};
use object_store::UpdateVersion;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::AbortHandle;

/// How long a lock stays after it was renewed.
pub const LEASE: Duration = Duration::from_secs(60);
/// How often it is renewed.
const RENEWAL: Duration = Duration::from_secs(20);
/// How often a head is put again whose predecessor turned out to be another one that this lease had put.
const ATTEMPTS: u32 = 3;

/// What a lease of this store holds.
pub struct Held {
    pub requests: Requests,
    pub names: Names,
    pub stack: StackName,
    pub epoch: u64,
    nonce: String,
    sign: Sign,
    /// Orders what the holder does with the state. Taken before the head.
    pub writer: Mutex<Writer>,
    /// The head that this lease put last. Orders renewals and the rest.
    head: Mutex<Own>,
    over: AtomicBool,
    renewal: OnceLock<AbortHandle>,
}

struct Own {
    head: Head,
    version: UpdateVersion,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(renewal) = self.renewal.get() {
            renewal.abort();
        }
    }
}

impl Held {
    /// Of a head that was just put, with a lock of this nonce.
    pub fn new(
        requests: Requests,
        names: Names,
        stack: StackName,
        head: Head,
        version: UpdateVersion,
        nonce: String,
        sign: Sign,
    ) -> Arc<Self> {
        let writer = Writer { next: 0, base: head.version().cloned(), phase: Phase::Unknown };
        let held = Arc::new(Held {
            requests,
            names,
            stack,
            epoch: head.epoch,
            nonce,
            sign,
            writer: Mutex::new(writer),
            head: Mutex::new(Own { head, version }),
            over: AtomicBool::new(false),
            renewal: OnceLock::new(),
        });
        let renewal = tokio::spawn(renew(Arc::downgrade(&held)));
        // It was made a line above and has none yet.
        let _ = held.renewal.set(renewal.abort_handle());
        held
    }

    /// All epochs before this one are sealed: whoever comes next need not look at them, once this lease puts a head.
    pub async fn sealed(&self) {
        self.head.lock().await.head.ended = self.epoch - 1;
    }

    /// That the lease was neither given back nor lost.
    pub fn check(&self) -> Result<(), StateError> {
        match self.over.load(Ordering::Acquire) {
            true => Err(self.lost()),
            false => Ok(()),
        }
    }

    fn lost(&self) -> StateError {
        StateError::LockLost { stack: self.stack.clone().into() }
    }

    /// The head, as this lease put it last.
    pub async fn head(&self) -> Head {
        self.head.lock().await.head.clone()
    }

    /// Puts another head in the place of the one that this lease put last.
    ///
    /// # Errors
    /// When somebody else put one since: then nothing is changed.
    pub async fn change(&self, edit: impl Fn(&mut Head) + Send + Sync) -> Result<(), StateError> {
        let mut own = self.head.lock().await;
        self.check()?;
        let path = self.names.head();
        for _ in 0..ATTEMPTS {
            let mut next = own.head.clone();
            edit(&mut next);
            let bytes = encode(&self.requests, &self.names, &next)?;
            match self.requests.update(&path, bytes, own.version.clone()).await? {
                Some(version) => {
                    *own = Own { head: next, version };
                    return Ok(());
                }
                None => *own = self.find().await?,
            }
        }
        let source = std::io::Error::other("it changes all the time");
        Err(StateError::Write { file: self.requests.file(&path), source })
    }

    /// The head that is there, if it is still one that this lease put: such as one of which it was told that it failed.
    async fn find(&self) -> Result<Own, StateError> {
        let path = self.names.head();
        let Some(found) = self.requests.get(&path).await? else {
            self.over.store(true, Ordering::Release);
            return Err(self.lost());
        };
        let head = Head::decode(&self.requests.file(&path), &found.bytes)?;
        if head.epoch != self.epoch {
            return Err(self.fenced(head.epoch));
        }
        if head.lock.as_ref().is_none_or(|lock| lock.nonce != self.nonce) {
            self.over.store(true, Ordering::Release);
            return Err(self.lost());
        }
        Ok(Own { head, version: found.version })
    }

    /// That the head is still one that this lease put.
    pub async fn verify(&self) -> Result<(), StateError> {
        self.find().await.map(|_| ())
    }

    fn fenced(&self, newest: u64) -> StateError {
        StateError::Fenced { stack: self.stack.clone().into(), held: self.epoch, newest }
    }

    /// Why a batch of this lease was refused.
    pub async fn refused(&self) -> StateError {
        match self.find().await {
            Ok(own) => self.fenced(own.head.epoch),
            Err(error) => error,
        }
    }

    /// Gives the lock back. What comes of batches that failed is not known: then the next holder seals the journal.
    pub async fn release(&self) -> Result<(), StateError> {
        let settled = !matches!(self.writer.lock().await.phase, Phase::Broken);
        self.change(|head| {
            head.lock = None;
            if settled {
                head.ended = head.epoch;
            }
        })
        .await?;
        self.over.store(true, Ordering::Release);
        self.sign.withdraw();
        Ok(())
    }
}

/// The bytes of a head.
pub fn encode(requests: &Requests, names: &Names, head: &Head) -> Result<Vec<u8>, StateError> {
    let file = || requests.file(&names.head());
    head.encode().map_err(|error| StateError::Write { file: file(), source: error.into() })
}

/// Renews a lock until its lease is dropped, given back, or lost.
async fn renew(held: Weak<Held>) {
    loop {
        let Some(clock) = held.upgrade().map(|held| held.requests.clock.clone()) else { return };
        clock.deadline(RENEWAL).await;
        let Some(held) = held.upgrade() else { return };
        let expires = clock.now() + LEASE;
        let nonce = held.nonce.as_str();
        let renewed = held.change(|head| {
            head.lock
                .iter_mut()
                .filter(|lock| lock.nonce == nonce)
                .for_each(|Lock { expires: until, .. }| *until = expires);
        });
        match renewed.await {
            // The network may come back in time; and when it does not, no harm is done.
            Ok(()) | Err(StateError::Read { .. } | StateError::Write { .. }) => {}
            Err(_) => return,
        }
    }
}
