//! A stack under work: locked, read, and written record by record.

use super::backups::{Keeper, Retention};
use super::encoding::Encoding;
use super::read::{digest, replay_journal, snapshot, unlock_secrets};
use super::writer::{Base, Entry, Writer};
use super::{
    Content, HistoryHead, Holder, Lease, Record, Snapshot, StateError, StateStore, StateView, Version, Wait,
};
use crate::StackName;
use crate::history::Chronicle;
use crate::ports::{Clock, Random, random_uuid};
use crate::secrets::{DataKey, Fingerprints, KeyProvider, Sealer, SecretError, WrappedKeys};
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
    store: Arc<dyn StateStore>,
    clock: Arc<dyn Clock>,
    lease: Lease,
    encoding: Encoding,
    keys: WrappedKeys,
    /// The key of the next snapshot, when it is another one than that of the present one.
    next_key: Mutex<Option<NextKey>>,
    version: Option<Version>,
    digest: Option<String>,
    /// The state as it was when the session was opened.
    opened: StateView,
    view: Mutex<StateView>,
    chronicle: Option<Chronicle>,
    /// Whether a run that was cut off had left a journal.
    replayed: bool,
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
        match Self::read(ports, stack, lease.clone(), chronicle).await {
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
        stack: &StackName,
        lease: Lease,
        chronicle: Option<Chronicle>,
    ) -> Result<Self, StateError> {
        let stored = ports.store.read(stack).await?;
        let (encoding, keys, view) = match &stored {
            Some(stored) => {
                let encoding = unlock_secrets(stack, &stored.content, &*ports.keys).await?;
                let view = snapshot(&encoding, stored)?;
                (encoding, stored.content.keys.clone(), view)
            }
            None => Self::create(ports, stack).await?,
        };
        let (mut view, before) = (view.clone(), view);
        let mut missed = None;
        if let Some(stored) = stored.as_ref().filter(|stored| !stored.journal.is_empty()) {
            replay_journal(&encoding, stored, &mut view)?;
            if let Some(chronicle) = &chronicle {
                let read = (&stored.version, digest(stored));
                let fingerprints = encoding.sealer().fingerprints();
                let views = (&before, &view);
                match Box::pin(chronicle.cut_off(views, (read.0, &read.1), fingerprints)).await {
                    Ok(head) => view.set_history(head),
                    Err(error) => missed = Some(error),
                }
            }
        }
        let digest = stored.as_ref().map(digest);
        let (version, body, journal) = match stored {
            Some(stored) => (Some(stored.version), stored.content.body, !stored.journal.is_empty()),
            None => (None, Vec::new(), false),
        };
        let prepared = if version.is_none() || journal {
            let lineage = view.lineage().to_owned();
            // Its serial is known when it is written.
            Some(Content { lineage, serial: 0, keys: keys.clone(), body: encoding.write_body(&view)? })
        } else {
            None
        };
        let backups = Keeper::new(ports.store.clone(), stack.clone(), ports.retention);
        let base = Base {
            version: version.clone(),
            body,
            keys: keys.clone(),
            prepared,
            journal,
            stopped: None,
            backups,
        };
        let writer = Writer { store: ports.store.clone(), lease: lease.clone(), base };
        let (queue, task) = writer.start();
        Ok(StateSession {
            stack: stack.clone(),
            store: ports.store.clone(),
            clock: ports.clock.clone(),
            lease,
            encoding,
            keys,
            next_key: Mutex::new(None),
            version,
            digest,
            opened: view.clone(),
            view: Mutex::new(view),
            chronicle,
            replayed: journal,
            missed: Mutex::new(missed),
            writing: Mutex::new(Some(Writing { line: Vec::new(), queue, task })),
            unwritten: AtomicBool::new(false),
        })
    }

    async fn create(
        ports: &SessionPorts,
        stack: &StackName,
    ) -> Result<(Encoding, WrappedKeys, StateView), StateError> {
        let secret = |source: SecretError| StateError::Secret { stack: stack.clone().into(), source };
        let lineage = random_uuid(&*ports.random)?;
        let key = DataKey::generate(&*ports.random).map_err(secret)?;
        let wrapped = ports.keys.wrap_for_all(&key, &lineage).await.map_err(secret)?;
        let encoding = Encoding::new(stack.clone(), Sealer::new(&key, &lineage));
        let view = StateView::new(Snapshot::empty(stack.clone(), lineage))?;
        Ok((encoding, wrapped, view))
    }

    /// The stack.
    pub fn stack(&self) -> &StackName {
        &self.stack
    }

    /// The snapshot that was read when the session was opened; `None` of a new stack.
    pub fn version(&self) -> Option<&Version> {
        self.version.as_ref()
    }

    /// Hash of all that was read when the session was opened, to compare with [`ReadState`](super::ReadState).
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// The history that the session writes, if it writes one.
    pub(crate) fn chronicle(&self) -> Option<&Chronicle> {
        self.chronicle.as_ref()
    }

    /// Fingerprints with the key of the stack.
    pub fn fingerprints(&self) -> &Fingerprints {
        self.encoding.sealer().fingerprints()
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
        let written: Vec<Vec<u8>> =
            records.iter().map(|record| self.encoding.write_record(record)).collect::<Result<_, _>>()?;
        let mut view = self.lock_view();
        let mut writing = self.lock_writing();
        let Some(writing) = &mut *writing else { return Err(StateError::Closed(self.stack.clone())) };
        let mut fitting = Vec::with_capacity(written.len());
        let mut fits = Ok(());
        for (record, text) in records.iter().zip(written) {
            fits = view.apply(record);
            if fits.is_err() {
                break;
            }
            fitting.push(text);
        }
        if fitting.is_empty()
            && let Err(error) = fits
        {
            return Err(error);
        }
        let (done, answer) = oneshot::channel();
        writing.line.push(Entry { records: fitting.join(&b','), done });
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
            KeyChange::NewWrapping => ports.keys.unwrap_any(&self.keys, &lineage).await.map_err(secret)?,
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
        let now = self.clock.now();
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
        let content = self.content(self.version.as_ref().map_or(0, |version| version.serial + 1))?;
        let encoded = super::file::snapshot::encode(&content);
        let file = "the recovery file".to_owned();
        encoded.map(|(bytes, _)| bytes).map_err(|error| StateError::Write { file, source: error.into() })
    }

    fn content(&self, serial: u64) -> Result<Content, StateError> {
        let view = self.lock_view();
        let next = self.lock_next_key();
        let (encoding, keys) =
            next.as_ref().map_or((&self.encoding, &self.keys), |next| (&next.encoding, &next.keys));
        let body = encoding.write_body(&view)?;
        Ok(Content { lineage: view.lineage().to_owned(), serial, keys: keys.clone(), body })
    }

    /// Folds the journal into a new snapshot, unless nothing changed, and gives the lock back.
    ///
    /// # Errors
    /// When the snapshot cannot be written: then the journal stays and says the same. The lock is given back anyway.
    pub async fn close(&self) -> Result<Closed, StateError> {
        let taken = self.lock_writing().take();
        let Some(mut writing) = taken else { return Err(StateError::Closed(self.stack.clone())) };
        writing.hand_over();
        let Writing { queue, task, .. } = writing;
        drop(queue);
        let folded = match task.await {
            Ok(base) => self.fold(base).await,
            Err(_) => Err(StateError::Closed(self.stack.clone())),
        };
        let unlocked = self.store.unlock(&self.lease).await;
        let closed = folded?;
        unlocked?;
        Ok(closed)
    }

    async fn fold(&self, mut base: Base) -> Result<Closed, StateError> {
        let has_other_key = self.lock_next_key().is_some();
        match base.stopped.clone() {
            None if !base.journal && !has_other_key => return Ok(self.closed(base.version, Vec::new())),
            // Nothing was begun: what was read could not be made safe.
            Some(first) if !base.backups.has_begun() => return Err(StateError::Stopped(first)),
            _ => base.secure().await?,
        }
        let serial = base.next_serial();
        let mut content = self.content(serial)?;
        let is_same = base.version.is_some() && content.body == base.body && !has_other_key;
        let head = match is_same {
            true => None,
            false => self.enter_history().await,
        };
        if head.is_some() {
            content = self.content(serial)?;
        }
        let folded = match &base.version {
            Some(present) if is_same => {
                self.store.discard_journal(&self.lease, present).await.map(|()| (present.clone(), Vec::new()))
            }
            present => match self.store.replace(&self.lease, present.as_ref(), content.clone()).await {
                Ok(version) => Ok((version, base.backups.end(&content).await)),
                Err(error) => Err(error),
            },
        };
        match (folded, base.stopped) {
            (Ok((version, warnings)), _) => {
                self.write_history(head, &version).await?;
                Ok(self.closed(Some(version), warnings))
            }
            (Err(_), Some(first)) => {
                self.unwritten.store(true, Ordering::Relaxed);
                Err(StateError::Stopped(first))
            }
            (Err(error), None) => Err(error),
        }
    }

    /// Where the history stands with what this session did, which the snapshot is to say. What stands against that is told
    /// in the end.
    async fn enter_history(&self) -> Option<HistoryHead> {
        let chronicle = self.chronicle.as_ref()?;
        // What a run wrote down that was cut off is in the history already.
        let is_more = !self.replayed || self.with_view(|view| !view.same_content(&self.opened));
        if !is_more {
            return None;
        }
        let head = match chronicle.head(&self.opened, self.version.as_ref()).await {
            Ok(head) => Some(head),
            Err(error) => {
                self.miss(error);
                chronicle.head_unread(&self.opened)
            }
        };
        if let Some(head) = &head {
            self.lock_view().set_history(head.clone());
        }
        head
    }

    async fn write_history(&self, head: Option<HistoryHead>, version: &Version) -> Result<(), StateError> {
        let missed = || self.missed.lock().unwrap_or_else(PoisonError::into_inner).take();
        let error = missed();
        if let (Some(chronicle), Some(head), None) = (&self.chronicle, head, &error) {
            let after = self.view();
            let written = chronicle.record(&head, (&self.opened, &after), version, self.fingerprints()).await;
            written.unwrap_or_else(|error| self.miss(error));
        }
        match error.or_else(missed) {
            None => Ok(()),
            Some(error) => {
                Err(StateError::History { stack: self.stack.clone().into(), source: Arc::new(error) })
            }
        }
    }

    fn miss(&self, error: StateError) {
        self.missed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    fn closed(&self, version: Option<Version>, warnings: Vec<String>) -> Closed {
        Closed { changed: version != self.version, version, warnings }
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
