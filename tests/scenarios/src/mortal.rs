//! A process that ends at a chosen point: a write to the disk, or a call to the cloud.

use crate::forward;
use async_trait::async_trait;
use atp_iac::Value;
use atp_iac::diff::Change;
use atp_iac::provider::{Existing, Object, Problem, Provider, ProviderError, Request, Target};
use atp_iac::state::{Fault, Faults, LocalStore};
use atp_iac::testing::MemoryCloud;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// When, at its point, a process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Nothing of the write or the call has happened.
    Before,
    /// A part of it has: some bytes are on the disk, some properties in the cloud.
    Middle,
    /// All of it has, and nobody heard the answer.
    After,
}

/// The life of one process. Clones are one.
#[derive(Clone)]
pub struct Life {
    ends: Option<(usize, Moment)>,
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    points: AtomicUsize,
    over: AtomicBool,
    death: Notify,
    last: Mutex<String>,
}

/// What happens at a point.
enum Fate {
    Passes,
    Dies(Moment),
    Dead,
}

impl Life {
    /// A life that does not end by itself.
    pub fn whole() -> Self {
        Life { ends: None, inner: Arc::default() }
    }

    /// A life that ends at the point with this number, from 0.
    pub fn ending(point: usize, moment: Moment) -> Self {
        Life { ends: Some((point, moment)), inner: Arc::default() }
    }

    /// How many points there were so far.
    pub fn points(&self) -> usize {
        self.inner.points.load(Ordering::SeqCst)
    }

    /// Where it ended, for people.
    pub fn last(&self) -> String {
        self.inner.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Works until the work is done, or the life is over: then `None`, and nothing of the work goes on.
    pub async fn live<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.inner.death.notified() => None,
            done = work => (!self.inner.over.load(Ordering::SeqCst)).then_some(done),
        }
    }

    fn point(&self, what: impl FnOnce() -> String) -> Fate {
        if self.inner.over.load(Ordering::SeqCst) {
            return Fate::Dead;
        }
        let number = self.inner.points.fetch_add(1, Ordering::SeqCst);
        match self.ends {
            Some((point, moment)) if number == point => {
                *self.inner.last.lock().unwrap_or_else(PoisonError::into_inner) = what();
                Fate::Dies(moment)
            }
            _ => Fate::Passes,
        }
    }

    fn end(&self) {
        self.inner.over.store(true, Ordering::SeqCst);
        self.inner.death.notify_one();
    }

    /// A store in a folder that this life writes to.
    pub fn store(&self, folder: &Path, clock: Arc<dyn atp_iac::ports::Clock>) -> LocalStore {
        let life = self.clone();
        let faults: Faults = Arc::new(move |step, path| life.disk(step, path));
        LocalStore::new(folder, clock).with_faults(faults)
    }

    /// Syncs cost time and decide nothing here, where the machine stays on: they are no points.
    fn disk(&self, step: &str, path: &Path) -> Option<Fault> {
        let dead = Some(Fault::Fail(std::io::ErrorKind::Other));
        if step == "sync" {
            return if self.inner.over.load(Ordering::SeqCst) { dead } else { Some(Fault::Unsynced) };
        }
        let file = || path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        match self.point(|| format!("{step} {}", file())) {
            Fate::Passes => None,
            Fate::Dead => dead,
            Fate::Dies(Moment::Before) => {
                self.end();
                dead
            }
            Fate::Dies(Moment::Middle) => {
                self.end();
                Some(Fault::Partial(60))
            }
            Fate::Dies(Moment::After) => {
                self.end();
                None
            }
        }
    }

    /// A cloud that this life calls.
    pub fn cloud(&self, cloud: MemoryCloud) -> MortalCloud {
        MortalCloud { cloud, life: self.clone() }
    }
}

/// A cloud that outlives who calls it.
pub struct MortalCloud {
    cloud: MemoryCloud,
    life: Life,
}

impl MortalCloud {
    /// Makes a call; `half` leaves a part of what the call would do.
    async fn call<T>(&self, name: &str, id: &str, half: impl FnOnce(), whole: impl Future<Output = T>) -> T {
        match self.life.point(|| format!("{name} {id}")) {
            Fate::Passes => return whole.await,
            Fate::Dead => {}
            Fate::Dies(moment) => {
                match moment {
                    Moment::Before => {}
                    Moment::Middle => half(),
                    Moment::After => drop(whole.await),
                }
                self.life.end();
            }
        }
        std::future::pending().await
    }

    /// The object with only the first half of the properties that it is to have.
    fn leave_half(&self, id: &str, inputs: &Value) {
        let mut map = inputs.as_map().cloned().unwrap_or_default();
        let dropped: Vec<String> = map.keys().filter(|key| *key != "name").cloned().collect();
        dropped.iter().skip(dropped.len() / 2).for_each(|key| drop(map.remove(key)));
        map.insert("id".into(), id.into());
        self.cloud.put(id, Value::Map(map));
    }
}

#[async_trait]
impl Provider for MortalCloud {
    forward::without_calls!();

    async fn create(&self, request: Request<'_>) -> Result<Object, ProviderError> {
        let id = self.cloud.id(request.kind, request.inputs).unwrap_or_default();
        // A cloud that refuses leaves nothing.
        let half = || {
            if !self.cloud.objects().contains_key(&id) {
                self.leave_half(&id, request.inputs);
            }
        };
        self.call("create", &id, half, self.cloud.create(request)).await
    }

    async fn read(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError> {
        self.call("read", target.id, || {}, self.cloud.read(target)).await
    }

    async fn query(
        &self,
        kind: &str,
        inputs: &Value,
        timeout: Duration,
    ) -> Result<Option<Value>, ProviderError> {
        self.call("query", kind, || {}, self.cloud.query(kind, inputs, timeout)).await
    }

    async fn update(&self, request: Request<'_>, old: &Existing<'_>) -> Result<Object, ProviderError> {
        let half = || self.leave_half(old.id, request.inputs);
        self.call("update", old.id, half, self.cloud.update(request, old)).await
    }

    async fn delete(&self, target: Target<'_>, timeout: Duration) -> Result<(), ProviderError> {
        self.call("delete", target.id, || {}, self.cloud.delete(target, timeout)).await
    }
}
