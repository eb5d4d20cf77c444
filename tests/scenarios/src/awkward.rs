//! A cloud whose provider misbehaves where it is told to.

use crate::forward;
use async_trait::async_trait;
use atp_iac::Value;
use atp_iac::diff::Change;
use atp_iac::ports::Clock;
use atp_iac::provider::{Existing, Object, Problem, Provider, ProviderError, Request, Target};
use atp_iac::testing::{CallKind, MemoryCloud};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How one call goes wrong, after the cloud did what it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kink {
    /// The answer takes so long.
    Slow(Duration),
    /// The provider panics.
    Panic,
    /// The answer is nothing that a resource could be.
    Nothing,
    /// The answer has parts that are not known.
    Unknown,
    /// The answer has no id.
    NoId,
}

/// A memory cloud that goes wrong once for each kink.
#[derive(Clone)]
pub struct AwkwardCloud {
    /// The cloud behind it.
    pub cloud: MemoryCloud,
    clock: Arc<dyn Clock>,
    kinks: Arc<Mutex<Vec<(CallKind, String, Kink)>>>,
    timeouts: Arc<Mutex<Vec<(CallKind, Duration)>>>,
}

impl AwkwardCloud {
    /// A cloud without kinks.
    pub fn new(cloud: MemoryCloud, clock: Arc<dyn Clock>) -> Self {
        AwkwardCloud { cloud, clock, kinks: Arc::default(), timeouts: Arc::default() }
    }

    /// The next call of this kind for this id goes wrong.
    pub fn next(&self, kind: CallKind, id: &str, kink: Kink) {
        self.kinks.lock().unwrap_or_else(PoisonError::into_inner).push((kind, id.to_owned(), kink));
    }

    /// How long the calls were told that they have.
    pub fn timeouts(&self) -> Vec<(CallKind, Duration)> {
        self.timeouts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn told(&self, kind: CallKind, timeout: Duration) {
        self.timeouts.lock().unwrap_or_else(PoisonError::into_inner).push((kind, timeout));
    }

    #[allow(clippy::panic, reason = "a provider that panics is what is tried")]
    async fn kink(&self, kind: CallKind, id: &str) -> Option<Kink> {
        let kink = {
            let mut kinks = self.kinks.lock().unwrap_or_else(PoisonError::into_inner);
            let found = kinks.iter().position(|(of, part, _)| *of == kind && part == id);
            found.map(|found| kinks.remove(found).2)
        };
        match kink {
            Some(Kink::Slow(time)) => self.clock.sleep(time).await,
            Some(Kink::Panic) => panic!("planted"),
            _ => {}
        }
        kink
    }

    async fn object(&self, kind: CallKind, object: Object) -> Object {
        let kink = self.kink(kind, &object.id).await;
        match kink {
            Some(Kink::Nothing) => Object { outputs: Value::Null, ..object },
            Some(Kink::Unknown) => Object { outputs: unknown(), ..object },
            Some(Kink::NoId) => Object { id: String::new(), ..object },
            _ => object,
        }
    }
}

fn unknown() -> Value {
    Value::from([("size", Value::unknown(atp_iac::value::Kind::Any, "nowhere"))])
}

#[async_trait]
impl Provider for AwkwardCloud {
    forward::without_calls!();

    async fn create(&self, request: Request<'_>) -> Result<Object, ProviderError> {
        self.told(CallKind::Create, request.timeout);
        let object = self.cloud.create(request).await?;
        Ok(self.object(CallKind::Create, object).await)
    }

    async fn read(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError> {
        let read = self.cloud.read(target).await?;
        Ok(match self.kink(CallKind::Read, target.id).await {
            Some(Kink::Nothing) => Some(Value::Null),
            Some(Kink::Unknown) => Some(unknown()),
            _ => read,
        })
    }

    async fn update(&self, request: Request<'_>, old: &Existing<'_>) -> Result<Object, ProviderError> {
        self.told(CallKind::Update, request.timeout);
        let object = self.cloud.update(request, old).await?;
        Ok(self.object(CallKind::Update, object).await)
    }

    async fn delete(&self, target: Target<'_>, timeout: Duration) -> Result<(), ProviderError> {
        self.told(CallKind::Delete, timeout);
        self.cloud.delete(target, timeout).await?;
        self.kink(CallKind::Delete, target.id).await;
        Ok(())
    }
}
