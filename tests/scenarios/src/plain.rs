//! A provider that says no more than it has to.

use async_trait::async_trait;
use atp_iac::Value;
use atp_iac::diff::Change;
use atp_iac::provider::{Existing, Object, Problem, Provider, ProviderError, Request, Target};
use atp_iac::testing::MemoryCloud;
use std::time::Duration;

/// A provider over a cloud in memory that leaves comparing to the engine, and knows no secrets: what it says is in clear.
#[derive(Clone)]
pub struct Plain(pub MemoryCloud);

/// The value in clear, as a cloud would say it.
fn clear(value: Value) -> Value {
    match value {
        Value::Secret(inner) => *inner,
        Value::List(list) => list.into_iter().map(clear).collect::<Vec<_>>().into(),
        Value::Map(map) => Value::Map(map.into_iter().map(|(key, value)| (key, clear(value))).collect()),
        other => other,
    }
}

fn said(object: Object) -> Object {
    Object { outputs: clear(object.outputs), ..object }
}

#[async_trait]
impl Provider for Plain {
    fn name(&self) -> &str {
        self.0.name()
    }
    fn describe(&self) -> String {
        self.0.describe()
    }
    fn check(&self, kind: &str, inputs: &Value) -> Vec<Problem> {
        self.0.check(kind, inputs)
    }
    fn id(&self, kind: &str, inputs: &Value) -> Option<String> {
        self.0.id(kind, inputs)
    }
    fn predict(&self, kind: &str, inputs: &Value, current: Option<&Value>) -> Value {
        clear(self.0.predict(kind, inputs, current))
    }
    fn drift(&self, kind: &str, old: &Existing<'_>, observed: &Value) -> Vec<Change> {
        self.0.drift(kind, old, observed)
    }
    async fn create(&self, request: Request<'_>) -> Result<Object, ProviderError> {
        self.0.create(request).await.map(said)
    }
    async fn read(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError> {
        Ok(self.0.read(target).await?.map(clear))
    }
    async fn update(&self, request: Request<'_>, old: &Existing<'_>) -> Result<Object, ProviderError> {
        self.0.update(request, old).await.map(said)
    }
    async fn delete(&self, target: Target<'_>, timeout: Duration) -> Result<(), ProviderError> {
        self.0.delete(target, timeout).await
    }
}
