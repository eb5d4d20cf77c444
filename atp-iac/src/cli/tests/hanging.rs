//! A cloud whose answer to a create does not come, and a user who then presses Ctrl-C.

use crate::diff::Change;
use crate::provider::{Existing, Object, Problem, Provider, ProviderError, Request, Target};
use crate::testing::MemoryCloud;
use crate::value::Value;
use async_trait::async_trait;
use std::time::Duration;
use tokio::sync::watch;

/// The cloud behind it does what it is asked for.
pub struct Hanging {
    pub cloud: MemoryCloud,
    /// A part of the id of the resource whose creation is never answered.
    pub part: String,
    /// How often Ctrl-C is pressed then.
    pub times: u32,
    pub presses: watch::Sender<u32>,
}

#[async_trait]
impl Provider for Hanging {
    fn name(&self) -> &str {
        self.cloud.name()
    }
    fn describe(&self) -> String {
        self.cloud.describe()
    }
    fn check(&self, kind: &str, inputs: &Value) -> Vec<Problem> {
        self.cloud.check(kind, inputs)
    }
    fn id(&self, kind: &str, inputs: &Value) -> Option<String> {
        self.cloud.id(kind, inputs)
    }
    fn predict(&self, kind: &str, inputs: &Value, current: Option<&Value>) -> Value {
        self.cloud.predict(kind, inputs, current)
    }
    fn diff(&self, kind: &str, old: &Existing<'_>, new: &Value) -> Vec<Change> {
        self.cloud.diff(kind, old, new)
    }
    fn drift(&self, kind: &str, old: &Existing<'_>, observed: &Value) -> Vec<Change> {
        self.cloud.drift(kind, old, observed)
    }
    async fn create(&self, request: Request<'_>) -> Result<Object, ProviderError> {
        let created = self.cloud.create(request).await?;
        if created.id.contains(&self.part) {
            self.presses.send_modify(|count| *count += self.times);
            std::future::pending::<()>().await;
        }
        Ok(created)
    }
    async fn read(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError> {
        self.cloud.read(target).await
    }
    async fn update(&self, request: Request<'_>, old: &Existing<'_>) -> Result<Object, ProviderError> {
        self.cloud.update(request, old).await
    }
    async fn delete(&self, target: Target<'_>, timeout: Duration) -> Result<(), ProviderError> {
        self.cloud.delete(target, timeout).await
    }
}
