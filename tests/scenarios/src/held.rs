//! A cloud in which calls can be held up, so that something else happens meanwhile.

use crate::forward;
use async_trait::async_trait;
use atp_iac::Value;
use atp_iac::diff::Change;
use atp_iac::ports::{Random as _, SeededRandom};
use atp_iac::provider::{Existing, Object, Problem, Provider, ProviderError, Request, Target};
use atp_iac::testing::MemoryCloud;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// A cloud that makes, changes and deletes an object only when nobody holds that up.
#[derive(Clone)]
pub struct HeldCloud {
    cloud: MemoryCloud,
    /// The ids that are held up, and whether somebody waits there.
    held: Arc<Mutex<BTreeMap<String, bool>>>,
    changed: Arc<Notify>,
    /// How long calls take, where they take long.
    dice: Option<Arc<Dice>>,
}

/// Numbers that look random, and are the same for the same seed.
pub struct Dice(SeededRandom);

impl Dice {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Dice(SeededRandom::new(seed))
    }

    /// A number below another one.
    pub fn below(&self, end: usize) -> usize {
        let mut bytes = [0; 4];
        // Such numbers never run out.
        let _ = self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes) as usize % end.max(1)
    }
}

impl HeldCloud {
    /// Over a cloud in memory.
    pub fn new(cloud: MemoryCloud) -> Self {
        HeldCloud { cloud, held: Arc::default(), changed: Arc::default(), dice: None }
    }

    /// With calls that take a while, before and after they have their effect.
    pub fn slow(self, dice: Arc<Dice>) -> Self {
        HeldCloud { dice: Some(dice), ..self }
    }

    async fn linger(&self) {
        let turns = self.dice.as_ref().map_or(0, |dice| dice.below(30));
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
    }

    /// Holds up what is done to an object.
    pub fn hold(&self, id: &str) {
        self.held().insert(id.to_owned(), false);
    }

    /// Lets it go on.
    pub fn release(&self, id: &str) {
        self.held().remove(id);
        self.changed.notify_waiters();
    }

    /// Waits until something waits there.
    pub async fn reached(&self, id: &str) {
        self.until(|held| held.get(id) == Some(&true)).await;
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<String, bool>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn until(&self, fits: impl Fn(&BTreeMap<String, bool>) -> bool) {
        loop {
            let changed = self.changed.notified();
            if fits(&self.held()) {
                return;
            }
            changed.await;
        }
    }

    async fn pass(&self, id: &str) {
        self.linger().await;
        if let Some(waits) = self.held().get_mut(id) {
            *waits = true;
        }
        self.changed.notify_waiters();
        self.until(|held| !held.contains_key(id)).await;
    }
}

#[async_trait]
impl Provider for HeldCloud {
    forward::without_calls!();

    async fn create(&self, request: Request<'_>) -> Result<Object, ProviderError> {
        self.pass(&self.cloud.id(request.kind, request.inputs).unwrap_or_default()).await;
        let done = self.cloud.create(request).await;
        self.linger().await;
        done
    }

    async fn read(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError> {
        self.cloud.read(target).await
    }

    async fn query(
        &self,
        kind: &str,
        inputs: &Value,
        timeout: Duration,
    ) -> Result<Option<Value>, ProviderError> {
        self.cloud.query(kind, inputs, timeout).await
    }

    async fn update(&self, request: Request<'_>, old: &Existing<'_>) -> Result<Object, ProviderError> {
        self.pass(old.id).await;
        let done = self.cloud.update(request, old).await;
        self.linger().await;
        done
    }

    async fn delete(&self, target: Target<'_>, timeout: Duration) -> Result<(), ProviderError> {
        self.pass(target.id).await;
        let done = self.cloud.delete(target, timeout).await;
        self.linger().await;
        done
    }
}
