//! What many record at once is made durable at once.

use super::*;
use futures::future::join_all;

#[tokio::test]
async fn a_hundred_records_at_once_take_far_fewer_writes() {
    let clock = Arc::new(ManualClock::default());
    let store = MemoryStore::new(clock);
    let kept = store.clone();
    let bench = Bench::with(|_, _| Arc::new(kept));
    let session = bench.open().await.unwrap();
    let names: Vec<String> = (0..100).map(|number| format!("n{number}")).collect();
    let all = join_all(names.iter().map(|name| session.record(saved(resource(name))))).await;
    assert!(all.iter().all(Result::is_ok));
    assert!(store.counters().appends <= 3, "{:?}", store.counters());
    assert_eq!(bench.ids().await.len(), 100);
}

#[tokio::test]
async fn records_from_many_tasks_are_all_there_and_the_order_is_that_of_the_view() {
    let bench = Bench::local();
    let session = Arc::new(bench.open().await.unwrap());
    let tasks: Vec<_> = (0..50)
        .map(|number| {
            let session = session.clone();
            tokio::spawn(async move {
                let name = format!("n{number}");
                session.record(Record::Intent(intent(number, Action::Create, &name))).await?;
                session.record(Record::Saved { step: Some(number), resource: resource(&name) }).await
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let expected: Vec<String> = session.view().resources().map(|one| one.id.clone()).collect();
    drop(session);
    tokio::task::yield_now().await;
    assert_eq!(expected.len(), 50);
    assert_eq!(bench.ids().await, expected);
}

#[tokio::test]
async fn a_failed_write_is_told_to_everybody_who_waits_for_it() {
    let store = MemoryStore::new(Arc::new(ManualClock::default()));
    let kept = store.clone();
    let bench = Bench::with(|_, _| Arc::new(kept));
    let session = bench.open().await.unwrap();
    session.record(begin()).await.unwrap();
    store.fail_append(2);
    let (a, b) = tokio::join!(session.record(saved(resource("a"))), session.record(saved(resource("b"))));
    assert!(matches!((a, b), (Err(StateError::Stopped(_)), Err(StateError::Stopped(_)))));
    assert_eq!(bench.ids().await, [] as [&str; 0]);
    store.fail_replace(store.counters().replaces + 1);
    assert!(session.close().await.is_err());
    assert_eq!(bench.ids().await, [] as [&str; 0]);
}

#[tokio::test]
async fn a_power_cut_keeps_what_was_acknowledged_and_no_more() {
    let store = MemoryStore::new(Arc::new(ManualClock::default()));
    let kept = store.clone();
    let bench = Bench::with(|_, _| Arc::new(kept));
    let session = Arc::new(bench.open().await.unwrap());
    session.record(saved(resource("a"))).await.unwrap();
    let late = tokio::spawn({
        let session = session.clone();
        async move { session.record(saved(resource("b"))).await }
    });
    while store.counters().appends < 2 {
        tokio::task::yield_now().await;
    }
    store.power_cut();
    assert!(late.await.unwrap().is_err());
    assert!(session.record(saved(resource("c"))).await.is_err());
    assert!(session.close().await.is_err());
    assert_eq!(bench.ids().await, ["/a"]);
    bench.deploy(&["d"]).await;
    assert_eq!(bench.ids().await, ["/a", "/d"]);
}

#[tokio::test]
async fn what_was_begun_is_written_with_what_is_waited_for() {
    let store = MemoryStore::new(Arc::new(ManualClock::default()));
    let kept = store.clone();
    let bench = Bench::with(|_, _| Arc::new(kept));
    let session = bench.open().await.unwrap();
    let first = session.begin_recording(vec![saved(resource("a"))]).unwrap();
    let second = session.begin_recording(vec![saved(resource("b"))]).unwrap();
    let all_before = session.begin_recording(Vec::new()).unwrap();
    tokio::task::yield_now().await;
    assert_eq!(store.counters().appends, 0);
    all_before.durable().await.unwrap();
    assert_eq!((store.counters().appends, bench.ids().await), (1, vec!["/a".to_owned(), "/b".to_owned()]));
    first.durable().await.unwrap();
    second.durable().await.unwrap();
    session.begin_recording(Vec::new()).unwrap().durable().await.unwrap();
    assert_eq!(store.counters().appends, 1);
    drop(session.begin_recording(vec![saved(resource("c"))]).unwrap());
    assert!(session.close().await.unwrap().changed);
    assert_eq!(bench.ids().await, ["/a", "/b", "/c"]);
}
