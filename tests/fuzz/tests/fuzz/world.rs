//! A small stack with a secret, a state of it, and what targets need to run.

use atp_iac::engine::{Deployment, Engine, Kind, UpdateOptions};
use atp_iac::output::Expression;
use atp_iac::ports::{ManualClock, SeededRandom};
use atp_iac::program::Location;
use atp_iac::secrets::KeyProvider;
use atp_iac::state::{Record, Retention, SessionPorts, StateSession, StateStore, Wait, read_state};
use atp_iac::testing::{KeyInClear, MemoryCloud, carry_out, tester};
use atp_iac::{Options, Output, StackName, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

pub fn keys() -> Arc<dyn KeyProvider> {
    Arc::new(KeyInClear)
}

pub fn stack() -> StackName {
    StackName::new("test", "north", "app").unwrap()
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
    atp_iac::testing::engine(store)
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
    let engine = engine(store.clone());
    carry_out(&engine, &program(1), Kind::Up, &UpdateOptions::default()).await.unwrap();
    let session = StateSession::open(&ports(store.clone()), &stack(), &tester(), Wait::NONE).await.unwrap();
    for contract in 1..=batches {
        let values = BTreeMap::from([("a".to_owned(), Value::from(contract as i64))]);
        session.record(Record::Outputs { contract, values }).await.unwrap();
    }
    drop(session);
    // The writer ends, and the lock with it.
    while store.lock(&stack(), &tester(), Wait::NONE).await.is_err() {
        tokio::task::yield_now().await;
    }
    assert!(read_state(store.as_ref(), &stack(), keys().as_ref()).await.unwrap().is_some());
}
