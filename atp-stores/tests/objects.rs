//! States as objects, in an object store in memory.

mod memory {
    use atp_iac::ports::{ManualClock, SystemRandom};
    use atp_iac::testing::stores::Bench;
    use atp_stores::{LEASE, ObjectStates};
    use object_store::memory::InMemory;
    use object_store::path::Path;
    use std::sync::Arc;

    async fn bench() -> Option<Bench> {
        let clock = Arc::new(ManualClock::default());
        let store = Arc::new(InMemory::new());
        let store =
            ObjectStates::new(store, "memory:", Path::from("states"), clock.clone(), Arc::new(SystemRandom));
        Some(Bench::new(Arc::new(store), clock).with_lease(LEASE))
    }

    atp_iac::test_state_store!(bench());
}
