//! Runs over stacks whose programs are closures, on a cloud in memory.

use super::{Estate, Forecast, Graph, Limits, Member, Obstacle, Outcome, Told};
use crate::apply::{Event, Interrupt};
use crate::engine::{Decision, Deployment, Engine, Kind, UpdateOptions};
use crate::output::Expression;
use crate::ports::{Clock, ManualClock, SeededRandom};
use crate::program::{Context, Location, ProgramError};
use crate::resource::Options;
use crate::secrets::LocalKeyFile;
use crate::state::{Holder, MemoryStore};
use crate::testing::MemoryCloud;
use crate::{StackName, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

struct World {
    cloud: MemoryCloud,
    engine: Engine,
    clock: Arc<ManualClock>,
    _keys: tempfile::TempDir,
}

fn name(stack: &str) -> StackName {
    StackName::new("dev", "north", stack).unwrap()
}

/// A stack with one resource of a size.
fn stack(name_of: &str, size: u64) -> Deployment {
    let cloud_name = name_of.to_owned();
    Deployment::of_function(name(name_of), move |cx: &mut Context| {
        if size == 0 {
            panic!("a size of nothing");
        }
        let inputs = Value::from([("name", Value::from(cloud_name.as_str())), ("size", size.into())]);
        let location = Location { file: "src/a.rs", line: 1 };
        cx.register("T", "memory", &cloud_name, Expression::from(inputs), Options::new(), location)?;
        Ok::<_, ProgramError>(BTreeMap::new())
    })
}

impl World {
    fn new() -> Self {
        let keys = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::default());
        let random = Arc::new(SeededRandom::new(1));
        let cloud = MemoryCloud::new("memory");
        let key_file = LocalKeyFile::new(keys.path().join("secret.key"), random.clone());
        let holder = Holder {
            who: "anna".into(),
            host: "desk".into(),
            process: 1,
            operation: String::new(),
            since: clock.now(),
        };
        let engine = Engine::new(Arc::new(MemoryStore::new(clock.clone())), Arc::new(key_file), holder)
            .with_ports(clock.clone(), random)
            .with_provider(Arc::new(cloud.clone()));
        World { cloud, engine, clock, _keys: keys }
    }

    /// Stacks, each with the size of its resource and the stacks that it refers to.
    fn estate(&self, stacks: &[(&str, u64, &[&str])]) -> Estate {
        let references = |names: &[&str]| names.iter().map(|other| name(other)).collect::<BTreeSet<_>>();
        let graph = stacks.iter().map(|(stack, _, others)| (name(stack), references(others))).collect();
        let member = |(name, size, _): &(&str, u64, &[&str])| Member {
            deployment: stack(name, *size),
            engine: self.engine.clone(),
        };
        let members = stacks.iter().map(member).collect();
        Estate::new(Graph::new(graph).unwrap(), members, self.clock.clone())
    }

    async fn up(&self, stacks: &[(&str, u64, &[&str])]) {
        let estate = self.estate(stacks);
        let forecast = preview(&estate, Kind::Up).await;
        let ended = estate
            .update(
                &forecast,
                &UpdateOptions::default(),
                Limits::default(),
                &|_, _| {},
                &Interrupt::default(),
            )
            .await;
        assert!(ended.iter().all(super::Ended::is_done), "{ended:#?}");
    }
}

async fn preview(estate: &Estate, kind: Kind) -> Forecast {
    estate.preview(kind, &UpdateOptions::default()).await.unwrap()
}

#[tokio::test]
async fn no_more_stacks_are_worked_on_at_a_time_than_allowed() {
    let world = World::new();
    let stacks: Vec<(String, u64)> = (0..6).map(|index| (format!("s{index}"), 1)).collect();
    let stacks: Vec<(&str, u64, &[&str])> =
        stacks.iter().map(|(name, size)| (name.as_str(), *size, [].as_slice())).collect();
    let estate = world.estate(&stacks);
    for (kind, limit) in [(Kind::Up, 2), (Kind::Destroy, 1), (Kind::Up, 6)] {
        let forecast = preview(&estate, kind).await;
        let running = Mutex::new((BTreeSet::new(), 0));
        let tell = |name: &StackName, told: Told<'_>| {
            let (running, most) = &mut *running.lock().unwrap();
            match told {
                Told::Begun(..) => drop(running.insert(name.clone())),
                Told::Ended(_) => drop(running.remove(name)),
                Told::Step(_) => *most = running.len().max(*most),
            }
        };
        let limits = Limits { stacks: limit };
        estate.update(&forecast, &UpdateOptions::default(), limits, &tell, &Interrupt::default()).await;
        let most = running.lock().unwrap().1;
        assert_eq!(most, limit, "{kind:?}");
    }
}

#[tokio::test]
async fn a_plan_that_has_moved_since_it_was_approved_is_refused_and_the_others_go_on() {
    let world = World::new();
    world
        .up(&[("base", 1, &[]), ("data", 1, &["base"]), ("app", 1, &["data"]), ("gate", 1, &["base"])])
        .await;
    let estate = world.estate(&[
        ("base", 2, &[]),
        ("data", 2, &["base"]),
        ("app", 2, &["data"]),
        ("gate", 2, &["base"]),
    ]);
    let forecast = preview(&estate, Kind::Up).await;
    // Somebody else destroys a stack after the preview: it would be created now, and that was not approved.
    let interrupt = Interrupt::default();
    let options = UpdateOptions::default();
    let mut apply = |_: &_, _: &[_]| Decision::Apply;
    let (data, mut observe) = (stack("data", 1), |_: Event<'_>| {});
    let engine = &world.engine;
    engine.update(&data, Kind::Destroy, &options, &mut apply, &mut observe, &interrupt).await.unwrap();
    let ended = estate.update(&forecast, &options, Limits::default(), &|_, _| {}, &interrupt).await;
    let outcomes: Vec<&Outcome> = ended.iter().map(|ended| &ended.outcome).collect();
    let [Outcome::Done(_), Outcome::Moved(departures), Outcome::NotStarted(obstacle), Outcome::Done(_)] =
        outcomes.as_slice()
    else {
        panic!("{outcomes:#?}")
    };
    assert_eq!(
        departures[0].to_string(),
        "`data` would be created, and it was approved that it would be updated"
    );
    assert_eq!(*obstacle, Obstacle::Stack(name("data")));
    assert!(!world.cloud.objects().contains_key("T/data"));
}

#[tokio::test]
async fn an_interrupt_before_a_stack_begins_leaves_it_alone() {
    let world = World::new();
    let estate = world.estate(&[("base", 1, &[]), ("data", 1, &["base"])]);
    let forecast = preview(&estate, Kind::Up).await;
    let interrupt = Interrupt::default();
    let tell = |_: &StackName, told: Told<'_>| {
        if let Told::Ended(_) = told {
            interrupt.raise();
        }
    };
    let ended =
        estate.update(&forecast, &UpdateOptions::default(), Limits::default(), &tell, &interrupt).await;
    assert!(ended[0].is_done(), "{ended:#?}");
    assert!(matches!(ended[1].outcome, Outcome::NotStarted(Obstacle::Interrupted)), "{ended:#?}");
    assert_eq!(world.cloud.objects().len(), 1);
}

#[tokio::test]
async fn a_program_that_panics_while_others_run_is_one_failure() {
    let world = World::new();
    let forecast = preview(&world.estate(&[("base", 1, &[]), ("data", 1, &[])]), Kind::Up).await;
    let broken = world.estate(&[("base", 0, &[]), ("data", 1, &[])]);
    let ended = broken
        .update(&forecast, &UpdateOptions::default(), Limits::default(), &|_, _| {}, &Interrupt::default())
        .await;
    assert!(matches!(ended[0].outcome, Outcome::Panic), "{ended:#?}");
    assert!(ended[1].is_done(), "{ended:#?}");
}
