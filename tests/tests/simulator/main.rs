//! Programs on the simulator that go beyond typed resources: what is read, what is raw, what is extra.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod extra;
mod raw;
mod reading;

use async_trait::async_trait;
use atp_azure::arm::Sleep;
use atp_azure::provider::{AzureProvider, AzureSettings};
use atp_azure::resources::{ResourceGroup, ResourceGroupHandle};
use atp_azure_sim::{ApiVersions, Settings, Simulator};
use atp_iac::apply::{Event, Interrupt};
use atp_iac::engine::{Decision, Deployment, Engine, EngineError, Kind, Update, UpdateOptions};
use atp_iac::plan::Plan;
use atp_iac::ports::{ManualClock, SeededRandom};
use atp_iac::provider::{Provider, Request};
use atp_iac::state::LocalStore;
use atp_iac::{Context, Result, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const SUBSCRIPTION: &str = "00000000-0000-4000-8000-000000000001";
const GROUP: &str = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/g";

/// Time that passes only when somebody waits.
#[derive(Debug, Default)]
struct Virtual(AtomicU64);

#[async_trait]
impl Sleep for Virtual {
    fn now(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }
    async fn sleep(&self, duration: Duration) {
        self.0.fetch_add(u64::try_from(duration.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

/// The simulator, which accepts what it does not know, and an engine that keeps its state in files.
struct World {
    simulator: Simulator,
    provider: Arc<AzureProvider>,
    engine: Engine,
    /// Whether runs read the cloud first.
    refresh: bool,
    /// What was in the files of the state at every event of every run.
    files: Vec<Vec<u8>>,
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let (accept_unknown, api_versions) = (true, ApiVersions::WellFormed);
        let simulator = support::simulator(Settings { accept_unknown, api_versions, ..Settings::default() });
        let sleep = Arc::new(Virtual::default());
        let settings = AzureSettings { sleep, ..AzureSettings::new(atp_azure::descriptors(), SUBSCRIPTION) };
        let provider = Arc::new(AzureProvider::with_transport(settings, simulator.transport()));
        let folder = tempfile::tempdir().unwrap();
        let (clock, random) = (Arc::new(ManualClock::default()), Arc::new(SeededRandom::new(7)));
        let store = LocalStore::new(folder.path().join("state"), clock.clone());
        let engine = atp_iac::testing::engine(Arc::new(store))
            .with_provider(provider.clone())
            .with_ports(clock, random);
        World { simulator, provider, engine, refresh: false, files: Vec::new(), folder }
    }

    async fn preview(&self, program: &Deployment) -> Plan {
        self.engine.preview(program, Kind::Up, &UpdateOptions::default()).await.unwrap().plan
    }

    async fn preview_refreshed(&self, program: &Deployment) -> Plan {
        self.engine
            .preview(program, Kind::Up, &UpdateOptions { refresh: true, ..UpdateOptions::default() })
            .await
            .unwrap()
            .plan
    }

    async fn try_run(
        &mut self,
        program: &Deployment,
        kind: Kind,
    ) -> std::result::Result<Update, EngineError> {
        let mut decide = |_: &Plan, _: &[_]| Decision::Apply;
        let state = self.folder.path().join("state");
        let files = &mut self.files;
        let mut observe = |_: Event<'_>| read_all(&state, files);
        let options = UpdateOptions { refresh: self.refresh, ..UpdateOptions::default() };
        let interrupt = Interrupt::default();
        let update = self.engine.update(program, kind, &options, &mut decide, &mut observe, &interrupt).await;
        read_all(&self.folder.path().join("state"), &mut self.files);
        update
    }

    async fn run(&mut self, program: &Deployment, kind: Kind) -> Update {
        let update = self.try_run(program, kind).await.unwrap();
        let report = scenarios::report(&update);
        assert!(report.is_complete(), "{:#?}", report.failures);
        update
    }

    /// Makes something that no program manages.
    async fn make(&self, kind: &str, inputs: Json) -> String {
        let inputs = Value::from(inputs);
        let request = Request { kind, inputs: &inputs, timeout: Duration::from_secs(30) };
        self.provider.create(request).await.unwrap().id
    }

    /// The resource at an id, as the cloud has it.
    fn there(&self, id: &str) -> Option<Json> {
        let all = self.simulator.resources().unwrap();
        all.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(id)).map(|(_, body)| body)
    }
}

fn read_all(folder: &Path, files: &mut Vec<Vec<u8>>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => read_all(&path, files),
            path => files.extend(fs::read(path)),
        }
    }
}

fn program(run: impl Fn(&mut Context) -> Result<()> + Send + Sync + 'static) -> Deployment {
    Deployment::of_function(scenarios::stack_name(), move |cx| run(cx).map(|()| BTreeMap::new()))
}

fn group(cx: &mut Context) -> Result<ResourceGroupHandle> {
    cx.add("group", ResourceGroup::new("g", "westeurope"))
}
