//! A stack under work: locked, read, and written record by record.

mod fold;
mod ground;
mod own;

use self::ground::Ground;
use self::own::Own;
use super::backups::Retention;
use super::encoding::Encoding;
use super::writer::{Base, Entry, Writer};
use super::{Content, Holder, Lease, Record, StateError, StateStore, StateView, Version, Wait};
use crate::StackName;
use crate::history::Chronicle;
use crate::ports::{Clock, Random};
use crate::secrets::{DataKey, Fingerprints, KeyProvider, Sealer, WrappedKeys};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::OffsetDateTime;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// What a session needs from outside.
#[derive(Clone)]
pub struct SessionPorts {
    /// Where states are kept.
    pub store: Arc<dyn StateStore>,
    /// Who has the keys to their secrets.
    pub keys: Arc<dyn KeyProvider>,
    /// Stamps what is saved.
    pub clock: Arc<dyn Clock>,
    /// For the lineage and the key of a new stack.
    pub random: Arc<dyn Random>,
    /// How many snapshots are kept as they were.
    pub retention: Retention,
}

/// The right to change the state of a stack, and the journal of what is done with it.
///
/// Nothing is written before the first record. What was acknowledged is durable, whether the session is closed, dropped
/// or killed; the next one finds it.
pub struct StateSession {
    stack: StackName,
    ports: SessionPorts,
    lease: Lease,
    /// What the session found when it was opened.
    ground: Ground,
    /// The key of the next snapshot, when it is another one than that of the present one.
    next_key: Mutex<Option<NextKey>>,
    view: Mutex<StateView>,
    chronicle: Option<Chronicle>,
    /// What it keeps of the stack, once it gave the rest free.
    own: Mutex<Option<Own>>,
    /// Why the record of a run that was cut off could not be written.
    missed: Mutex<Option<StateError>>,
    writing: Mutex<Option<Writing>>,
    /// Something was recorded that is not durable.
    unwritten: AtomicBool,
}

/// What the next snapshot is sealed with.
struct NextKey {
    encoding: Encoding,
    keys: WrappedKeys,
}

/// How the key of a stack changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyChange {
    /// Another key: every secret is sealed anew.
    NewKey,
    /// The same key, wrapped by those who are to wrap it now.
    NewWrapping,
}

struct Writing {
    /// What is in the view and was not given to the writer yet.
    line: Vec<Entry>,
    queue: mpsc::UnboundedSender<Vec<Entry>>,
    task: JoinHandle<Base>,
}

impl Writing {
    /// Gives the writer what is in line. When it is gone, whoever waits for an entry hears of it.
    fn hand_over(&mut self) {
        if !self.line.is_empty() {
            let _ = self.queue.send(std::mem::take(&mut self.line));
        }
    }
}

/// Records that are in the view and in line to be written, behind whatever was recorded before.
#[must_use = "nothing says whether the records are durable but `durable`"]
pub struct Recording<'s> {
    session: &'s StateSession,
    answer: oneshot::Receiver<Result<(), Arc<StateError>>>,
}

impl Recording<'_> {
    /// Has the records written, with all that is in line when it is first waited for, and waits until they are durable.
    ///
    /// # Errors
    /// When they could not be written: then nothing more is written but the final snapshot.
    pub async fn durable(self) -> Result<(), StateError> {
        if let Some(writing) = &mut *self.session.lock_writing() {
            writing.hand_over();
        }
        match self.answer.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(StateError::Stopped(error)),
            Err(_) => Err(StateError::Closed(self.session.stack.clone())),
        }
    }
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// The snapshot that is there now; `None` when nothing was ever recorded of the stack.
    pub version: Option<Version>,
    /// Whether it is another one than before.
    pub changed: bool,
    /// What could not be done, though the state is safe.
    pub warnings: Vec<String>,
}

impl StateSession {
    /// Locks a stack and reads its state. What a crashed session recorded is in it.
    ///
    /// # Errors
    /// When somebody else has the lock, or the state is missing or damaged, or its secrets do not open.
    pub async fn open(
        ports: &SessionPorts,
        stack: &StackName,
        holder: &Holder,
        wait: Wait<'_>,
    ) -> Result<StateSession, StateError> {
        Self::open_with(ports, stack, holder, wait, None).await
    }

    /// The same, with a history: what the session changes has a record in it when the session is closed.
    ///
    /// # Errors
    /// Likewise.
    pub(crate) async fn open_with(
        ports: &SessionPorts,
        stack: &StackName,
        holder: &Holder,
        wait: Wait<'_>,
        chronicle: Option<Chronicle>,
    ) -> Result<StateSession, StateError> {
        let lease = ports.store.lock(stack, holder, wait).await?;
        Self::begin(ports, lease, chronicle).await
    }

    /// The same, for an update of a part of the stack: those who claimed something else may be at work beside it. Waits
    /// until the claims with the epochs `after` have ended.
    ///
    /// # Errors
    /// Likewise.
    pub(crate) async fn open_part(
        ports: &SessionPorts,
        stack: &StackName,
        holder: &Holder,
        (after, wait): (&[u64], Wait<'_>),
        chronicle: Option<Chronicle>,
    ) -> Result<StateSession, StateError> {
        let lease = ports.store.lock_part(stack, holder, after, wait).await?;
        Self::begin(ports, lease, chronicle).await
    }

    async fn begin(
        ports: &SessionPorts,
        lease: Lease,
        chronicle: Option<Chronicle>,
    ) -> Result<StateSession, StateError> {
        match Self::read(ports, lease.clone(), chronicle).await {
            Ok(session) => Ok(session),
            Err(error) => {
                // The first error is the one to report; the lock goes with the lease in any case.
                let _ = ports.store.unlock(&lease).await;
                Err(error)
            }
        }
    }

    async fn read(
        ports: &SessionPorts,
        lease: Lease,
        chronicle: Option<Chronicle>,
    ) -> Result<Self, StateError> {
        let mut ground = Ground::read(ports, &lease, chronicle.as_ref()).await?;
        let base = ground.base(ports, lease.stack())?;
        let writer = Writer { store: ports.store.clone(), lease: lease.clone(), base };
        let (queue, task) = writer.start();
        Ok(StateSession {
            stack: lease.stack().clone(),
            ports: ports.clone(),
            lease,
            next_key: Mutex::new(None),
            view: Mutex::new(ground.view.clone()),
            chronicle,
            own: Mutex::new(None),
            missed: Mutex::new(ground.missed.take()),
            ground,
            writing: Mutex::new(Some(Writing { line: Vec::new(), queue, task })),
            unwritten: AtomicBool::new(false),
        })
    }

    /// The stack.
    pub fn stack(&self) -> &StackName {
        &self.stack
    }

    /// The snapshot that was read when the session was opened; `None` of a new stack.
    pub fn version(&self) -> Option<&Version> {
        self.ground.version.as_ref()
    }

    /// Hash of all that was read when the session was opened, to compare with [`ReadState`](super::ReadState).
    pub fn digest(&self) -> Option<&str> {
        self.ground.digest.as_deref()
    }

    /// The history that the session writes, if it writes one.
    pub(crate) fn chronicle(&self) -> Option<&Chronicle> {
        self.chronicle.as_ref()
    }

    /// Fingerprints with the key of the stack.
    pub fn fingerprints(&self) -> &Fingerprints {
        self.ground.encoding.sealer().fingerprints()
    }

    /// The state as it is now, with what is being recorded.
    pub fn view(&self) -> StateView {
        self.lock_view().clone()
    }

    /// Looks at the state as it is now, without a copy. Must not wait for anything.
    pub fn with_view<R>(&self, look: impl FnOnce(&StateView) -> R) -> R {
        look(&self.lock_view())
    }

    fn lock_view(&self) -> MutexGuard<'_, StateView> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_writing(&self) -> MutexGuard<'_, Option<Writing>> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records something. Durable when it returns; what many record at once is made durable at once.
    ///
    /// # Errors
    /// When the record does not fit the state or cannot be stored: then the session goes on without it. When it could
    /// not be written: then nothing more is written but the final snapshot.
    pub async fn record(&self, record: Record) -> Result<(), StateError> {
        self.record_all(vec![record]).await
    }

    /// Records several things of which, after a crash, either all are there or none.
    ///
    /// # Errors
    /// Likewise; of records that do not fit, those before the first such one are recorded.
    pub async fn record_all(&self, records: Vec<Record>) -> Result<(), StateError> {
        if records.is_empty() {
            return Ok(());
        }
        let (recording, fits) = self.put_in_line(records)?;
        recording.durable().await?;
        fits
    }

    /// Records several things likewise, without waiting until they are durable: what is recorded next, and waited for,
    /// can be written together with them. A crash meanwhile loses them together with all that comes after them. Nothing
    /// is durable when all before it is.
    ///
    /// # Errors
    /// When a record does not fit the state or cannot be stored.
    pub fn begin_recording(&self, records: Vec<Record>) -> Result<Recording<'_>, StateError> {
        let (recording, fits) = self.put_in_line(records)?;
        fits.map(|()| recording)
    }

    /// Puts records in line, in the order in which they are applied. Says whether all of them fit.
    fn put_in_line(
        &self,
        mut records: Vec<Record>,
    ) -> Result<(Recording<'_>, Result<(), StateError>), StateError> {
        let now = self.now();
        {
            let view = self.lock_view();
            records.iter_mut().for_each(|record| stamp(&view, record, now));
        }
        let written: Vec<Vec<u8>> = records
            .iter()
            .map(|record| self.ground.encoding.write_record(record))
            .collect::<Result<_, _>>()?;
        let mut view = self.lock_view();
        let mut own = self.lock_own();
        let mut writing = self.lock_writing();
        let Some(writing) = &mut *writing else { return Err(StateError::Closed(self.stack.clone())) };
        let mut fitting = Vec::with_capacity(written.len());
        let mut fits = Ok(());
        for (record, text) in records.into_iter().zip(written) {
            fits = self.check_claim(own.as_ref(), &record).and_then(|()| view.apply(&record));
            if fits.is_err() {
                break;
            }
            fitting.push(text);
            own.iter_mut().for_each(|own| own.records.push(record.clone()));
        }
        if fitting.is_empty()
            && let Err(error) = fits
        {
            return Err(error);
        }
        let (done, answer) = oneshot::channel();
        writing.line.push(Entry { records: fitting.join(&b','), prepares: false, done });
        Ok((Recording { session: self, answer }, fits))
    }

    /// Has the snapshot that [`close`](Self::close) writes sealed with another key, or with the same one wrapped anew.
    /// Until then nothing changes: after a crash the state is one or the other. Who wraps the key then, in order.
    ///
    /// # Errors
    /// When the present key does not open, or the next one cannot be wrapped.
    pub async fn change_key(
        &self,
        ports: &SessionPorts,
        change: KeyChange,
    ) -> Result<WrappedKeys, StateError> {
        let secret = |source| StateError::Secret { stack: self.stack.clone().into(), source };
        let lineage = self.with_view(|view| view.lineage().to_owned());
        let key = match change {
            KeyChange::NewKey => DataKey::generate(&*ports.random).map_err(secret)?,
            KeyChange::NewWrapping => {
                ports.keys.unwrap_any(&self.ground.keys, &lineage).await.map_err(secret)?
            }
        };
        let keys = ports.keys.wrap_for_all(&key, &lineage).await.map_err(secret)?;
        let encoding = Encoding::new(self.stack.clone(), Sealer::new(&key, &lineage));
        *self.lock_next_key() = Some(NextKey { encoding, keys: keys.clone() });
        Ok(keys)
    }

    fn lock_next_key(&self) -> MutexGuard<'_, Option<NextKey>> {
        self.next_key.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> OffsetDateTime {
        let now = self.ports.clock.now();
        now.replace_nanosecond(0).unwrap_or(now)
    }

    /// Whether something was recorded that the store did not take, and that is nowhere but here. Known once the session was
    /// closed.
    pub fn has_unwritten(&self) -> bool {
        self.unwritten.load(Ordering::Relaxed)
    }

    /// The state as it is now, as the bytes of a snapshot file: for a recovery file when the store fails.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub fn export(&self) -> Result<Vec<u8>, StateError> {
        let content = self.content(self.version().map_or(0, |version| version.serial + 1))?;
        let encoded = super::file::snapshot::encode(&content);
        let file = "the recovery file".to_owned();
        encoded.map(|(bytes, _)| bytes).map_err(|error| StateError::Write { file, source: error.into() })
    }

    fn content(&self, serial: u64) -> Result<Content, StateError> {
        let view = self.lock_view();
        let next = self.lock_next_key();
        let Ground { encoding, keys, .. } = &self.ground;
        let (encoding, keys) = next.as_ref().map_or((encoding, keys), |next| (&next.encoding, &next.keys));
        let body = encoding.write_body(&view)?;
        Ok(Content { lineage: view.lineage().to_owned(), serial, keys: keys.clone(), body })
    }
}

/// When a resource was created and changed: what is saved again as it was keeps its times.
fn stamp(view: &StateView, record: &mut Record, now: OffsetDateTime) {
    let Record::Saved { resource, .. } = record else { return };
    (resource.created, resource.modified) = match view.object(&resource.urn, &resource.id) {
        Some(known) if known.same_content(resource) => (known.created, known.modified),
        Some(known) => (known.created, now),
        None => (now, now),
    };
}
