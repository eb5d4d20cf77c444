//! `Debug` of whatever is public and can hold a secret shows none. The sources are read for what these types are, so that
//! a new one is either shown here or named among those that are made of others alone.

use super::canary::{GIVEN, TYPED, clean, indiscreet};
use super::support::PROGRAMS;
use crate::apply::Interrupt;
use crate::cli::{Answer, Application};
use crate::cloud::{Cloud, CloudError, CloudRequest, Clouds};
use crate::config::ConfigTree;
use crate::engine::{Decision, Deployment, DiscoverOptions, Engine, Kind, RefreshOptions, UpdateOptions};
use crate::output::{Expression, Extra};
use crate::plan::Selection;
use crate::ports::{Clock, ManualClock, SeededRandom};
use crate::program::StackOutputs;
use crate::provider::{
    Action, Declaration, Existing, Found, Known, Nested, Object, Provider, Request, Target,
};
use crate::resource::{HookCall, HookMoment, Transform};
use crate::secrets::{ConfigSecrets, DataKey, Passphrase};
use crate::state::{Holder, Intent, Lifecycle, MemoryStore, Record, StateStore, read_state};
use crate::testing::{CallKind, KeyInClear, MemoryCloud};
use crate::{Input, Output, Secret, Value};
use std::any::type_name;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Whose `Debug` is derived, and so shows what others show that are looked at here, and texts that hold no secret.
const MADE_OF_OTHERS: &[&str] = &[
    "Alias",
    "ApprovalError",
    "Departure",
    "Desired",
    "DiscoveryNote",
    "Ended",
    "Forecast",
    "JournalPart",
    "Merging",
    "Origin",
    "Parts",
    "Pattern",
    "PreviewError",
    "Property",
    "QueryError",
    "Question",
    "Recovered",
    "Recovery",
    "ReferencedOutputs",
    "Refreshed",
    "Registration",
    "Scheduler",
    "Setup",
    "Source",
    "Status",
    "Telling",
    "Transforming",
    "Trouble",
    "Unanswered",
    "Why",
];

/// What was shown so far.
#[derive(Default)]
struct Shown(String);

impl Shown {
    #[track_caller]
    fn add<T: fmt::Debug>(&mut self, what: &T) {
        let start = self.0.len();
        let name = type_name::<T>().split('<').next().unwrap_or_default();
        writeln!(self.0, "{name}\n{what:?}\n{what:#?}").unwrap();
        clean("what Debug shows", &self.0.as_bytes()[start..]);
    }

    /// Whether a struct or a variant of this name was shown.
    fn has(&self, name: &str) -> bool {
        let before = |at: usize| !self.0[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let after =
            |at: usize| !self.0[at + name.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
        self.0.match_indices(name).any(|(at, _)| before(at) && after(at))
    }
}

fn secret() -> Value {
    Value::from([("password", Value::from(TYPED).into_secret())])
}

fn config() -> ConfigTree {
    let mut config = ConfigTree::from_yaml("dev.yaml", "password: sealed\nguests: [ben]\n").unwrap();
    config.reveal(|_, text| (text == "sealed").then(|| Ok(TYPED.to_owned()))).unwrap();
    config
}

/// A stack that is planned, deployed, changed, refreshed and rolled back, well and badly.
async fn of_an_engine(shown: &mut Shown) {
    let clock = Arc::new(ManualClock::default());
    let store = Arc::new(MemoryStore::new(clock.clone()));
    let token = Value::from([("token", Value::from(GIVEN).into_secret())]);
    let cloud = MemoryCloud::new("memory")
        .with_outputs("Test.Store", token)
        .with_outputs("Test.Front", Value::from([("address", "https://front".into())]));
    let since = clock.now();
    let who = Holder { who: "anna".into(), host: "desk".into(), process: 7, operation: "up".into(), since };
    let engine = Engine::new(store.clone(), Arc::new(KeyInClear), who)
        .with_ports(clock.clone(), Arc::new(SeededRandom::new(1)))
        .with_provider(Arc::new(cloud.clone()));
    let deployment = Deployment::new("dev", "north", PROGRAMS[0], config()).unwrap();
    let (options, name) = (UpdateOptions::default(), deployment.name().clone());
    shown.add(&deployment);
    let (preview, file) = engine.save_plan(&deployment, Kind::Up, &options).await.unwrap();
    shown.add(&preview);
    let opened = engine.open_plan("the.plan", &file).await.unwrap();
    shown.add(&opened.saved().unwrap().plan);
    shown.add(&engine.open_plan("the.plan", &file[..file.len() - 1]).await.err());
    let update = async |config: ConfigTree, kind: Kind, options: &UpdateOptions, shown: &mut Shown| {
        let mut events = Shown::default();
        let deployment = deployment.clone().with_config(config);
        let mut decide = |plan: &crate::plan::Plan, _: &[_]| {
            clean("a plan", format!("{plan:?}").as_bytes());
            Decision::Apply
        };
        let mut observe = |event: crate::apply::Event<'_>| events.add(&event);
        let interrupt = Interrupt::default();
        let done = engine.update(&deployment, kind, options, &mut decide, &mut observe, &interrupt).await;
        shown.0.push_str(&events.0);
        shown.add(&done);
    };
    cloud.fail_next(CallKind::Create, "store", indiscreet(&[TYPED]));
    update(config(), Kind::Up, &options, shown).await;
    update(config(), Kind::Up, &options, shown).await;
    let mut larger = config();
    larger.set("size", "3").unwrap();
    larger.set("protect", "true").unwrap();
    cloud.fail_next(CallKind::Update, "store", indiscreet(&[TYPED, GIVEN]));
    update(larger.clone(), Kind::Up, &options, shown).await;
    update(larger.clone(), Kind::Up, &options, shown).await;
    update(config(), Kind::Destroy, &options, shown).await;
    let state = read_state(store.as_ref(), &name, &KeyInClear).await.unwrap().unwrap();
    shown.add(&state.view);
    shown.add(&state.view.to_snapshot());
    shown.add(&state.keys);
    shown.add(&state.fingerprints);
    shown.add(&store.read(&name).await.unwrap());
    for resource in state.view.resources() {
        shown.add(&Record::Saved { step: Some(1), resource: resource.clone() });
    }
    let changed = Value::from([("password", Value::from("other").into_secret())]);
    cloud.put("Test.Store/store", changed);
    shown.add(&engine.drift(&name, &Selection::default()).await);
    for _ in 0..2 {
        cloud.fail_next(CallKind::Read, "", indiscreet(&[TYPED, GIVEN]));
    }
    shown.add(&engine.drift(&name, &Selection::default()).await);
    let refresh = RefreshOptions { run_program: true, ..RefreshOptions::default() };
    shown.add(&engine.refresh(&deployment, &refresh, &Interrupt::default()).await);
    let reading = UpdateOptions { refresh: true, ..options.clone() };
    cloud.fail_next(CallKind::Read, "", indiscreet(&[TYPED, GIVEN]));
    shown.add(&engine.preview(&deployment, Kind::Up, &reading).await);
    shown.add(&engine.history(&name, None).await.unwrap());
    shown.add(&engine.history_record(&name, 2).await);
    shown.add(&engine.history_record(&name, 99).await);
    shown.add(&engine.history_diff(&name, 1, 3).await);
    let back = engine.rollback(&name, 2).await.unwrap();
    shown.add(&back);
    shown.add(&engine.preview(&back, Kind::Up, &options).await);
    shown.add(&engine.backups(&name).await);
    shown.add(&engine.discover("memory", "Test", DiscoverOptions { include_managed: true }).await);
    cloud.fail_next(CallKind::Query, "Test", indiscreet(&[TYPED, GIVEN]));
    shown.add(&engine.discover("memory", "Test", DiscoverOptions::default()).await);
}

struct NoCloud;

impl Clouds for NoCloud {
    fn connect(&self, _: &CloudRequest<'_>) -> Result<Vec<Arc<dyn Provider>>, CloudError> {
        Ok(Vec::new())
    }
}

/// What is handed to whoever writes a provider, a program or a tool.
fn of_ports(shown: &mut Shown) {
    let (inputs, timeout) = (secret(), Duration::from_secs(1));
    let target = Target { kind: "T", id: "t", inputs: &inputs };
    let request = Request { kind: "T", inputs: &inputs, timeout };
    let object = Object { id: "t".into(), outputs: secret() };
    shown.add(&inputs);
    shown.add(&request);
    shown.add(&Known { target, outputs: &inputs });
    let path = crate::value::Path::of_keys("password");
    shown.add(&Nested { path, kind: "T".into(), id: "t/s".into(), inputs: Some(secret()) });
    let stack = crate::StackName::new("dev", "north", "shop").unwrap();
    let urn = crate::Urn::new(&stack, &["T"], &["t"]).unwrap();
    let (moment, id) = (HookMoment::BeforeUpdate, Some("t".to_owned()));
    shown.add(&HookCall { urn: urn.clone(), moment, id, inputs: secret(), outputs: Some(secret()) });
    let at = ManualClock::default().now();
    shown.add(&Intent {
        step: 1,
        action: crate::state::Action::Update,
        urn,
        kind: "T".into(),
        provider: "memory".into(),
        id: "t".into(),
        inputs: secret(),
        dependencies: Vec::new(),
        lifecycle: Lifecycle::default(),
        location: None,
        replaced: false,
        at,
    });
    let values =
        secret().as_map().unwrap().iter().map(|(key, value)| (key.to_string(), value.clone())).collect();
    shown.add(&StackOutputs { contract: 1, values });
    shown.add(&Transform::new(|_| {}));
    shown.add(&PROGRAMS[0]);
    shown.add(&UpdateOptions::default());
    shown.add(&RefreshOptions::default());
    shown.add(&Selection::default());
    let mut password = Extra::default();
    password.set("password", Output::known(TYPED.to_owned()).secret());
    shown.add(&password);
    let config = config();
    let environment = |_: &str| Some(TYPED.to_owned());
    let (cloud, work_dir) = (Cloud::Simulator, Path::new("work"));
    shown.add(&CloudRequest { cloud, work_dir, config: &config, environment: &environment });
    shown.add(&Application::new(&PROGRAMS, Arc::new(NoCloud)));
    shown.add(&Existing { id: "t", inputs: &inputs, outputs: &inputs });
    shown.add(&Action { kind: "T", id: "t", name: "act", body: Some(&inputs), timeout });
    shown.add(&Declaration { name: "t", kind: "T", id: "t", inputs: &inputs });
    shown.add(&Found { kind: "T".into(), id: "t".into(), outputs: Some(secret()) });
    shown.add(&object);
    shown.add(&Secret::new(TYPED.to_owned()));
    shown.add(&Expression::from(secret()));
    shown.add(&Input::Output(Output::known(TYPED.to_owned()).secret()));
    shown.add(&Output::known(TYPED.to_owned()).secret());
    shown.add(&config);
    shown.add(&Passphrase::new(TYPED).unwrap());
    shown.add(&ConfigSecrets::new(Passphrase::new(TYPED).unwrap()));
    shown.add(&DataKey::from_bytes(&TYPED.as_bytes().repeat(2)[..32]).unwrap());
    shown.add(&Answer::Line(TYPED.into()));
}

/// What stands in a public type of this crate that has a `Debug`, and whether that is written by hand.
#[derive(Default)]
struct Type {
    body: String,
    by_hand: bool,
}

fn types() -> BTreeMap<String, Type> {
    let mut found = BTreeMap::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            if matches!(name.as_str(), "tests" | "testing") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                types_in(text.split("#[cfg(test)]\nmod ").next().unwrap(), &mut found);
            }
        }
    }
    found
}

fn types_in(text: &str, found: &mut BTreeMap<String, Type>) {
    let by_hand = |name: &str| {
        let after = |line: &str| {
            line.split(" Debug for ").nth(1).or(line.split("::Debug for ").nth(1)).map(str::to_owned)
        };
        let named = |line: &str| {
            after(line).is_some_and(|named| named.split(|c: char| !c.is_alphanumeric()).next() == Some(name))
        };
        text.lines().any(|line| line.starts_with("impl") && named(line))
    };
    let mut derived = false;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        derived |= line.starts_with("#[derive(") && line.contains("Debug");
        let declared = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
        let Some(declared) = declared else {
            derived &= line.starts_with('#') || line.starts_with("//");
            continue;
        };
        let name: String = declared.chars().take_while(|c| c.is_alphanumeric()).collect();
        let mut body = declared[name.len()..].to_owned();
        if line.ends_with('{') {
            let fields = lines.by_ref().take_while(|line| *line != "}");
            body.extend(
                fields.filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")),
            );
        }
        if derived || by_hand(&name) {
            let found = found.entry(name).or_default();
            found.body.push_str(&body);
            found.by_hand |= !derived;
        }
        derived = false;
    }
}

fn mentions(body: &str, names: &BTreeSet<String>) -> bool {
    body.split(|c: char| !c.is_alphanumeric()).any(|word| names.contains(word))
}

/// Those in which a secret can be, directly or through another one.
fn carriers(types: &BTreeMap<String, Type>) -> BTreeSet<String> {
    let roots = ["Value", "Expression", "ConfigTree", "DataKey", "Passphrase", "Sealer", "Fingerprints"];
    let mut found: BTreeSet<String> = roots.map(str::to_owned).into();
    loop {
        let new = types.iter().filter(|(name, one)| !found.contains(*name) && mentions(&one.body, &found));
        let new: Vec<String> = new.map(|(name, _)| name.clone()).collect();
        if new.is_empty() {
            found.retain(|name| types.contains_key(name));
            return found;
        }
        found.extend(new);
    }
}

/// The names by which `Debug` shows a type: its own, or those of its variants.
fn names(name: &str, body: &str) -> Vec<String> {
    let variants = body.lines().filter_map(|line| line.strip_prefix("    "));
    let word = |line: &str| line.chars().take_while(|c| c.is_alphanumeric()).collect::<String>();
    let variants = variants.map(word).filter(|word| word.starts_with(|c: char| c.is_uppercase()));
    variants.chain([name.to_owned()]).collect()
}

#[tokio::test]
async fn nothing_that_is_public_shows_a_secret_by_its_debug() {
    let mut shown = Shown::default();
    of_an_engine(&mut shown).await;
    of_ports(&mut shown);
    let types = types();
    let carriers = carriers(&types);
    assert!(carriers.len() > 60 && carriers.contains("Plan") && carriers.contains("Intent"), "{carriers:?}");
    let is_shown = |name: &String| names(name, &types[name].body).iter().any(|name| shown.has(name));
    let (seen, missing): (Vec<&String>, Vec<&String>) = carriers.iter().partition(|name| is_shown(name));
    let missing: Vec<&&String> =
        missing.iter().filter(|name| !MADE_OF_OTHERS.contains(&name.as_str())).collect();
    assert!(missing.is_empty(), "show these here, or say that they are made of others: {missing:?}");
    let known: Vec<_> = MADE_OF_OTHERS.iter().filter(|name| seen.iter().any(|seen| seen == *name)).collect();
    let by_hand: Vec<_> = MADE_OF_OTHERS.iter().filter(|name| types[**name].by_hand).collect();
    assert!(by_hand.is_empty(), "nobody knows what these show: {by_hand:?}");
    assert!(known.is_empty(), "these are shown, and need not be named: {known:?}");
}
