//! A small stack with a secret, a state of it, and what targets need to run.

use async_trait::async_trait;
use atp_iac::apply::{Event, Interrupt};
use atp_iac::engine::{Decision, Deployment, Engine, Kind, UpdateOptions};
use atp_iac::output::Expression;
use atp_iac::plan::Plan;
use atp_iac::ports::{ManualClock, SeededRandom};
use atp_iac::program::Location;
use atp_iac::secrets::{DataKey, KeyProvider, SecretError, WrappedKey};
use atp_iac::state::{Holder, Record, Retention, SessionPorts, StateSession, StateStore, Wait, read_state};
use atp_iac::testing::MemoryCloud;
use atp_iac::{Options, Output, StackName, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Always the same key.
struct OneKey;

#[async_trait]
impl KeyProvider for OneKey {
    fn name(&self) -> &str {
        "one"
    }

    async fn wrap(&self, key: &DataKey, _: &str) -> Result<WrappedKey, SecretError> {
        let data = key.expose().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(WrappedKey { provider: "one".to_owned(), data })
    }

    async fn unwrap(&self, wrapped: &WrappedKey, _: &str) -> Result<DataKey, SecretError> {
        let pairs =
            wrapped.data.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap_or_default());
        let bytes: Result<Vec<u8>, _> = pairs.map(|pair| u8::from_str_radix(pair, 16)).collect();
        let key = bytes.ok().and_then(|bytes| DataKey::from_bytes(&bytes));
        key.ok_or_else(|| SecretError::WrongKey { from: "one".to_owned() })
    }
}

pub fn keys() -> Arc<dyn KeyProvider> {
    Arc::new(OneKey)
}

pub fn stack() -> StackName {
    StackName::new("test", "north", "app").unwrap()
}

pub fn holder() -> Holder {
    Holder {
        who: "fuzz".into(),
        host: "localhost".into(),
        process: 1,
        operation: "test".into(),
        since: time::OffsetDateTime::UNIX_EPOCH,
    }
}

pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

pub fn ports(store: Arc<dyn StateStore>) -> SessionPorts {
    SessionPorts {
        store,
        keys: keys(),
        clock: Arc::new(ManualClock::default()),
        random: Arc::new(SeededRandom::new(7)),
        retention: Retention::default(),
    }
}

pub fn engine(store: Arc<dyn StateStore>) -> Engine {
    Engine::new(store, keys(), holder())
        .with_provider(Arc::new(MemoryCloud::new("test").replacing("fixed")))
        .with_ports(Arc::new(ManualClock::default()), Arc::new(SeededRandom::new(7)))
}

/// Two resources of which one uses the other and has a secret.
pub fn program(size: i64) -> Deployment {
    Deployment::of_function(stack(), move |cx| {
        let location = Location { file: "program.rs", line: 1 };
        let inputs = Value::from([("name", "a".into()), ("size", size.into())]);
        let server = cx.register("T", "test", "a", inputs.into(), Options::new(), location)?;
        let secret = Value::from("hunter2").into_secret();
        let inputs = BTreeMap::from([
            ("name".to_owned(), Value::from("b").into()),
            ("list".to_owned(), Value::from(serde_json::json!([1, null, {"x": 1.5}])).into()),
            ("password".to_owned(), secret.into()),
            ("server".to_owned(), server.output::<Value>("id").into()),
        ]);
        let options = Options::new().protect(true).retain_on_delete("it is shared");
        cx.register("T", "test", "b", Expression::Map(inputs), options, location)?;
        let id: Output<Value> = server.output("id");
        Ok(BTreeMap::from([("server".to_owned(), id.into())]))
    })
}

/// Brings a store to a state with a snapshot, and a journal of so many batches that nobody folded into it.
pub async fn deploy(store: Arc<dyn StateStore>, batches: u64) {
    let mut decide = |_: &Plan, _: &[_]| Decision::Apply;
    let (mut observe, interrupt) = (|_: Event<'_>| {}, Interrupt::default());
    let (program, options) = (program(1), UpdateOptions::default());
    let engine = engine(store.clone());
    engine.update(&program, Kind::Up, &options, &mut decide, &mut observe, &interrupt).await.unwrap();
    let session = StateSession::open(&ports(store.clone()), &stack(), &holder(), Wait::NONE).await.unwrap();
    for contract in 1..=batches {
        let values = BTreeMap::from([("a".to_owned(), Value::from(contract as i64))]);
        session.record(Record::Outputs { contract, values }).await.unwrap();
    }
    drop(session);
    // The writer ends, and the lock with it.
    while store.lock(&stack(), &holder(), Wait::NONE).await.is_err() {
        tokio::task::yield_now().await;
    }
    assert!(read_state(store.as_ref(), &stack(), keys().as_ref()).await.unwrap().is_some());
}
