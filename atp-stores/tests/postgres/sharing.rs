//! Claims: answers that are lost, holders who are gone, rows that were changed by hand, and tables of the older form.

use super::bench::{Server, content, server};
use super::proxy::Proxy;
use atp_iac::Urn;
use atp_iac::ports::SystemClock;
use atp_iac::state::{Claim, Lease, StateError, StateStore, Version, Wait};
use atp_iac::testing::stores::sample::{holder, stack, urn};
use atp_stores::postgres::PostgresStore;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

fn claim(writes: &[&str]) -> Claim {
    let writes: BTreeSet<Urn> = writes.iter().map(|name| urn(name)).collect();
    Claim { writes, reads: BTreeSet::new() }
}

fn quick(server: &Server, term: Duration) -> PostgresStore {
    server.with_term(Arc::new(SystemClock), term)
}

/// Somebody at work on a part, and the snapshot that he goes on from.
async fn at_work(store: &PostgresStore, who: &str, part: &str) -> (Lease, Version) {
    let lease = store.lock_part(&stack(), &holder(who), &[], Wait::NONE).await.unwrap();
    let found = store.survey(&lease).await.unwrap().snapshot.map(|(version, _)| version);
    let version = match found {
        Some(version) => version,
        None => store.replace(&lease, None, content(0, &["net"])).await.unwrap(),
    };
    assert!(store.claim(&lease, &claim(&[part])).await.unwrap());
    (lease, version)
}

#[tokio::test]
async fn what_took_place_under_a_claim_and_was_not_heard_of_is_not_done_twice() {
    let Some(mut server) = server().await else { return };
    let proxy = Proxy::before(&mut server).await;
    let store = quick(&server, Duration::from_secs(30));
    let lease = store.lock_part(&stack(), &holder("anna"), &[], Wait::NONE).await.unwrap();
    let zero = store.replace(&lease, None, content(0, &["a"])).await.unwrap();
    proxy.lose("COMMIT");
    assert!(store.claim(&lease, &claim(&["a"])).await.unwrap());
    for batch in [b"[0]", b"[1]"] {
        proxy.lose("INSERT 0 1");
        store.append(&lease, &zero, batch.to_vec()).await.unwrap();
    }
    assert_eq!(store.read(&stack()).await.unwrap().unwrap().journal, [b"[0]", b"[1]"]);
    proxy.lose("COMMIT");
    let gate = store.regain(&lease, Wait::NONE).await.unwrap();
    assert!(store.survey(&gate).await.unwrap().journals.is_empty(), "its own it has");
    proxy.lose("COMMIT");
    store.discard_journal(&gate, &zero).await.unwrap();
    proxy.lose("UPDATE 1");
    store.unlock(&gate).await.unwrap();
    assert_eq!(proxy.lost(), 6);
    let (again, _) = at_work(&store, "anna", "a").await;
    store.append(&again, &zero, b"[2]".to_vec()).await.unwrap();
    let gate = store.regain(&again, Wait::NONE).await.unwrap();
    proxy.lose("COMMIT");
    let one = store.replace(&gate, Some(&zero), content(1, &["b"])).await.unwrap();
    store.unlock(&gate).await.unwrap();
    let read = store.read(&stack()).await.unwrap().unwrap();
    assert_eq!((read.version, read.journal.len()), (one, 0));
    assert_eq!(store.claims(&stack()).await.unwrap(), []);
}

#[tokio::test]
async fn a_claim_is_renewed_while_its_holder_lives_and_expires_when_he_is_gone() {
    let Some(server) = server().await else { return };
    let term = Duration::from_millis(900);
    let (first, second) = (quick(&server, term), quick(&server, term));
    let (lease, version) = at_work(&first, "anna", "a").await;
    tokio::time::sleep(term * 2).await;
    assert_eq!(second.claims(&stack()).await.unwrap().len(), 1, "it is renewed");
    first.append(&lease, &version, b"[1]".to_vec()).await.unwrap();
    let gone = quick(&server, term);
    let stopped = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(at_work(&gone, "ben", "b"))
    });
    // Nothing renews this one any more.
    let (paused, _) = stopped.join().unwrap();
    let wait = Wait { at_most: Duration::from_secs(5), ..Wait::NONE };
    let next = second.lock_part(&stack(), &holder("kim"), &[paused.epoch()], wait).await.unwrap();
    let survey = second.survey(&next).await.unwrap();
    assert_eq!(survey.beside.iter().map(|live| live.epoch).collect::<Vec<_>>(), [lease.epoch()]);
    let late = first.append(&paused, &version, b"[2]".to_vec()).await;
    assert!(matches!(late, Err(StateError::Fenced { .. })), "{late:?}");
    let late = first.regain(&paused, Wait::NONE).await.map(drop);
    assert!(matches!(late, Err(StateError::Locked { .. } | StateError::Fenced { .. })), "{late:?}");
    second.unlock(&next).await.unwrap();
    let late = first.regain(&paused, Wait::NONE).await.map(drop);
    assert!(matches!(late, Err(StateError::Fenced { .. })), "{late:?}");
    first.append(&lease, &version, b"[3]".to_vec()).await.unwrap();
    assert_eq!(second.read(&stack()).await.unwrap().unwrap().journal, [b"[1]", b"[3]"]);
}

#[tokio::test]
async fn a_claim_that_was_absorbed_is_not_folded_once_more() {
    let Some(server) = server().await else { return };
    let store = quick(&server, Duration::from_secs(30));
    let (lease, zero) = at_work(&store, "anna", "a").await;
    store.append(&lease, &zero, b"[1]".to_vec()).await.unwrap();
    let gate = store.regain(&lease, Wait::NONE).await.unwrap();
    store.break_claim(&stack(), lease.epoch()).await.unwrap().unwrap();
    let late = store.replace(&gate, Some(&zero), content(1, &["a"])).await;
    assert!(matches!(late, Err(StateError::Fenced { .. })), "{late:?}");
    let late = store.discard_journal(&gate, &zero).await;
    assert!(matches!(late, Err(StateError::Fenced { .. })), "{late:?}");
    store.unlock(&gate).await.unwrap();
    assert_eq!(store.read(&stack()).await.unwrap().unwrap().journal, [b"[1]"]);
}

#[tokio::test]
async fn a_claim_that_was_changed_by_hand_is_found() {
    for statement in [
        "DELETE FROM claim_journal",
        "DELETE FROM claim_journal WHERE number = 0",
        "UPDATE claims SET batches = 1",
        "UPDATE claim_journal SET lines = replace(lines::text, '5b325d', '5b335d')::bytea WHERE number = 1",
        "INSERT INTO claim_journal SELECT stack, epoch, 2, lines FROM claim_journal WHERE number = 1",
        "UPDATE stacks SET lineage = NULL, serial = NULL, checksum = NULL; DELETE FROM snapshots;
         DELETE FROM resources",
    ] {
        let Some(server) = server().await else { return };
        let store = quick(&server, Duration::from_secs(30));
        let (lease, zero) = at_work(&store, "anna", "a").await;
        for batch in [b"[1]", b"[2]"] {
            store.append(&lease, &zero, batch.to_vec()).await.unwrap();
        }
        server.sql.batch_execute(statement).await.unwrap();
        let error = store.read(&stack()).await.unwrap_err();
        let named = error.to_string().contains("test/westeurope/foundation");
        let damage = matches!(error, StateError::Corrupt { .. } | StateError::Torn { .. });
        assert!(damage && named, "{statement}: {error}");
    }
}

/// What the tables were before there were claims.
const OLD: &str = "
DROP TABLE claim_journal; DROP TABLE claims; ALTER TABLE stacks DROP COLUMN form; UPDATE format SET version = 1";

#[tokio::test]
async fn older_tables_are_brought_to_the_present_form_and_what_is_in_them_stays() {
    let Some(server) = server().await else { return };
    let old = quick(&server, Duration::from_secs(30));
    let lease = old.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let zero = old.replace(&lease, None, content(0, &["a"])).await.unwrap();
    old.append(&lease, &zero, b"[1]".to_vec()).await.unwrap();
    server.sql.batch_execute(OLD).await.unwrap();
    let refused = quick(&server, Duration::from_secs(30)).read(&stack()).await.unwrap_err().to_string();
    assert!(refused.contains("anna on builder works on test/westeurope/foundation"), "{refused}");
    old.unlock(&lease).await.ok();
    let none = "UPDATE stacks SET token = NULL, expires = NULL, who = NULL, host = NULL, process = NULL,
        operation = NULL, since = NULL";
    server.sql.batch_execute(none).await.unwrap();
    let new = quick(&server, Duration::from_secs(30));
    let read = new.read(&stack()).await.unwrap().unwrap();
    assert_eq!((&read.version, &read.journal[..]), (&zero, &[b"[1]".to_vec()][..]));
    let version = server.sql.query_one("SELECT version FROM format", &[]).await.unwrap();
    assert_eq!(version.get::<_, i32>(0), 2);
    let (_, _) = at_work(&new, "ben", "b").await;
    // Whoever has worked with the older tables since before does not get the lock, which would say nothing to him of claims.
    let take = "INSERT INTO stacks (stack, epoch) VALUES ('test/westeurope/foundation', 1)
        ON CONFLICT (stack) DO UPDATE SET epoch = stacks.epoch + 1";
    assert!(server.sql.batch_execute(take).await.is_err());
}

#[tokio::test]
async fn what_was_recorded_under_a_claim_is_among_the_parts_and_goes_with_what_takes_their_place() {
    let Some(server) = server().await else { return };
    let store = quick(&server, Duration::from_secs(30));
    let (lease, zero) = at_work(&store, "anna", "a").await;
    store.append(&lease, &zero, b"[1]".to_vec()).await.unwrap();
    assert!(store.break_claim(&stack(), lease.epoch()).await.unwrap().is_some());
    let parts = store.parts(&stack()).await.unwrap();
    assert_eq!(parts.whole(), store.read(&stack()).await.unwrap());
    assert_eq!(parts.journal.batches, [b"[1]"]);
    assert!(parts.raw.iter().any(|(name, _)| name.starts_with("claim-")), "{:?}", parts.raw);
    server.sql.batch_execute("UPDATE claim_journal SET lines = set_byte(lines, 90, 0)").await.unwrap();
    let parts = store.parts(&stack()).await.unwrap();
    let damage = parts.journal.damage.as_ref().map(ToString::to_string).unwrap_or_default();
    assert!(damage.contains("the journal of claim"), "{damage}");
    let gate = store.lock(&stack(), &holder("ben"), Wait::NONE).await.unwrap();
    store.overwrite(&gate, content(5, &["b"])).await.unwrap();
    assert_eq!(store.read(&stack()).await.unwrap().unwrap().journal.len(), 0);
    assert!(store.parts(&stack()).await.unwrap().journal.damage.is_none());
}
