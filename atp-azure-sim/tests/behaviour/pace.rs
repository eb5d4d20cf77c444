//! The client below the limits of requests, in virtual time: nothing here waits, and no run differs from another.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use atp_azure::arm::{ArmClient, ArmClientOptions, Endpoint, FixedToken, Sleep};
use atp_azure_sim::{Clock, Method, Settings, Simulator};
use serde_json::json;
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::descriptors;
use crate::support::group;

const WRITES: usize = 600;
const AT_ONCE: usize = 40;

/// The paused clock of tokio, which jumps to the next one who waits.
#[derive(Debug)]
struct Paused(Instant);

impl Clock for Paused {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap() + self.0.elapsed()
    }
}

#[async_trait]
impl Sleep for Paused {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

struct Run {
    refused: usize,
    seconds: u64,
}

/// Creates many groups, `AT_ONCE` at a time.
async fn run(paced: bool) -> Run {
    let time = Arc::new(Paused(Instant::now()));
    let settings = Settings { throttle: true, ..Settings::default() };
    let simulator = Simulator::in_memory(descriptors::ALL, settings, time.clone());
    let options = ArmClientOptions {
        transport: Some(simulator.transport()),
        sleep: time.clone(),
        paced,
        ..ArmClientOptions::default()
    };
    let client = ArmClient::new(Endpoint::public(), Arc::new(FixedToken::new("t")), options);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..WRITES {
        while tasks.len() >= AT_ONCE {
            tasks.join_next().await.unwrap().unwrap();
        }
        let client = client.clone();
        tasks.spawn(async move {
            let id = group(&format!("g{number}"));
            let mut call = client.call(azure_core::http::Method::Put, &id, "2025-04-01");
            call.body = Some(json!({ "location": "westeurope" }));
            client.send(&call, client.deadline(Duration::from_secs(3600))).await.unwrap();
        });
    }
    tasks.join_all().await;
    assert_eq!(simulator.resources().unwrap().len(), WRITES);
    let requests = simulator.requests();
    let refused = requests.iter().filter(|request| request.status == 429).count();
    assert_eq!(simulator.count(Method::Put, "resourcegroups"), WRITES + refused);
    Run { refused, seconds: Sleep::now(time.as_ref()).as_secs() }
}

#[tokio::test(start_paused = true)]
async fn fact_081_082_a_client_that_spaces_its_writes_is_not_refused_and_is_no_slower() {
    let (spaced, rushing) = (run(true).await, run(false).await);
    assert_eq!((spaced.refused, rushing.refused > 1000), (0, true), "{} without spacing", rushing.refused);
    assert!(spaced.seconds <= rushing.seconds + 5, "{} and {} seconds", spaced.seconds, rushing.seconds);
}
