//! `promote`, with small programs and a cloud in memory.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use atp_iac::cli::{Answer, Application, DiskPlans, Fixed, Ports, Storage, Terminal};
use atp_iac::cloud::{CloudError, CloudRequest, Clouds};
use atp_iac::ports::{Clock, ManualClock, SeededRandom};
use atp_iac::program::Program;
use atp_iac::project::{RevisionError, Revisions};
use atp_iac::provider::Provider;
use atp_iac::secrets::LocalKeyFile;
use atp_iac::state::{Holder, MemoryRecovery, MemoryStore, Presence, StateStore, Wait};
use atp_iac::testing::{CallKind, MemoryCloud};
use atp_iac::{Config, Context, Options, Outputs, Result, Secret, StackName, StackRef, Value, stack};
use stacks::promote::Promote;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// What a network has to know.
#[derive(Config)]
pub struct NetConfig {
    /// Addresses.
    pub range: String,
    /// How many of them.
    #[config(default = 1)]
    pub size: u32,
    /// For whoever looks.
    pub password: Secret<String>,
    /// Whether it may go.
    #[config(default = false)]
    pub protect: bool,
    /// Who may look.
    #[config(default)]
    pub guests: Vec<String>,
    /// Where it is.
    #[config(default = "here")]
    pub place: String,
}

/// Nothing is known of it.
#[derive(Outputs)]
pub struct NetOutputs {}

/// A network.
#[stack(layer = Foundation)]
pub fn net(cx: &mut Context, config: NetConfig) -> Result<NetOutputs> {
    let inputs = Value::from([
        ("name", Value::from(format!("net-{}", cx.environment()))),
        ("range", config.range.as_str().into()),
        ("size", u64::from(config.size).into()),
        ("place", config.place.as_str().into()),
    ]);
    let options = Options::new().protect(config.protect);
    let location = atp_iac::program::Location { file: "net.rs", line: 1 };
    cx.register("Test.Net", "memory", "net", inputs.into(), options, location)?;
    Ok(NetOutputs {})
}

/// A service in it.
#[stack(layer = Application)]
pub fn app(cx: &mut Context, _net: StackRef<Net>) -> Result<NetOutputs> {
    let inputs = Value::from([("name", Value::from(format!("app-{}", cx.environment())))]);
    let location = atp_iac::program::Location { file: "app.rs", line: 1 };
    cx.register("Test.App", "memory", "app", inputs.into(), Options::new(), location)?;
    Ok(NetOutputs {})
}

static PROGRAMS: [Program; 2] = [Program::of::<Net>(), Program::of::<App>()];

#[derive(Clone)]
struct OneCloud(MemoryCloud);

impl Clouds for OneCloud {
    fn connect(&self, _: &CloudRequest<'_>) -> std::result::Result<Vec<Arc<dyn Provider>>, CloudError> {
        Ok(vec![Arc::new(self.0.clone())])
    }
}

struct NoHistory;

impl Revisions for NoHistory {
    fn resolve(&self, _: &Path, _: &str) -> std::result::Result<String, RevisionError> {
        Err(RevisionError { message: "no version control".into(), hint: "use one".into() })
    }
    fn changed(&self, _: &Path, _: &str) -> std::result::Result<Vec<PathBuf>, RevisionError> {
        Ok(Vec::new())
    }
    fn read(&self, _: &Path, _: &str, _: &Path) -> std::result::Result<Option<String>, RevisionError> {
        Ok(None)
    }
}

struct Ran {
    code: u8,
    out: String,
    err: String,
}

struct World {
    files: BTreeMap<PathBuf, String>,
    cloud: MemoryCloud,
    store: Arc<MemoryStore>,
    clock: Arc<ManualClock>,
    random: Arc<SeededRandom>,
    keys: tempfile::TempDir,
}

const BASE: &str = "common:
  promotion: { approvals: 2, differs: ['net.range'] }
net: { password: hunter2, range: 10.1.0.0/16 }
";

impl World {
    fn new() -> Self {
        let files = [
            (
                "/p/atp.yaml",
                "name: p\nenvironments:\n  staging: {regions: [north]}\n  prod: {regions: [north]}\n",
            ),
            ("/p/config/base.yaml", BASE),
            ("/p/config/prod.yaml", "net: { range: 10.2.0.0/16, size: 3 }\n"),
        ];
        let clock = Arc::new(ManualClock::default());
        World {
            files: files.map(|(path, text)| (path.into(), text.to_owned())).into(),
            cloud: MemoryCloud::new("memory").replacing("place"),
            store: Arc::new(MemoryStore::new(clock.clone())),
            clock,
            random: Arc::new(SeededRandom::new(1)),
            keys: tempfile::tempdir().unwrap(),
        }
    }

    async fn up(&self, environment: &str) {
        let ran = self.run(&format!("up --yes --all -e {environment}")).await;
        assert_eq!(ran.code, 0, "{}", ran.err);
    }

    fn holder(&self) -> Holder {
        let since = self.clock.now();
        Holder { who: "anna".into(), host: "desk".into(), process: 7, operation: "up".into(), since }
    }

    async fn run(&self, arguments: &str) -> Ran {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let arguments = std::iter::once("atp").chain(arguments.split_whitespace()).map(OsString::from);
        let clouds = Arc::new(OneCloud(self.cloud.clone()));
        let application = Application::new(&PROGRAMS, clouds).with_command(Arc::new(Promote));
        let storage = |_: &Path| Storage {
            store: self.store.clone(),
            keys: Arc::new(LocalKeyFile::new(self.keys.path().join("secret.key"), self.random.clone())),
            recovery: Arc::new(MemoryRecovery::default()),
            presence: Presence::default(),
        };
        let ports = Ports {
            out: &mut out,
            err: &mut err,
            terminal: Terminal::default(),
            environment: &|_: &str| None,
            current_dir: "/p".into(),
            files: &self.files,
            plans: &DiskPlans,
            revisions: &NoHistory,
            holder: self.holder(),
            ask: &mut || Answer::End,
            presses: watch::Sender::new(0).subscribe(),
            storage: &storage,
            clock: self.clock.clone(),
            random: self.random.clone(),
        };
        let code = application.execute(Fixed::default(), arguments, ports).await;
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code, out: text(out), err: text(err) }
    }

    /// The closed gates, with why.
    async fn closed(&self, more: &str) -> Vec<String> {
        let ran = self.run(&format!("promote --from staging --to prod {more}")).await;
        let closed = ran.out.lines().filter_map(|line| line.strip_prefix("closed  "));
        let closed: Vec<String> =
            closed.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(ran.code, if closed.is_empty() { 0 } else { 3 }, "{}", ran.err);
        closed
    }
}

const APPROVED: &str = "--approved-by anna --approved-by ben";

#[tokio::test]
async fn with_all_gates_open_the_command_that_does_it_is_printed() {
    let world = World::new();
    world.up("staging").await;
    let ran = world.run(&format!("promote --from staging --to prod {APPROVED}")).await;
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("all gates are open: run `atp up --env prod --all-regions`"), "{}", ran.err);
    assert!(ran.out.contains("2 asked for, given by anna, ben\n"), "{}", ran.out);
    assert!(
        ran.out.contains("target-plan       2 to create, 0 to update, 0 to replace, 0 to delete\n"),
        "{}",
        ran.out
    );
    world.up("prod").await;
    assert_eq!(world.closed(APPROVED).await, Vec::<String>::new(), "once more, where nothing is to be done");
}

#[tokio::test]
async fn what_differs_is_shown_with_its_places_and_what_is_expected_when_it_is_asked_for() {
    let mut world = World::new();
    world.up("staging").await;
    world.files.insert(
        "/p/config/prod.yaml".into(),
        "net: { range: 10.2.0.0/16, size: 3, guests: [anna], password: other }\n".into(),
    );
    let ran = world.run("promote --from staging --to prod").await;
    let size = "net.size: 1 -> 3\n    default -> config/prod.yaml:1\n";
    assert!(ran.out.contains(size) && !ran.out.contains("net.range"), "{}", ran.out);
    let guest = "net.guests[0]: (not set) -> \"anna\"\n    nowhere -> config/prod.yaml:1\n";
    assert!(ran.out.contains(guest) && !ran.out.contains("net.guests: "), "{}", ran.out);
    assert!(ran.err.contains("1 more values differ as the configuration says"), "{}", ran.err);
    let all = world.run("promote --from staging --to prod --verbose").await;
    assert!(all.out.contains(r#"net.range: "10.1.0.0/16" -> "10.2.0.0/16"  (expected)"#), "{}", all.out);
    assert!(!all.out.contains("hunter2") && !all.out.contains("other"), "{}", all.out);
}

#[tokio::test]
async fn every_gate_says_what_it_waits_for() {
    let mut world = World::new();
    let nothing = world.closed("--approved-by anna").await;
    assert_eq!(nothing[0], "approvals 2 asked for, given by anna");
    assert_eq!(nothing[1], "source-deployed not deployed: net, app");
    world.up("staging").await;
    world.up("prod").await;
    assert_eq!(world.closed(APPROVED).await, Vec::<String>::new());

    let objects = world.cloud.objects();
    for environment in ["staging", "prod"] {
        let (id, was) = objects.iter().find(|(id, _)| id.contains(&format!("net-{environment}"))).unwrap();
        let mut changed = was.clone();
        if let Value::Map(map) = &mut changed {
            map.insert("size".into(), 9_u64.into());
        }
        world.cloud.put(id, changed);
        let closed = world.closed(APPROVED).await;
        let side = if environment == "staging" { "source" } else { "target" };
        assert_eq!(closed[0], format!("{side}-drift changed outside: net"));
        world.cloud.put(id, was.clone());
    }

    let name = StackName::new("staging", "north", "net").unwrap();
    let lease = world.store.lock(&name, &world.holder(), Wait::NONE).await.unwrap();
    assert_eq!(world.closed(APPROVED).await, ["source-ended under way or cut off: net"]);
    world.store.unlock(&lease).await.unwrap();

    world.files.insert("/p/config/staging.yaml".into(), "net: { size: 2 }\n".into());
    assert_eq!(world.closed(APPROVED).await, ["source-current a plan would still change net"]);
    world.files.remove(Path::new("/p/config/staging.yaml"));

    let protected = "net: { range: 10.2.0.0/16, size: 3, protect: true }\n";
    world.files.insert("/p/config/prod.yaml".into(), protected.into());
    world.up("prod").await;
    world.files.insert("/p/config/prod.yaml".into(), protected.replace("protect", "place: there, protect"));
    let closed = world.closed(APPROVED).await;
    assert!(closed[0].starts_with("target-plan 1 protected resources stand against it; "), "{closed:?}");
}

#[tokio::test]
async fn nothing_is_changed_and_nonsense_is_refused() {
    let world = World::new();
    world.up("staging").await;
    let before = world.cloud.calls().iter().filter(|call| call.kind != CallKind::Read).count();
    world.closed(APPROVED).await;
    assert_eq!(world.cloud.calls().iter().filter(|call| call.kind != CallKind::Read).count(), before);
    for (line, said) in [
        ("promote --from staging --to staging", "`staging` is promoted to itself"),
        ("promote --from staging --to prot", "unknown environment `prot`; did you mean `prod`?"),
        ("promote --from staging", "--to <NAME>"),
    ] {
        let ran = world.run(line).await;
        assert!(ran.code == 1 && ran.err.contains(said), "{line}: {}", ran.err);
    }
}

#[tokio::test]
async fn for_programs_there_are_events() {
    let world = World::new();
    world.up("staging").await;
    let ran = world.run(&format!("promote --from staging --to prod {APPROVED} --json")).await;
    let events: Vec<serde_json::Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let range = events.iter().find(|event| event["path"] == "range").unwrap();
    assert_eq!((&range["event"], &range["expected"]), (&"config_difference".into(), &true.into()));
    let gates = events.iter().filter(|event| event["event"] == "gate" && event["open"] == true);
    assert_eq!(gates.count(), 8);
}
