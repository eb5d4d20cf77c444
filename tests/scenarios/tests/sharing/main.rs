//! Several updates of one stack at once: what does not touch each other runs at the same time, the rest waits.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod beside;
mod random;
mod waiting;

use atp_iac::history::HistoryRecord;
use atp_iac::state::StateStore as _;
use atp_iac::state::{Holder, MemoryStore};
use atp_iac::testing::MemoryCloud;
use scenarios::held::HeldCloud;
use scenarios::{Item, World, item, stack_name};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Two who work on one stack, each with an engine, and the cloud that both call.
struct Two {
    anna: World,
    ben: World,
    cloud: HeldCloud,
    store: MemoryStore,
    /// Whom Ben waited for.
    waited: Arc<Mutex<Vec<String>>>,
}

/// As patient as it takes.
const PATIENT: Duration = Duration::from_secs(1_000_000);

async fn two(items: &[Item]) -> Two {
    let store = MemoryStore::new(Arc::new(atp_iac::ports::ManualClock::default()));
    let memory = MemoryCloud::new("test").replacing("fixed");
    let cloud = HeldCloud::new(memory.clone());
    let mut anna = World::with_store(memory, Arc::new(store.clone())).with_provider(cloud.clone());
    let mut ben = anna.again(Arc::new(store.clone()), cloud.clone());
    let waited = Arc::new(Mutex::new(Vec::new()));
    let hears = waited.clone();
    let on_wait = move |holder: Option<&Holder>| {
        hears.lock().unwrap().push(holder.map(|holder| holder.operation.clone()).unwrap_or_default());
    };
    anna.engine = anna.engine.with_lock_wait(PATIENT);
    ben.engine = ben.engine.with_lock_wait(PATIENT).with_on_wait(on_wait);
    anna.up(items).await.unwrap();
    Two { anna, ben, cloud, store, waited }
}

impl Two {
    async fn records(&self) -> Vec<HistoryRecord> {
        let history = self.anna.engine.history(&stack_name(), None).await.unwrap();
        history.into_iter().map(|(_, entry)| entry.unwrap().record).collect()
    }

    /// Nobody is at work, everything is folded, the history fits, and the state has what the cloud has.
    async fn is_in_order(&self) {
        assert_eq!(self.store.claims(&stack_name()).await.unwrap(), []);
        assert_eq!(self.store.read(&stack_name()).await.unwrap().unwrap().journal.len(), 0);
        let found = self.anna.engine.verify_history(&stack_name()).await.unwrap();
        assert_eq!(found.bad, None);
        let state = self.anna.state().await;
        assert_eq!(state.pending().count(), 0);
        let mut known: Vec<String> = state.resources().map(|one| one.id.clone()).collect();
        known.sort();
        assert_eq!(known, self.anna.ids());
    }

    /// How often Ben waited for somebody.
    fn waits(&self) -> usize {
        self.waited.lock().unwrap().len()
    }
}

/// A network, and what is in it.
fn in_net(names: &[&str]) -> Vec<Item> {
    let inside = names.iter().map(|name| item(name).link("net", "net"));
    [item("net")].into_iter().chain(inside).collect()
}
