//! One case at all of its points.

use atp_iac::Value;
use atp_iac::engine::{Kind, UpdateOptions};
use atp_iac::ports::ManualClock;
use atp_iac::state::read_state;
use atp_iac::testing::MemoryCloud;
use scenarios::mortal::{Life, Moment};
use scenarios::{Item, World, actions, program, report, stack_name};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// A run that is cut off, and what was before it.
pub struct Case {
    /// For people.
    pub name: &'static str,
    /// What was deployed before.
    pub before: Vec<Item>,
    /// What others did to the cloud then.
    pub meddle: fn(&MemoryCloud),
    /// What is wanted.
    pub program: Vec<Item>,
    /// To have it, or to have nothing.
    pub kind: Kind,
    /// How.
    pub options: UpdateOptions,
    /// What the plan does, in order of the alphabet.
    pub plan: &'static [&'static str],
}

impl Case {
    /// A case that brings one program to another.
    pub fn up(name: &'static str, before: &[Item], program: &[Item], plan: &'static [&'static str]) -> Self {
        Case {
            name,
            before: before.to_vec(),
            meddle: |_| {},
            program: program.to_vec(),
            kind: Kind::Up,
            options: UpdateOptions::default(),
            plan,
        }
    }

    /// Cuts the run off at every point; gives how many there are.
    pub fn at_all_points(&self) -> usize {
        let whole = self.run(&Life::whole());
        for point in 0..whole {
            for moment in [Moment::Before, Moment::Middle, Moment::After] {
                self.run(&Life::ending(point, moment));
            }
        }
        whole
    }

    /// One run that ends where its life does, and what has to hold afterwards. Each has a runtime of its own, and what
    /// the run left there goes with it, as with a process.
    fn run(&self, life: &Life) -> usize {
        let folder = tempfile::tempdir().unwrap();
        let store =
            |life: &Life, folder: &Path| Arc::new(life.store(folder, Arc::new(ManualClock::default())));
        let world = World::with_store(
            MemoryCloud::new("test").replacing("fixed"),
            store(&Life::whole(), folder.path()),
        );
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime().block_on(async {
            assert!(report(&world.up(&self.before).await.unwrap()).is_complete(), "{}", self.name);
        });
        (self.meddle)(&world.cloud);
        let dying = world.again(store(life, folder.path()), life.cloud(world.cloud.clone()));
        runtime().block_on(async {
            let wanted = program(&self.program);
            let planned = dying.engine.preview(&wanted, self.kind, &self.options);
            if let Some(preview) = life.live(planned).await {
                // What is deleted is in the order in which it was saved, which is not the same in every run.
                let mut planned = actions(&preview.unwrap().plan);
                planned.sort();
                assert_eq!(planned, self.plan, "{}", self.name);
                life.live(dying.run(&wanted, self.kind, self.options.clone())).await;
            }
        });
        drop(dying);
        runtime().block_on(self.recovers(&world, life));
        life.points()
    }

    /// Another process takes over.
    async fn recovers(&self, world: &World, life: &Life) {
        let context = format!("{}: ended at `{}`", self.name, life.last());
        let read = read_state(world.store.as_ref(), &stack_name(), &world.keys()).await;
        assert!(read.is_ok(), "{context}: {:?}", read.err());
        let update = world.run(&program(&self.program), self.kind, self.options.clone()).await;
        let update = update.unwrap_or_else(|error| panic!("{context}: {error}"));
        assert!(report(&update).is_complete(), "{context}: {:?}", report(&update).failures);
        assert_eq!(world.cloud.objects(), self.expected(), "{context}");
        let state = world.engine.state(&stack_name()).await.unwrap().unwrap();
        assert_eq!(state.pending().count(), 0, "{context}");
        let known: Vec<&str> = state.resources().map(|resource| resource.id.as_str()).collect();
        assert_eq!(known.len(), self.expected().len(), "{context}: {known:?}");
        if self.kind == Kind::Up {
            let plan = world.preview(&self.program).await.unwrap();
            assert!(!plan.has_changes(), "{context}: {:?}", actions(&plan));
            assert!(report(&world.destroy().await.unwrap()).is_complete(), "{context}");
            assert_eq!(world.ids(), Vec::<String>::new(), "{context}");
        }
    }

    /// What is in the cloud when the program is there as a whole.
    fn expected(&self) -> BTreeMap<String, Value> {
        if self.kind == Kind::Destroy {
            return BTreeMap::new();
        }
        let id = |item: &Item| format!("T/{}", item.cloud_name.as_deref().unwrap_or(&item.name));
        let ids: BTreeMap<&str, String> =
            self.program.iter().map(|item| (item.name.as_str(), id(item))).collect();
        let object = |item: &Item| {
            let mut map: BTreeMap<String, Value> = item.properties.clone();
            map.extend(
                item.links.iter().map(|(key, other)| (key.clone(), ids[other.as_str()].as_str().into())),
            );
            map.insert("name".into(), item.cloud_name.as_deref().unwrap_or(&item.name).into());
            map.insert("id".into(), id(item).into());
            (id(item), Value::Map(map.into_iter().collect()))
        };
        self.program.iter().map(object).collect()
    }
}
