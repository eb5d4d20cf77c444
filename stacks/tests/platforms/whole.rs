//! All stacks of an environment at once, as `atp up --all` runs them.

use super::world::{configuration, deployment, project};
use atp_azure::provider::{AzureProvider, AzureSettings};
use atp_azure_sim::{Fault, FaultAction, Method, PathPattern, Settings, Simulator, VirtualClock};
use atp_iac::StackName;
use atp_iac::apply::Interrupt;
use atp_iac::engine::{Engine, Kind, UpdateOptions};
use atp_iac::estate::{Ended, Estate, Forecast, Graph, Limits, Member, Obstacle, Outcome};
use atp_iac::plan::OperationKind;
use atp_iac::ports::ManualClock;
use atp_iac::state::MemoryStore;
use std::sync::Arc;
use std::time::Duration;

/// A simulated cloud on virtual time, and the states of all stacks in it.
struct Platform {
    simulator: Simulator,
    time: Arc<VirtualClock>,
    store: Arc<MemoryStore>,
    clock: Arc<ManualClock>,
}

impl Platform {
    fn with(settings: Settings) -> Self {
        let time = Arc::new(VirtualClock::default());
        let simulator = Simulator::in_memory(atp_azure::descriptors(), settings, time.clone());
        simulator.keep_no_log();
        let clock = Arc::new(ManualClock::default());
        let store = Arc::new(MemoryStore::new(clock.clone()));
        Platform { simulator, time, store, clock }
    }

    fn new() -> Self {
        Platform::with(Settings::default())
    }

    fn engine(&self, subscription: &str) -> Engine {
        let settings = AzureSettings {
            sleep: self.time.clone(),
            ..AzureSettings::new(atp_azure::descriptors(), subscription)
        };
        let provider = AzureProvider::with_transport(settings, self.simulator.transport());
        atp_iac::testing::engine(self.store.clone()).with_provider(Arc::new(provider))
    }

    /// All stacks of an environment in these regions.
    fn estate(&self, environment: &str, regions: &[&str], changes: &[(&str, &str)]) -> Estate {
        let project = project();
        let all = project.environment(environment).unwrap().regions.clone();
        let places: Vec<_> = all.iter().map(|region| (environment.to_owned(), region.clone())).collect();
        let graph = Graph::of_programs(stacks::PROGRAMS, &places, &project.primary_regions()).unwrap();
        let members = regions.iter().flat_map(|region| {
            stacks::PROGRAMS.iter().map(|program| {
                let config = configuration(*program, environment, region, changes);
                let engine = self.engine(config.text("subscription_id").unwrap_or_default());
                Member { engine, deployment: deployment(*program, environment, region, changes) }
            })
        });
        Estate::new(graph, members.collect(), self.clock.clone())
    }

    /// The ids of what there is.
    fn ids(&self) -> Vec<String> {
        self.simulator.resources().unwrap().into_iter().map(|(id, _)| id).collect()
    }
    /// The same in order, without names that follow from what is another in each cloud: those of role assignments from
    /// principals, those of the keys of SQL servers from versions.
    fn places(&self) -> Vec<String> {
        let place = |id: String| match id.rsplit_once('/') {
            Some((list, _)) if follows(list) => list.to_owned(),
            _ => id,
        };
        let mut places: Vec<String> = self.ids().into_iter().map(place).collect();
        places.sort_unstable();
        places
    }
}

fn follows(list: &str) -> bool {
    let list = list.to_ascii_lowercase();
    list.ends_with("roleassignments") || list.contains("/microsoft.sql/servers/") && list.ends_with("/keys")
}

async fn preview(estate: &Estate, kind: Kind, refresh: bool) -> Forecast {
    estate.preview(kind, &UpdateOptions { refresh, ..UpdateOptions::default() }).await.unwrap()
}

async fn attempt(estate: &Estate, kind: Kind) -> Vec<Ended> {
    let forecast = preview(estate, kind, false).await;
    assert_eq!(forecast.refusals(), 0, "protected resources stand against it");
    let interrupt = Interrupt::default();
    estate.update(&forecast, &UpdateOptions::default(), Limits::default(), &|_, _| {}, &interrupt).await
}

async fn run(estate: &Estate, kind: Kind) {
    let failed: Vec<String> = problems(&attempt(estate, kind).await);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn problems(ended: &[Ended]) -> Vec<String> {
    let failed = ended.iter().filter(|ended| !ended.is_done());
    failed
        .map(|Ended { stack, outcome, .. }| match outcome {
            Outcome::Failed(update) => {
                format!("{stack}: {:#?}", update.report.as_ref().map(|report| &report.failures))
            }
            other => format!("{stack}: {other:?}"),
        })
        .collect()
}

async fn assert_settled(estate: &Estate) {
    for refresh in [false, true] {
        let forecast = preview(estate, Kind::Up, refresh).await;
        let changes: Vec<String> = forecast
            .plans()
            .flat_map(|plan| &plan.operations)
            .filter(|operation| operation.action != OperationKind::Same)
            .map(|operation| format!("{:?} {} {:#?}", operation.action, operation.urn, operation.changes))
            .collect();
        assert_eq!(forecast.changed(), 0, "refresh {refresh}: {}", changes.join("\n"));
    }
}

/// What lets everything be deleted: protection is off, and Azure is told so.
const LET_GO: [(&str, &str); 2] = [("protect", "false"), ("locks", "false")];

async fn deployed_settled_and_gone(environment: &str, regions: &[&str]) -> Gone {
    let platform = Platform::new();
    let estate = platform.estate(environment, regions, &[]);
    let planned = preview(&estate, Kind::Up, false).await.counts().create;
    run(&estate, Kind::Up).await;
    assert_settled(&estate).await;
    let estate = platform.estate(environment, regions, &LET_GO);
    run(&estate, Kind::Up).await;
    let forecast = preview(&estate, Kind::Destroy, false).await;
    let retained: Vec<String> = forecast
        .plans()
        .flat_map(|plan| &plan.operations)
        .filter(|operation| operation.action == OperationKind::Retain)
        .map(|operation| {
            assert!(operation.reason.is_some(), "{}", operation.urn);
            operation.urn.name().to_owned()
        })
        .collect();
    run(&estate, Kind::Destroy).await;
    Gone { planned, retained, left: platform.ids() }
}

/// What became of an environment.
struct Gone {
    /// How many resources there were.
    planned: usize,
    /// What was left on purpose, by name.
    retained: Vec<String>,
    /// What is still in the cloud, by id.
    left: Vec<String>,
}

#[tokio::test]
async fn every_environment_is_deployed_plans_to_nothing_and_goes_without_a_rest() {
    for environment in ["dev", "test", "staging"] {
        let Gone { planned, left, .. } = deployed_settled_and_gone(environment, &["westeurope"]).await;
        println!("{environment}: {planned} resources");
        assert!(left.is_empty(), "{environment}: {left:#?}");
    }
}

#[tokio::test]
async fn prod_is_deployed_to_both_regions_and_only_the_locked_archive_outlives_it() {
    let gone = deployed_settled_and_gone("prod", &["westeurope", "eastus"]).await;
    println!("prod: {} resources in two regions", gone.planned);
    assert!(gone.planned >= 600, "{}", gone.planned);
    assert_eq!(
        gone.retained.iter().filter(|name| *name == "archive/account").count(),
        2,
        "{:?}",
        gone.retained
    );
    let archive = |id: &str| id.to_ascii_lowercase().contains("-archive");
    let others: Vec<&String> = gone.left.iter().filter(|id| !archive(id)).collect();
    assert!(others.is_empty(), "{others:#?}");
    let accounts = gone.left.iter().filter(|id| id.rsplit('/').nth(1) == Some("storageAccounts"));
    assert_eq!(accounts.count(), 2, "{:#?}", gone.left);
}

#[tokio::test]
async fn destroying_prod_is_refused_as_long_as_its_data_is_protected() {
    let platform = Platform::new();
    let estate = platform.estate("prod", &["westeurope"], &[]);
    run(&estate, Kind::Up).await;
    let before = platform.ids();
    let forecast = preview(&estate, Kind::Destroy, false).await;
    assert!(forecast.refusals() > 0);
    let options = UpdateOptions::default();
    let interrupt = Interrupt::default();
    let ended = estate.update(&forecast, &options, Limits::default(), &|_, _| {}, &interrupt).await;
    let refused = |outcome: &Outcome| matches!(outcome, Outcome::Error(error) if error.is_refused());
    assert!(ended.iter().any(|ended| refused(&ended.outcome)));
    let protected = forecast.stacks.iter().filter(|(_, preview)| !preview.plan.refusals.is_empty());
    let protected: Vec<&StackName> = protected.map(|(name, _)| name).collect();
    assert!(protected.iter().any(|name| name.stack == "data"), "{protected:?}");
    for Ended { stack, outcome, .. } in ended.iter().filter(|ended| protected.contains(&&ended.stack)) {
        assert!(refused(outcome) || matches!(outcome, Outcome::NotStarted(_)), "{stack}: {outcome:?}");
    }
    let holds_data = |id: &&String| id.to_ascii_lowercase().contains("microsoft.storage/storageaccounts/");
    let after = platform.ids();
    assert_eq!(before.iter().filter(holds_data).count(), after.iter().filter(holds_data).count());
}

#[tokio::test]
async fn what_depends_on_a_failed_stack_waits_and_the_next_run_goes_on() {
    let platform = Platform::new();
    let estate = platform.estate("dev", &["westeurope"], &[]);
    let refuse = FaultAction::Refuse { status: 400, code: "SkuNotAvailable".into(), headers: Vec::new() };
    platform.simulator.inject(Fault::next(Method::Put, "microsoft.sql/servers/", refuse));
    let ended = attempt(&estate, Kind::Up).await;
    let outcome = |stack: &str| &ended.iter().find(|ended| ended.stack.stack == stack).unwrap().outcome;
    assert!(matches!(outcome("data"), Outcome::Failed(_)), "{:?}", outcome("data"));
    let data = StackName::new("dev", "westeurope", "data").unwrap();
    for waiting in ["observability", "application"] {
        let expected = Obstacle::Stack(data.clone());
        let waits = matches!(outcome(waiting), Outcome::NotStarted(obstacle) if *obstacle == expected);
        assert!(waits, "{waiting}: {:?}", outcome(waiting));
    }
    for done in ["foundation", "aks", "messaging"] {
        assert!(matches!(outcome(done), Outcome::Done(_)), "{done}: {:?}", outcome(done));
    }
    run(&estate, Kind::Up).await;
    assert_settled(&estate).await;
}

/// Busy services, connections that break, answers that get lost, and reads that are behind.
fn shaky(seed: u64) -> Vec<Fault> {
    let refuse = |status, code: &str| FaultAction::Refuse {
        status,
        code: code.to_owned(),
        headers: vec![("retry-after".to_owned(), "7".to_owned())],
    };
    let actions = [
        (0.04, FaultAction::throttle(11)),
        (0.03, refuse(409, "AnotherOperationInProgress")),
        (0.03, refuse(503, "ServiceUnavailable")),
        (0.02, FaultAction::Disconnect),
        (0.02, FaultAction::LoseResponse),
        (0.03, FaultAction::StaleReads(Duration::from_secs(20))),
    ];
    let fault = |(index, (probability, action)): (usize, (f64, FaultAction))| Fault {
        name: format!("{seed}-{index}"),
        method: None,
        path: PathPattern::Containing(String::new()),
        after: 0,
        times: usize::MAX,
        lasting: None,
        probability,
        message: None,
        action,
    };
    actions.into_iter().enumerate().map(fault).collect()
}

#[tokio::test]
async fn faults_at_random_only_make_it_slower() {
    let calm =
        Platform::with(Settings { operation_duration: Duration::from_secs(20), ..Settings::default() });
    run(&calm.estate("prod", &["westeurope"], &[]), Kind::Up).await;
    for seed in [1, 2, 3] {
        println!("seed {seed}");
        let settings = Settings {
            operation_duration: Duration::from_secs(20),
            replication_delay: Duration::from_secs(30),
            throttle: true,
            seed,
            ..Settings::default()
        };
        let platform = Platform::with(settings);
        shaky(seed).into_iter().for_each(|fault| platform.simulator.inject(fault));
        let estate = platform.estate("prod", &["westeurope"], &[]);
        run(&estate, Kind::Up).await;
        let (expected, found) = (calm.places(), platform.places());
        let missing: Vec<&String> = expected.iter().filter(|place| !found.contains(place)).collect();
        let more: Vec<&String> = found.iter().filter(|place| !expected.contains(place)).collect();
        assert!(expected == found, "seed {seed}: missing {missing:#?}, more {more:#?}");
        assert_settled(&estate).await;
        println!("calm {:?}, shaky {:?}", calm.time.passed(), platform.time.passed());
        assert!(platform.time.passed() > calm.time.passed(), "seed {seed}");
    }
}
