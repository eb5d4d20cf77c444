//! A project with two regions, a simulated cloud under virtual time, and the command line in front of both.

use crate::programs::{PROGRAMS, SUBSCRIPTION};
use async_trait::async_trait;
use atp_azure::provider::{AzureProvider, AzureSettings};
use atp_azure_sim::{FaultScript, Latency, Settings, Simulator, VirtualClock};
use atp_iac::cli::{Answer, Application, DiskPlans, Fixed, Ports, Storage, Terminal};
use atp_iac::cloud::{CloudError, CloudRequest, Clouds};
use atp_iac::ports::{Clock, SeededRandom};
use atp_iac::program::Program;
use atp_iac::project::{DiskFiles, Files, RevisionError, Revisions};
use atp_iac::provider::Provider;
use atp_iac::secrets::LocalKeyFile;
use atp_iac::state::{Holder, MemoryRecovery, MemoryStore, Presence};
use stacks::recovery::{Failback, Failover};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::sync::watch;

/// The clock of the simulator, for the engine.
struct Time(Arc<VirtualClock>);

#[async_trait]
impl Clock for Time {
    fn now(&self) -> OffsetDateTime {
        atp_azure_sim::Clock::now(self.0.as_ref())
    }
    async fn sleep(&self, duration: Duration) {
        self.0.pass(duration);
        tokio::task::yield_now().await;
    }
    /// What is called comes back: nobody has to lose patience, and to wait for that would pass the time.
    async fn deadline(&self, _: Duration) {
        std::future::pending().await
    }
}

/// The simulator as the only cloud, called `azure` and `simulator`.
#[derive(Clone)]
struct OneCloud {
    simulator: Simulator,
    time: Arc<VirtualClock>,
}

impl Clouds for OneCloud {
    fn keys(&self) -> &'static [&'static str] {
        &["subscription_id"]
    }
    fn connect(&self, _: &CloudRequest<'_>) -> Result<Vec<Arc<dyn Provider>>, CloudError> {
        let settings = AzureSettings::new(atp_azure::descriptors(), SUBSCRIPTION);
        let settings = AzureSettings { sleep: self.time.clone(), ..settings };
        Ok(vec![Arc::new(AzureProvider::with_transport(settings, self.simulator.transport()))])
    }
}

/// Nothing is under version control.
struct NoHistory;

impl Revisions for NoHistory {
    fn resolve(&self, _: &Path, _: &str) -> Result<String, RevisionError> {
        Err(RevisionError { message: "no version control".into(), hint: "use one".into() })
    }
    fn changed(&self, _: &Path, _: &str) -> Result<Vec<PathBuf>, RevisionError> {
        Ok(Vec::new())
    }
    fn read(&self, _: &Path, _: &str, _: &Path) -> Result<Option<String>, RevisionError> {
        Ok(None)
    }
}

/// What a command line printed, and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub code: u8,
    pub out: String,
    pub err: String,
}

pub struct World {
    pub simulator: Simulator,
    pub files: BTreeMap<PathBuf, String>,
    pub terminal: Terminal,
    pub answer: Answer,
    programs: &'static [Program],
    /// Whether the files are those of the repository.
    on_disk: bool,
    cloud: OneCloud,
    store: Arc<MemoryStore>,
    clock: Arc<Time>,
    keys: tempfile::TempDir,
}

const PROJECT: &str = "name: trail\nenvironments:\n  prod: {regions: [westeurope, eastus]}\n";
const BASE: &str = "common:
  subscription_id: 00000000-0000-0000-0000-0000000000a4
  recovery: { rto_minutes: 20, rpo_minutes: 5 }
";

impl World {
    /// Nothing is deployed yet.
    pub fn new() -> Self {
        let time = Arc::new(VirtualClock::default());
        let settings = Settings {
            latency: Latency::named("realistic").unwrap(),
            soft_delete: true,
            ..Settings::default()
        };
        let simulator = Simulator::in_memory(atp_azure::descriptors(), settings, time.clone());
        let files = [
            ("/trail/atp.yaml", PROJECT),
            ("/trail/config/base.yaml", BASE),
            ("/trail/config/prod-eastus.yaml", "edge:\n  traffic_manager: true\n"),
        ];
        let clock = Arc::new(Time(time.clone()));
        World {
            files: files.map(|(path, text)| (path.into(), text.to_owned())).into(),
            terminal: Terminal::default(),
            answer: Answer::End,
            programs: &PROGRAMS,
            on_disk: false,
            cloud: OneCloud { simulator: simulator.clone(), time },
            store: Arc::new(MemoryStore::new(clock.clone())),
            simulator,
            clock,
            keys: tempfile::tempdir().unwrap(),
        }
    }

    /// The platform itself, of which nothing is deployed yet.
    pub fn of_the_platform() -> Self {
        World { programs: stacks::PROGRAMS, on_disk: true, ..World::new() }
    }

    /// Both regions are deployed, the primary one first.
    pub async fn deployed() -> Self {
        let world = World::new();
        world.up_all().await;
        world
    }

    pub async fn up_all(&self) {
        for region in ["westeurope", "eastus"] {
            for stack in ["data", "messaging", "edge"] {
                let ran = self.run(&format!("up --yes --region {region} --stack {stack}")).await;
                assert_eq!(ran.code, 0, "{region}/{stack}: {}", ran.err);
            }
        }
    }

    /// Stacks that a plan would change, after reading the cloud.
    pub async fn changing(&self, over: &str) -> Vec<String> {
        let mut changing = Vec::new();
        for region in ["westeurope", "eastus"] {
            for stack in ["data", "messaging", "edge"] {
                let set = if stack == "edge" { over } else { "" };
                let line =
                    format!("preview --refresh --detailed-exitcode --region {region} --stack {stack} {set}");
                match self.run(&line).await {
                    Ran { code: 0, .. } => {}
                    ran => changing.push(format!("{region}/{stack}: {}", ran.err)),
                }
            }
        }
        changing
    }

    /// Makes the cloud misbehave.
    pub fn faults(&self, script: &str) {
        self.simulator.play(FaultScript::parse(script, "faults.yaml").unwrap());
    }

    /// What the cloud says of a resource, without the subscription in its id.
    pub fn property(&self, id: &str, name: &str) -> String {
        let wanted = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/{id}");
        let resources = self.simulator.resources().unwrap();
        let found = resources.into_iter().find(|(id, _)| id.eq_ignore_ascii_case(&wanted));
        found.map_or("missing".to_owned(), |(_, body)| {
            body["properties"][name].as_str().unwrap_or("none").to_owned()
        })
    }

    /// Runs a command line, without the name of the binary.
    pub async fn run(&self, arguments: &str) -> Ran {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let arguments = std::iter::once("atp").chain(arguments.split_whitespace()).map(OsString::from);
        let application = Application::new(self.programs, Arc::new(self.cloud.clone()))
            .with_command(Arc::new(Failover))
            .with_command(Arc::new(Failback));
        let random = Arc::new(SeededRandom::new(1));
        let storage = |_: &Path| Storage {
            store: self.store.clone(),
            keys: Arc::new(LocalKeyFile::new(self.keys.path().join("secret.key"), random.clone())),
            recovery: Arc::new(MemoryRecovery::default()),
            presence: Presence::default(),
        };
        let holder = Holder {
            who: "anna".into(),
            host: "desk".into(),
            process: 7,
            operation: "test".into(),
            since: self.clock.now(),
        };
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let (files, current_dir): (&(dyn Files + Sync), PathBuf) = match self.on_disk {
            true => (&DiskFiles, repository.to_owned()),
            false => (&self.files, "/trail".into()),
        };
        let ports = Ports {
            out: &mut out,
            err: &mut err,
            terminal: self.terminal,
            environment: &|_: &str| None,
            current_dir,
            files,
            plans: &DiskPlans,
            revisions: &NoHistory,
            holder,
            ask: &mut || self.answer.clone(),
            presses: watch::Sender::new(0).subscribe(),
            storage: &storage,
            clock: self.clock.clone(),
            random: random.clone(),
        };
        let code = application.execute(Fixed::default(), arguments, ports).await;
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code, out: text(out), err: text(err) }
    }
}
