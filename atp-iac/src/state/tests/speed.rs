//! Size, and that nothing takes time in proportion to the whole state per record. `--ignored` prints times.

use super::*;
use crate::value::Value;
use std::time::Instant;

fn large(number: usize) -> ResourceState {
    let name = format!("network-{number:05}");
    let id = format!(
        "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/group/providers/\
         Microsoft.Network/virtualNetworks/{name}"
    );
    let payload = Value::from("x".repeat(100));
    let outputs =
        Value::from([("id", id.as_str().into()), ("payload", payload.clone()), ("state", "ok".into())]);
    ResourceState {
        inputs: Value::from([("name", name.as_str().into()), ("payload", payload)]),
        outputs,
        id,
        dependencies: if number > 0 { vec![urn(&format!("network-{:05}", number - 1))] } else { Vec::new() },
        ..resource(&name)
    }
}

async fn fill(bench: &Bench, count: usize) -> StateSession {
    let session = bench.open().await.unwrap();
    for chunk in (0..count).collect::<Vec<_>>().chunks(64) {
        let work = chunk.iter().map(async |number| {
            let resource = large(*number);
            let intent = Intent {
                step: *number as u64,
                id: resource.id.clone(),
                inputs: resource.inputs.clone(),
                urn: resource.urn.clone(),
                ..intent(0, Action::Create, "a")
            };
            session.record(Record::Intent(intent)).await.unwrap();
            session.record(Record::Saved { step: Some(*number as u64), resource }).await.unwrap();
        });
        futures::future::join_all(work).await;
    }
    session
}

#[tokio::test]
async fn a_resource_takes_less_than_a_kilobyte() {
    let bench = Bench::local();
    fill(&bench, 100).await.close().await.unwrap();
    let length = std::fs::metadata(bench.files().join("snapshot.json")).unwrap().len();
    assert!(length < 100 * 1000, "{length} bytes for 100 resources");
}

#[tokio::test]
#[ignore = "prints times; run it in release"]
async fn ten_thousand_resources() {
    let bench = Bench::local();
    let start = Instant::now();
    let session = fill(&bench, 10_000).await;
    println!("20,000 records: {:?}", start.elapsed());
    let start = Instant::now();
    let view = session.view();
    println!("a copy of the view: {:?} of {}", start.elapsed(), view.resources().len());
    drop(session);
    tokio::task::yield_now().await;
    let start = Instant::now();
    bench.read().await.unwrap().unwrap();
    println!("read from the journal: {:?}", start.elapsed());
    let start = Instant::now();
    bench.deploy(&[]).await;
    println!("open and fold: {:?}", start.elapsed());
    let start = Instant::now();
    bench.read().await.unwrap().unwrap();
    println!("read from the snapshot: {:?}", start.elapsed());
    let length = std::fs::metadata(bench.files().join("snapshot.json")).unwrap().len();
    println!("{length} bytes");
}
