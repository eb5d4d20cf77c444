//! Every change of a state leaves a record, whatever happens to the run; and leads back to what it left.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use atp_iac::apply::{FailureCause, Interrupt};
use atp_iac::engine::{EngineError, Kind, Update, UpdateOptions};
use atp_iac::history::{
    FileSigner, HistoryError, HistoryRecord, HistoryResult, How, Provenance, Signature, Signer, TrustedKey,
};
use atp_iac::ports::ManualClock;
use atp_iac::resource::{Alias, Hook, HookMoment};
use atp_iac::state::{Folder, Holder, MemoryStore};
use atp_iac::testing::{CallKind, MemoryCloud};
use atp_iac::{Urn, Value};
use scenarios::mortal::{Life, Moment};
use scenarios::{Item, World, actions, item, program, refused, report, stack_name, targets, urn, without};
use std::sync::Arc;

fn world() -> (World, MemoryStore) {
    let store = MemoryStore::new(Arc::new(ManualClock::default()));
    (World::with_store(MemoryCloud::new("test").replacing("fixed"), Arc::new(store.clone())), store)
}

async fn records(world: &World) -> Vec<HistoryRecord> {
    let history = world.engine.history(&stack_name(), None).await.unwrap();
    history.into_iter().map(|(_, entry)| entry.unwrap().record).collect()
}

async fn good(world: &World) -> u64 {
    let found = world.engine.verify_history(&stack_name()).await.unwrap();
    assert_eq!(found.bad, None);
    found.good
}

fn changed(record: &HistoryRecord) -> Vec<String> {
    let name = |urn: &str| Urn::parse(urn).unwrap().name().to_owned();
    record.changed.iter().map(|one| format!("{} {}", one.operation, name(&one.urn))).collect()
}

async fn rollback(world: &World, to: u64) -> Result<Update, EngineError> {
    let deployment = world.engine.rollback(&stack_name(), to).await?;
    world.run(&deployment, Kind::Up, UpdateOptions::default()).await
}

#[tokio::test]
async fn every_change_leaves_one_record_and_what_changes_nothing_leaves_none() {
    let (mut world, store) = world();
    let from = Provenance { commit: Some("c0ffee".into()), dirty: Some(true), ..Provenance::default() };
    world.engine = world.engine.with_provenance(from.clone());
    world.up(&[item("a"), item("b").with("size", 1_i64)]).await.unwrap();
    world.up(&[item("a"), item("b").with("size", 1_i64)]).await.unwrap();
    world.preview(&[item("c")]).await.unwrap();
    world.decline(&program(&[item("c")])).await.unwrap();
    world.up(&[item("b").with("size", 2_i64), item("c")]).await.unwrap();
    world.engine.taint(&stack_name(), &urn("c"), true).await.unwrap();
    world.cloud.remove("T/c");
    world.engine.refresh(&program(&[]), &Default::default(), &Interrupt::default()).await.unwrap();
    world.destroy().await.unwrap();
    let records = records(&world).await;
    let told: Vec<_> = records.iter().map(|one| (one.operation.as_str(), changed(one))).collect();
    let expected: [(&str, &[&str]); 5] = [
        ("up", &["created a", "created b"]),
        ("up", &["deleted a", "updated b", "created c"]),
        ("taint", &["updated c"]),
        ("refresh", &["deleted c"]),
        ("destroy", &["deleted b"]),
    ];
    assert_eq!(told.len(), 5, "{told:?}");
    for ((operation, changed), (wanted, names)) in told.iter().zip(expected) {
        let mut names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut changed = changed.clone();
        names.sort();
        changed.sort();
        assert_eq!((*operation, changed), (wanted, names));
    }
    assert_eq!((records[0].by.who.as_str(), &records[0].from), ("tester", &from));
    assert_eq!(records[1].counts.get("delete"), Some(&1));
    assert!(records.iter().all(|one| one.result == HistoryResult::Done && one.written_later.is_none()));
    assert!(records[1].plan.as_ref().is_some_and(|plan| plan.len() == 32));
    assert_eq!(good(&world).await, 5);
    drop(store);
}

#[tokio::test]
async fn failures_are_recorded_and_secrets_are_not() {
    let (world, store) = world();
    world.cloud.fail_next(CallKind::Create, "T/b", refused());
    let items = [item("a").with("password", Value::from("hunter2").into_secret()), item("b")];
    world.up(&items).await.unwrap();
    let records = records(&world).await;
    assert_eq!(
        (records[0].result, changed(&records[0])),
        (HistoryResult::Failed, vec!["created a".to_owned()])
    );
    assert!(
        records[0].failures[0].urn.ends_with("::b") && records[0].failures[0].message.contains("Planted")
    );
    use atp_iac::state::StateStore as _;
    let bytes = store.document(&stack_name(), Folder::History, "0000000001.json").await.unwrap().unwrap();
    assert!(!String::from_utf8(bytes).unwrap().contains("hunter2"));
}

#[tokio::test]
async fn a_run_that_was_killed_is_recorded_by_the_next_one_at_every_point() {
    let items = [item("a"), item("b").link("to", "a")];
    for point in 0..4 {
        for moment in [Moment::Before, Moment::After] {
            let (world, _) = world();
            world.up(&[item("a")]).await.unwrap();
            let life = Life::ending(point, moment);
            let mortal = world.again(world.store.clone(), life.cloud(world.cloud.clone()));
            let lived = life.live(mortal.up(&items)).await;
            drop(mortal);
            world.store.break_lock(&stack_name()).await.unwrap();
            if lived.is_some() {
                continue;
            }
            world.up(&[item("a"), item("c")]).await.unwrap();
            let records = records(&world).await;
            assert_eq!(records.len(), 3, "point {point}, {moment:?}");
            assert_eq!(records[1].result, HistoryResult::CutOff);
            assert_eq!((records[1].operation.as_str(), records[1].state.journal), ("up", true));
            assert!(records[1].written_later.is_some() && records[2].written_later.is_none());
            assert_eq!(good(&world).await, 3);
        }
    }
}

#[tokio::test]
async fn when_the_history_cannot_be_written_the_update_is_done_and_fails_and_the_next_one_writes_it() {
    let (world, store) = world();
    world.up(&[item("a")]).await.unwrap();
    store.fail_history(true);
    let update = world.up(&[item("a"), item("b")]).await.unwrap();
    let causes: Vec<_> = report(&update).failures.iter().map(|failure| &failure.cause).collect();
    assert!(matches!(causes[..], [FailureCause::State(_)]), "{causes:?}");
    assert!(causes[0].to_string().contains("the next run that changes it writes that, too"), "{}", causes[0]);
    assert_eq!(world.ids(), ["T/a", "T/b"]);
    let found = world.engine.verify_history(&stack_name()).await.unwrap();
    assert_eq!(found.bad.unwrap().number, 2);
    store.fail_history(false);
    world.up(&[item("a"), item("b"), item("c")]).await.unwrap();
    let records = records(&world).await;
    let told: Vec<_> =
        records.iter().map(|one| (one.number, one.result, one.written_later.is_some())).collect();
    let done = HistoryResult::Done;
    assert_eq!(told, [(1, done, false), (2, done, true), (3, done, false)]);
    assert_eq!(good(&world).await, 3);
}

#[tokio::test]
async fn a_history_goes_on_when_its_stack_was_forgotten_and_is_made_again() {
    let (world, _) = world();
    world.up(&[item("a")]).await.unwrap();
    let since = time::OffsetDateTime::UNIX_EPOCH;
    let holder = Holder { who: "t".into(), host: "t".into(), process: 1, operation: "t".into(), since };
    let lease = world.store.lock(&stack_name(), &holder, atp_iac::state::Wait::NONE).await.unwrap();
    let version = world.store.read(&stack_name()).await.unwrap().unwrap().version;
    world.store.remove(&lease, &version).await.unwrap();
    world.store.unlock(&lease).await.unwrap();
    world.cloud.remove("T/a");
    world.up(&[item("a")]).await.unwrap();
    let records = records(&world).await;
    assert_eq!(records.len(), 2);
    assert_ne!(records[0].lineage, records[1].lineage);
    assert_eq!(good(&world).await, 2);
}

#[tokio::test]
async fn records_are_signed_and_forgery_is_found() {
    let (mut world, _) = world();
    let signer = Arc::new(FileSigner::new(&[1; 32]));
    world.engine = world.engine.with_signer(signer.clone()).with_trust([signer.key()]);
    world.up(&[item("a")]).await.unwrap();
    let found = world.engine.verify_history(&stack_name()).await.unwrap();
    assert_eq!((found.signed, found.bad), (1, None));
    let stranger = world.engine.clone().with_trust([FileSigner::new(&[2; 32]).key()]);
    assert_eq!(stranger.verify_history(&stack_name()).await.unwrap().bad.unwrap().number, 1);
}

/// A service that cannot be reached.
struct Away;

#[async_trait::async_trait]
impl Signer for Away {
    async fn public_key(&self) -> Result<TrustedKey, String> {
        Err("the vault is away".into())
    }
    async fn sign(&self, _: &[u8]) -> Result<Signature, String> {
        Err("the vault is away".into())
    }
}

#[tokio::test]
async fn what_could_not_be_signed_as_it_has_to_be_is_not_begun() {
    let (mut world, _) = world();
    let engine = world.engine.clone();
    let signer = Arc::new(FileSigner::new(&[1; 32]));
    world.engine = engine.clone().with_signer(Arc::new(Away));
    let away = world.up(&[item("a")]).await.unwrap_err();
    assert!(!away.is_refused() && away.to_string().contains("the vault is away"), "{away}");
    let away = world.up_with(&[item("a")], targets(&["a"])).await.unwrap_err();
    assert!(away.to_string().contains("the vault is away"), "{away}");
    world.engine = engine.clone().with_signer(signer.clone()).with_trust([FileSigner::new(&[2; 32]).key()]);
    let untrusted = world.up(&[item("a")]).await.unwrap_err();
    let names_it = untrusted.to_string().contains(&signer.key().to_string());
    assert!(untrusted.is_refused() && names_it, "{untrusted}");
    assert!(world.ids().is_empty() && records(&world).await.is_empty());
    // What only reads needs no signature.
    world.preview(&[item("a")]).await.unwrap();
    world.engine = engine.with_signer(signer.clone()).with_trust([signer.key()]);
    world.up(&[item("a")]).await.unwrap();
    assert_eq!(good(&world).await, 1);
}

#[tokio::test]
async fn a_difference_tells_properties_from_snapshots_and_resources_without_them() {
    let (world, store) = world();
    world.up(&[item("a").with("size", 1_i64), item("b")]).await.unwrap();
    world.up(&[item("a").with("size", 2_i64), item("b")]).await.unwrap();
    world.up(&[item("a").with("size", 1_i64), item("c")]).await.unwrap();
    let told = |between: &atp_iac::history::Between| -> Vec<(How, usize)> {
        between.resources.iter().map(|one| (one.operation, one.changes.len())).collect()
    };
    let second = world.engine.history_diff(&stack_name(), 1, 2).await.unwrap();
    assert_eq!((told(&second), second.in_full), (vec![(How::Updated, 1)], true));
    let both = world.engine.history_diff(&stack_name(), 1, 3).await.unwrap();
    assert_eq!(told(&both), [(How::Deleted, 0), (How::Created, 0)]);
    use atp_iac::state::StateStore as _;
    for name in store.documents(&stack_name(), Folder::Backups).await.unwrap() {
        store.remove_document(&stack_name(), Folder::Backups, &name).await.unwrap();
    }
    let second = world.engine.history_diff(&stack_name(), 1, 2).await.unwrap();
    assert_eq!((told(&second), second.in_full), (vec![(How::Updated, 0)], false));
    let both = world.engine.history_diff(&stack_name(), 1, 3).await.unwrap();
    assert_eq!(told(&both), [(How::Deleted, 0), (How::Created, 0)]);
    let back = world.engine.history_diff(&stack_name(), 3, 1).await.unwrap();
    assert_eq!(told(&back), [(How::Created, 0), (How::Deleted, 0)]);
    let missing = world.engine.history_diff(&stack_name(), 1, 9).await.unwrap_err();
    assert!(missing.to_string().contains("there are 1 to 3"), "{missing}");
}

/// Programs that lead from one to the next in many ways.
fn programs() -> Vec<Vec<Item>> {
    let secret = |text: &str| Value::from(text).into_secret();
    vec![
        vec![item("a").with("size", 1_i64), item("b").link("to", "a").with("password", secret("one"))],
        vec![
            item("a").with("size", 2_i64),
            item("b").link("to", "a").with("password", secret("two")),
            item("c"),
        ],
        vec![item("c").with("fixed", 1_i64), item("d").after("c").protected()],
        vec![item("c").with("fixed", 2_i64), item("d").after("c").protected(), item("e").retained("kept")],
        vec![item("a").with("size", 3_i64), item("d").protected()],
    ]
}

#[tokio::test]
async fn after_a_rollback_the_program_of_that_time_has_nothing_to_do() {
    let programs = programs();
    for to in 1..=programs.len() {
        let (world, _) = world();
        for items in &programs {
            let what = program(items);
            let options = UpdateOptions { ignore_protect: true, ..UpdateOptions::default() };
            assert!(report(&world.run(&what, Kind::Up, options).await.unwrap()).is_complete());
        }
        let deployment = world.engine.rollback(&stack_name(), to as u64).await.unwrap();
        let options = UpdateOptions { ignore_protect: true, ..UpdateOptions::default() };
        let update = world.run(&deployment, Kind::Up, options).await.unwrap();
        assert!(report(&update).is_complete(), "{to}: {:?}", report(&update).failures);
        let plan = world.preview(&programs[to - 1]).await.unwrap();
        assert!(!plan.has_changes() && plan.recorded().count() == 0, "{to}: {:?}", actions(&plan));
        let records = records(&world).await;
        let last = records.last().unwrap();
        if to < programs.len() {
            assert_eq!((last.operation.as_str(), last.to), ("rollback", Some(to as u64)));
            assert_eq!(records.len(), programs.len() + 1);
        }
        good(&world).await;
    }
}

#[tokio::test]
async fn a_rollback_is_as_careful_as_any_update_and_says_what_does_not_come_back() {
    let (world, _) = world();
    world.up(&[item("a")]).await.unwrap();
    world.up(&[item("b").protected()]).await.unwrap();
    assert!(matches!(rollback(&world, 1).await, Err(EngineError::Refused(_))));
    assert_eq!(world.ids(), ["T/b"]);
    let deployment = world.engine.rollback(&stack_name(), 1).await.unwrap();
    let plan = world.plan(&deployment).await.unwrap();
    let told: Vec<&str> = plan.notices.iter().map(|notice| notice.message.as_str()).collect();
    assert!(told.contains(&"`a` is made anew: what the deleted one held does not come back"), "{told:?}");
    assert!(told.iter().any(|text| text.starts_with("no program runs: hooks")), "{told:?}");
}

#[tokio::test]
async fn what_nobody_can_take_back_is_told_before_anybody_is_asked_and_can_be_left_out() {
    let cloud = MemoryCloud::new("test").irreversible("locked");
    let world = World::new(cloud);
    world.up(&[item("a"), item("b")]).await.unwrap();
    world.up(&[item("a").with("locked", true), item("b").with("size", 1_i64)]).await.unwrap();
    let refused = rollback(&world, 1).await.unwrap_err();
    assert!(matches!(refused, EngineError::Refused(_)), "{refused}");
    for part in ["`a` cannot be changed like this, for its `locked`: it stays for ever", "`--exclude a`"] {
        assert!(refused.to_string().contains(part), "{refused}");
    }
    assert!(world.up(&[item("a"), item("b")]).await.is_err_and(|error| error.is_refused()));
    let gone = world.up(&[item("b")]).await.unwrap_err().to_string();
    assert!(gone.contains("`a` cannot be deleted"), "{gone}");
    assert!(world.destroy().await.unwrap_err().to_string().contains("`retain_on_delete`"));
    assert_eq!(world.writes(), ["+a", "+b", "~a", "~b"], "nothing was called");
    let deployment = world.engine.rollback(&stack_name(), 1).await.unwrap();
    let update = world.run(&deployment, Kind::Up, without(&["a"])).await.unwrap();
    assert!(report(&update).is_complete());
    assert_eq!(world.writes().last().unwrap(), "~b");
}

#[tokio::test]
async fn what_was_renamed_since_goes_back_to_its_name_and_is_not_made_anew() {
    let (world, _) = world();
    world.up(&[item("a").named("one")]).await.unwrap();
    world.up(&[item("b").named("one").once(Alias::name("a"))]).await.unwrap();
    let update = rollback(&world, 1).await.unwrap();
    assert!(report(&update).is_complete() && actions(&update.plan).is_empty(), "{:?}", actions(&update.plan));
    assert_eq!(world.writes(), ["+one"]);
    assert!(!world.preview(&[item("a").named("one")]).await.unwrap().has_changes());
    assert_eq!(changed(records(&world).await.last().unwrap()), ["moved a"]);
}

#[tokio::test]
async fn what_only_the_program_can_delete_is_not_deleted_by_a_rollback() {
    let (world, _) = world();
    let hook = || Hook::new("drain", [HookMoment::BeforeDelete], |_| async { Ok(()) });
    let hooked = |size: i64| item("a").with("fixed", size).options(|options| options.hook(hook()));
    world.up(&[item("z")]).await.unwrap();
    world.up(&[item("z"), hooked(1)]).await.unwrap();
    world.up(&[item("z"), hooked(2)]).await.unwrap();
    for to in [1, 2] {
        let refused = rollback(&world, to).await.unwrap_err();
        assert!(
            matches!(refused, EngineError::Refused(_)) && refused.to_string().contains("drain"),
            "{refused}"
        );
    }
    assert_eq!(world.ids().len(), 2);
}

#[tokio::test]
async fn a_state_that_is_not_kept_cannot_be_gone_back_to() {
    let (world, store) = world();
    world.up(&[item("a")]).await.unwrap();
    world.up(&[item("b")]).await.unwrap();
    use atp_iac::state::StateStore as _;
    let serial = records(&world).await[0].state.serial;
    let name = atp_iac::history::backup_name(serial);
    store.remove_document(&stack_name(), Folder::Backups, &name).await.unwrap();
    let error = rollback(&world, 1).await.unwrap_err();
    assert!(matches!(error, EngineError::History(HistoryError::NoSnapshot { number: 1, .. })), "{error}");
    assert!(matches!(rollback(&world, 7).await, Err(EngineError::History(HistoryError::NoRecord { .. }))));
}
