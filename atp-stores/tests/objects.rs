//! States as objects, in an object store in memory.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "objects/damage.rs"]
mod damage;

mod memory {
    use super::damage::Objects;
    use atp_iac::ports::{ManualClock, SystemRandom};
    use atp_iac::testing::stores::Bench;
    use atp_stores::{LEASE, ObjectStates};
    use object_store::memory::InMemory;
    use object_store::path::Path;
    use std::sync::Arc;

    async fn bench() -> Option<Bench> {
        let clock = Arc::new(ManualClock::default());
        let objects = Arc::new(InMemory::new());
        let (prefix, random) = (Path::from("states"), Arc::new(SystemRandom));
        let store = ObjectStates::new(objects.clone(), "memory:", prefix, clock.clone(), random);
        let folder = Path::from("states/test/westeurope/foundation");
        let damage = Objects { store: objects, folder };
        Some(Bench::new(Arc::new(store), clock).with_lease(LEASE).with_damage(damage))
    }

    atp_iac::test_state_store!(bench());
}
