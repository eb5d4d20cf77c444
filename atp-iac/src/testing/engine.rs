//! An engine whose secrets need no protection, and runs that nobody is asked about.

use crate::apply::{Event, Interrupt};
use crate::engine::{Decision, Deployment, Engine, EngineError, Kind, Update, UpdateOptions};
use crate::plan::Plan;
use crate::secrets::{DataKey, KeyProvider, SecretError, WrappedKey};
use crate::state::{Holder, StateStore};
use async_trait::async_trait;
use std::sync::Arc;
use time::OffsetDateTime;

/// Keys that everybody can open: for tests, which keep no secrets.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeyInClear;

#[async_trait]
impl KeyProvider for KeyInClear {
    fn name(&self) -> &str {
        "plain"
    }

    async fn wrap(&self, key: &DataKey, _: &str) -> Result<WrappedKey, SecretError> {
        let data = key.expose().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(WrappedKey { provider: self.name().to_owned(), data })
    }

    async fn unwrap(&self, wrapped: &WrappedKey, _: &str) -> Result<DataKey, SecretError> {
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = wrapped.data.as_bytes().chunks(2).map(byte).collect();
        let key = bytes.and_then(|bytes| DataKey::from_bytes(&bytes));
        key.ok_or_else(|| SecretError::WrongKey { from: self.name().to_owned() })
    }
}

/// Who runs tests.
pub fn tester() -> Holder {
    Holder {
        who: "tester".to_owned(),
        host: "localhost".to_owned(),
        process: 1,
        operation: "test".to_owned(),
        since: OffsetDateTime::UNIX_EPOCH,
    }
}

/// An engine for tests, without a provider so far.
pub fn engine(store: Arc<dyn StateStore>) -> Engine {
    Engine::new(store, Arc::new(KeyInClear), tester())
}

/// Carries out whatever is planned.
///
/// # Errors
/// When it cannot be planned or the state cannot be written. What an operation fails with is in the report.
pub async fn carry_out(
    engine: &Engine,
    deployment: &Deployment,
    kind: Kind,
    options: &UpdateOptions,
) -> Result<Update, EngineError> {
    let mut decide = |_: &Plan, _: &[_]| Decision::Apply;
    let mut observe = |_: Event<'_>| {};
    engine.update(deployment, kind, options, &mut decide, &mut observe, &Interrupt::default()).await
}
