//! Several who update random parts of one stack at once, some of whom end before their time. Whatever comes of it: nothing is
//! lost or doubled, the history fits, and in the end everything is as the program says.
//!
//! A failure prints the seed: `SEED=.. cargo test -p scenarios --test sharing` runs it again; `CASES=500` tries more.

use super::PATIENT;
use atp_iac::engine::{EngineError, Kind, Update, UpdateOptions};
use atp_iac::history::HistoryRecord;
use atp_iac::ports::{ManualClock, Random as _, SystemRandom};
use atp_iac::state::{MemoryStore, StateStore as _};
use atp_iac::testing::MemoryCloud;
use futures::future::join_all;
use scenarios::held::{Dice, HeldCloud};
use scenarios::{Item, World, item, program_that_tells, report, stack_name, targets, targets_and_dependents};
use std::sync::{Arc, Mutex};

/// How many cases are tried.
const CASES: u64 = 60;
/// How many work at once.
const WORKERS: usize = 4;
/// How often each of them does something.
const TURNS: usize = 6;
/// How many resources the program has.
const SIZE: usize = 8;

/// What the program says at the moment.
struct Wanted {
    links: Vec<Vec<usize>>,
    sizes: Vec<i64>,
    fixed: Vec<i64>,
}

impl Wanted {
    fn new(dice: &Dice) -> Self {
        let links = |number: usize| (0..number).filter(|_| dice.below(5) == 0).collect();
        Wanted { links: (0..SIZE).map(links).collect(), sizes: vec![0; SIZE], fixed: vec![0; SIZE] }
    }

    fn change(&mut self, dice: &Dice) {
        match dice.below(6) {
            0 => {}
            1 => self.fixed[dice.below(SIZE)] += 1,
            _ => self.sizes[dice.below(SIZE)] += 1,
        }
    }

    fn items(&self) -> Vec<Item> {
        let one = |number: usize| {
            let sized =
                item(&name(number)).with("size", self.sizes[number]).with("fixed", self.fixed[number]);
            self.links[number].iter().fold(sized, |one, other| one.link(&name(*other), &name(*other)))
        };
        (0..SIZE).map(one).collect()
    }
}

fn name(number: usize) -> String {
    format!("n{number}")
}

struct Case {
    dice: Arc<Dice>,
    wanted: Mutex<Wanted>,
    first: World,
    store: MemoryStore,
    cloud: HeldCloud,
    /// How many updates were carried out.
    done: Mutex<usize>,
    killed: Mutex<usize>,
    /// How often somebody looked while several were at work.
    together: Mutex<usize>,
}

impl Case {
    fn new(seed: u64) -> Self {
        let dice = Arc::new(Dice::new(seed));
        let memory = MemoryCloud::new("test").replacing("fixed");
        let store = MemoryStore::new(Arc::new(ManualClock::default()));
        let mut first = World::with_store(memory.clone(), Arc::new(store.clone()));
        first.engine = first.engine.with_lock_wait(PATIENT);
        let cloud = HeldCloud::new(memory).slow(dice.clone());
        let wanted = Mutex::new(Wanted::new(&dice));
        let (done, killed, together) = (Mutex::default(), Mutex::default(), Mutex::default());
        Case { dice, wanted, first, store, cloud, done, killed, together }
    }

    /// One process: does something, and may end at any moment.
    async fn turn(&self) {
        let mut world = self.first.again(Arc::new(self.store.clone()), self.cloud.clone());
        world.engine = world.engine.with_lock_wait(PATIENT);
        let lives = (self.dice.below(3) == 0).then(|| self.dice.below(400));
        let death = async {
            match lives {
                None => std::future::pending().await,
                Some(turns) => {
                    for _ in 0..turns {
                        tokio::task::yield_now().await;
                    }
                }
            }
        };
        tokio::select! {
            biased;
            () = death => *self.killed.lock().unwrap() += 1,
            update = self.update(&world) => self.judge(update),
        }
    }

    async fn update(&self, world: &World) -> Result<Update, EngineError> {
        let items = {
            let mut wanted = self.wanted.lock().unwrap();
            wanted.change(&self.dice);
            wanted.items()
        };
        let some: Vec<String> = (0..1 + self.dice.below(2)).map(|_| name(self.dice.below(SIZE))).collect();
        let some: Vec<&str> = some.iter().map(String::as_str).collect();
        let up = async |items: &[Item], options: UpdateOptions| {
            Box::pin(world.run(&program_that_tells(items), Kind::Up, options)).await
        };
        match self.dice.below(12) {
            0 => up(&items, UpdateOptions::default()).await,
            1 => Box::pin(world.destroy_with(targets(&some))).await,
            2 => Box::pin(world.destroy_with(targets_and_dependents(&some))).await,
            3..=5 => up(&items, targets_and_dependents(&some)).await,
            _ => up(&items, targets(&some)).await,
        }
    }

    fn judge(&self, update: Result<Update, EngineError>) {
        match update {
            Ok(update) => {
                let failures = &report(&update).failures;
                assert!(failures.is_empty(), "{failures:?}");
                *self.done.lock().unwrap() += 1;
            }
            // Something that is not selected is needed, or in the way.
            Err(EngineError::Plan(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }

    async fn run(&self) {
        let worker = async || {
            for _ in 0..TURNS {
                self.turn().await;
            }
        };
        let watches = async {
            loop {
                let claims = self.store.claims(&stack_name()).await.unwrap();
                for (number, one) in claims.iter().enumerate() {
                    let against =
                        claims[number + 1..].iter().find_map(|other| one.claim.conflict(&other.claim));
                    assert_eq!(against, None);
                }
                *self.together.lock().unwrap() += usize::from(claims.len() > 1);
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            _ = join_all((0..WORKERS).map(|_| worker())) => {}
            () = watches => {}
        }
        // Whoever was killed is gone when what he was writing is written.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        self.ends_well().await;
    }

    async fn ends_well(&self) {
        // What was cut off is looked up: then the state says what is there, before anything is brought in order.
        self.first.refresh().await.unwrap();
        let state = self.first.state().await;
        for (name, id) in state.outputs() {
            // What was destroyed by its name is told until the next update of it.
            let told = id.as_str().unwrap();
            assert_eq!(told, format!("T/{name}"));
        }
        let mut known: Vec<String> = state.resources().map(|one| one.id.clone()).collect();
        known.sort();
        assert_eq!(known, self.first.ids());
        assert_eq!(state.pending().count(), 0);
        assert_eq!(self.store.claims(&stack_name()).await.unwrap(), []);
        let items = self.wanted.lock().unwrap().items();
        let program = program_that_tells(&items);
        let last = self.first.deploy(&program).await.unwrap();
        assert!(report(&last).is_complete());
        assert!(!self.first.plan(&program).await.unwrap().has_changes());
        let told: Vec<String> = self.first.state().await.outputs().keys().cloned().collect();
        assert_eq!(told, (0..SIZE).map(name).collect::<Vec<_>>());
        for (id, object) in self.first.cloud.objects() {
            let one = items.iter().find(|item| format!("T/{}", item.name) == id).unwrap();
            assert_eq!(object.get("size"), one.properties.get("size"), "{id}");
        }
        assert_eq!(self.first.ids().len(), SIZE);
        let found = self.first.engine.verify_history(&stack_name()).await.unwrap();
        assert_eq!(found.bad, None);
        let records = self.first.engine.history(&stack_name(), None).await.unwrap();
        let records: Vec<HistoryRecord> = records.into_iter().map(|(_, one)| one.unwrap().record).collect();
        let cut_off = records.iter().filter(|one| one.written_later.is_some()).count();
        assert!(cut_off <= *self.killed.lock().unwrap(), "nobody else was cut off");
    }
}

#[test]
fn whoever_updates_what_at_once_and_is_cut_off_nothing_is_lost() {
    let read = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let mut bytes = [0; 8];
    SystemRandom.fill(&mut bytes).unwrap();
    let (first, cases) = match read("SEED") {
        Some(seed) => (seed, 1),
        None => (u64::from_le_bytes(bytes) >> 8, read("CASES").unwrap_or(CASES)),
    };
    let (mut done, mut killed, mut together) = (0, 0, 0);
    for seed in first..first + cases {
        println!("SEED={seed}");
        let case = Case::new(seed);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(case.run());
        done += *case.done.lock().unwrap();
        killed += *case.killed.lock().unwrap();
        together += usize::from(*case.together.lock().unwrap() > 0);
    }
    let told = format!("{done} updates, {killed} cut off, several at once in {together} cases");
    println!("{told}");
    assert!(cases < 10 || (done > 20 && killed > 20 && together > 5), "too little took place: {told}");
}
