//! What every store of states has to keep, as tests for whichever store there is.
//!
//! ```
//! mod memory {
//!     use atp_iac::ports::ManualClock;
//!     use atp_iac::state::MemoryStore;
//!     use atp_iac::testing::stores::Bench;
//!     use std::sync::Arc;
//!
//!     async fn bench() -> Option<Bench> {
//!         let clock = Arc::new(ManualClock::default());
//!         Some(Bench::new(Arc::new(MemoryStore::new(clock.clone())), clock))
//!     }
//!
//!     atp_iac::test_state_store!(bench());
//! }
//! ```
//!
//! Each case is a test of its own and gets a store of its own, with nothing in it. Time is virtual: a store that waits, or
//! that has leases which expire, goes by the clock of the bench.

pub mod cases;
pub mod damage;
pub mod sample;
pub mod sharing;

use self::damage::{Damage, Harm, Part};
use self::sample::{holder, resource, saved, stack};
use crate::ports::{ManualClock, SeededRandom};
use crate::secrets::KeyProvider;
use crate::state::{
    Closed, ReadState, Retention, SessionPorts, StateError, StateSession, StateStore, Wait, read_state,
};
use crate::testing::KeyInClear;
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

/// A store with nothing in it, and what sessions need beside it.
pub struct Bench {
    ports: SessionPorts,
    clock: Arc<ManualClock>,
    lease: Duration,
    damage: Option<Arc<dyn Damage>>,
    kept: Vec<Box<dyn Any + Send + Sync>>,
}

impl Bench {
    /// Of a store that goes by this clock.
    pub fn new(store: Arc<dyn StateStore>, clock: Arc<ManualClock>) -> Self {
        let ports = SessionPorts {
            store,
            keys: Arc::new(KeyInClear),
            clock: clock.clone(),
            random: Arc::new(SeededRandom::new(1)),
            retention: Retention::default(),
        };
        Bench { ports, clock, lease: Duration::ZERO, damage: None, kept: Vec::new() }
    }

    /// With so many backups.
    pub fn with_retention(mut self, retention: Retention) -> Self {
        self.ports.retention = retention;
        self
    }

    /// With other keys than such as everybody can open.
    pub fn with_keys(mut self, keys: Arc<dyn KeyProvider>) -> Self {
        self.ports.keys = keys;
        self
    }

    /// The lock of a holder who is gone without a word stays for so long; not at all unless told.
    pub fn with_lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// What the store keeps can be damaged in this way; not at all unless told.
    pub fn with_damage(mut self, damage: impl Damage + 'static) -> Self {
        self.damage = Some(Arc::new(damage));
        self
    }

    /// Damages what the store keeps of the [`stack`]. False where it cannot happen, or cannot be seen.
    pub async fn damage(&self, part: Part, harm: Harm) -> bool {
        match &self.damage {
            Some(damage) => damage.damage(part, harm).await,
            None => false,
        }
    }

    /// Keeps something as long as the bench is there, such as a folder that is removed when it is dropped.
    pub fn with_kept(mut self, kept: impl Any + Send + Sync) -> Self {
        self.kept.push(Box::new(kept));
        self
    }

    /// The store.
    pub fn store(&self) -> &dyn StateStore {
        &*self.ports.store
    }

    /// What a session is opened with.
    pub fn ports(&self) -> &SessionPorts {
        &self.ports
    }

    /// The time.
    pub fn clock(&self) -> &Arc<ManualClock> {
        &self.clock
    }

    /// A session of Anna.
    ///
    /// # Errors
    /// What the store says.
    pub async fn open(&self) -> Result<StateSession, StateError> {
        StateSession::open(&self.ports, &stack(), &holder("anna"), Wait::NONE).await
    }

    /// The state, without the lock.
    ///
    /// # Errors
    /// What the store says.
    pub async fn read(&self) -> Result<Option<ReadState>, StateError> {
        read_state(&*self.ports.store, &stack(), &*self.ports.keys).await
    }

    /// The ids of the resources, as a reader without the lock sees them.
    ///
    /// # Panics
    /// When the state cannot be read.
    #[expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]
    pub async fn ids(&self) -> Vec<String> {
        let read = self.read().await.unwrap();
        read.map_or_else(Vec::new, |read| read.view.resources().map(|one| one.id.clone()).collect())
    }

    /// Deploys resources in one session.
    ///
    /// # Panics
    /// When that fails.
    #[expect(clippy::unwrap_used, reason = "a case that cannot go on has failed")]
    pub async fn deploy(&self, names: &[&str]) -> Closed {
        let session = self.open().await.unwrap();
        for name in names {
            session.record(saved(resource(name))).await.unwrap();
        }
        session.close().await.unwrap()
    }

    /// Lets those who were dropped go, and waits until a lease without a holder has expired.
    pub async fn outlive_leases(&self) {
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        self.clock.advance(self.lease);
    }
}

impl std::fmt::Debug for Bench {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bench").field("store", &self.ports.store.describe()).finish_non_exhaustive()
    }
}

/// Makes a test of each case. Takes an expression that makes an empty store and is awaited: it gives an
/// `Option<`[`Bench`]`>`, and whoever gives none has said why the test is left out. Tests run on `tokio`.
#[macro_export]
macro_rules! test_state_store {
    ($bench:expr) => {
        $crate::test_state_store! { $bench, cases =>
            a_stack_that_was_never_deployed_has_no_state_and_is_not_listed,
            what_was_recorded_reads_back_and_the_lineage_is_kept,
            the_serial_rises_by_one_with_a_change_and_not_without,
            a_first_session_that_left_nothing_is_written_once,
            who_carried_out_an_update_last_is_kept_also_when_it_was_cut_off,
            what_was_changed_and_changed_back_leaves_the_snapshot_alone,
            two_first_snapshots_race_and_one_wins,
            a_snapshot_of_another_version_or_lineage_is_not_replaced,
            a_second_lock_waits_and_then_names_the_holder,
            a_wait_ends_when_the_lock_is_free,
            a_lost_lease_frees_the_lock,
            a_writer_whose_lock_was_taken_writes_nothing_and_frees_nothing,
            a_locked_stack_can_still_be_read,
            a_batch_is_durable_when_it_was_acknowledged,
            a_journal_that_was_not_read_is_not_overwritten,
            a_session_that_was_dropped_is_found_by_the_next_one,
            what_was_pending_stays_so_until_it_is_settled,
            a_lock_without_a_record_leaves_nothing,
            a_forgotten_stack_starts_another_lineage,
            records_after_the_end_are_refused,
            a_record_that_does_not_fit_is_refused_and_the_rest_goes_on,
            times_are_stamped_and_kept_when_nothing_changed,
            a_document_is_written_once_and_outlives_the_state,
            a_name_that_could_be_a_path_is_no_document,
            of_many_who_lock_at_once_one_has_it,
            of_many_who_put_the_same_document_one_does,
            epochs_rise_with_every_lease_also_of_a_forgotten_stack,
            a_journal_begins_anew_under_the_same_lease,
        }
        $crate::test_state_store! { $bench, damage =>
            the_parts_of_a_whole_state_are_what_is_read,
            whatever_is_damaged_is_named_and_a_repair_brings_it_back,
            whoever_held_a_lock_that_was_mended_writes_nothing_any_more,
            another_lineage_takes_the_place_only_under_the_newest_lease,
        }
    };
    ($bench:expr, $cases:ident => $($case:ident,)+) => {
        $(
            #[tokio::test]
            async fn $case() {
                if let Some(bench) = $bench.await {
                    $crate::testing::stores::$cases::$case(bench).await;
                }
            }
        )+
    };
}

/// Likewise, what a store must do that lets several work on one stack at once.
#[macro_export]
macro_rules! test_sharing_store {
    ($bench:expr) => {
        $crate::test_sharing_store! { $bench =>
            two_who_claimed_different_parts_write_at_once_and_both_fold,
            the_first_two_of_a_new_stack_can_share_it,
            who_comes_next_sees_what_is_claimed_and_not_what_is_recorded_of_it,
            nothing_is_recorded_outside_of_a_claim,
            who_locks_all_of_a_stack_waits_for_claims_and_who_means_a_part_does_not,
            a_wait_for_a_claim_ends_when_it_does,
            whose_claim_was_taken_writes_nothing_and_what_he_recorded_is_kept_once,
            whose_claim_was_taken_folds_nothing_also_when_all_was_recorded,
            to_break_the_lock_breaks_every_claim,
            what_those_who_are_gone_began_is_found_whole_one_after_the_other,
            what_somebody_left_is_folded_beside_those_who_are_at_work,
            what_another_one_folded_meanwhile_is_kept,
            who_does_not_get_the_lock_at_the_end_leaves_his_records_to_the_next_one,
        }
    };
    ($bench:expr => $($case:ident,)+) => {
        $(
            #[tokio::test]
            async fn $case() {
                if let Some(bench) = $bench.await {
                    $crate::testing::stores::sharing::$case(bench).await;
                }
            }
        )+
    };
}
