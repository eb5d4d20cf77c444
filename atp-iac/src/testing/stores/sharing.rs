//! What a store must do that lets several work on one stack: a function for each promise, which panics where it is not kept.

#![allow(missing_docs, reason = "the names of the cases say what they ask for")]
#![allow(clippy::unwrap_used, reason = "a case that cannot go on has failed")]

use super::Bench;
use super::sample::{begin, holder, intent, resource, saved, stack, urn};
use crate::state::{Action, Claim, LiveClaim, Outcome, Record, StateError, StateSession, Wait};
use std::time::Duration;

/// To write these, and to read those.
fn claim(writes: &[&str], reads: &[&str]) -> Claim {
    let urns = |names: &[&str]| names.iter().map(|name| urn(name)).collect();
    Claim { writes: urns(writes), reads: urns(reads) }
}

/// Somebody who means a part of the stack.
async fn part(bench: &Bench, who: &str) -> StateSession {
    part_after(bench, who, &[]).await.unwrap()
}

async fn part_after(bench: &Bench, who: &str, after: &[u64]) -> Result<StateSession, StateError> {
    StateSession::open_part(bench.ports(), &stack(), &holder(who), (after, Wait::NONE), None).await
}

/// Somebody at work on these.
async fn at_work(bench: &Bench, who: &str, writes: &[&str]) -> StateSession {
    let session = part(bench, who).await;
    assert!(session.claim(claim(writes, &[])).await.unwrap());
    session.record(begin()).await.unwrap();
    session
}

async fn end(session: &StateSession) {
    session.record(Record::End { result: Outcome::Done }).await.unwrap();
    session.close().await.unwrap();
}

async fn claims(bench: &Bench) -> Vec<LiveClaim> {
    bench.store().claims(&stack()).await.unwrap()
}

async fn journal(bench: &Bench) -> usize {
    bench.store().read(&stack()).await.unwrap().unwrap().journal.len()
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

pub async fn two_who_claimed_different_parts_write_at_once_and_both_fold(bench: Bench) {
    bench.deploy(&["net"]).await;
    let anna = at_work(&bench, "anna", &["a"]).await;
    let ben = at_work(&bench, "ben", &["b"]).await;
    for (session, name) in [(&anna, "a"), (&ben, "b")] {
        session.record(Record::Intent(intent(1, Action::Create, name))).await.unwrap();
    }
    for (session, name) in [(&ben, "b"), (&anna, "a")] {
        session.record(Record::Saved { step: Some(1), resource: resource(name) }).await.unwrap();
    }
    assert_eq!(sorted(bench.ids().await), ["/a", "/b", "/net"], "a reader sees what all of them recorded");
    end(&anna).await;
    assert_eq!(sorted(bench.ids().await), ["/a", "/b", "/net"]);
    assert!(journal(&bench).await > 0, "what Ben recorded is not in the snapshot of Anna");
    ben.record(Record::End { result: Outcome::Done }).await.unwrap();
    let closed = ben.close().await.unwrap();
    assert_eq!(bench.ids().await, ["/net", "/a", "/b"]);
    assert_eq!((journal(&bench).await, closed.changed, closed.warnings), (0, true, Vec::new()));
    assert_eq!(bench.read().await.unwrap().unwrap().view.pending().count(), 0);
    assert_eq!(claims(&bench).await, []);
    let again = bench.open().await.unwrap();
    assert_eq!(again.version(), closed.version.as_ref());
}

pub async fn the_first_two_of_a_new_stack_can_share_it(bench: Bench) {
    let anna = at_work(&bench, "anna", &["a"]).await;
    let ben = at_work(&bench, "ben", &["b"]).await;
    ben.record(saved(resource("b"))).await.unwrap();
    anna.record(saved(resource("a"))).await.unwrap();
    end(&ben).await;
    end(&anna).await;
    assert_eq!(bench.ids().await, ["/b", "/a"]);
}

pub async fn who_comes_next_sees_what_is_claimed_and_not_what_is_recorded_of_it(bench: Bench) {
    bench.deploy(&["a"]).await;
    let anna = at_work(&bench, "anna", &["b"]).await;
    anna.record(saved(resource("b"))).await.unwrap();
    let ben = part(&bench, "ben").await;
    let seen: Vec<_> = ben.beside().iter().map(|live| (&live.holder, &live.claim)).collect();
    assert_eq!(seen, [(&holder("anna"), &claim(&["b"], &[]))]);
    assert_eq!(claims(&bench).await, ben.beside());
    assert!(ben.view().get(&urn("b")).is_none() && ben.view().get(&urn("a")).is_some());
    assert_eq!(bench.store().holder(&stack()).await.unwrap(), Some(holder("ben")));
    let refused = ben.record(saved(resource("b"))).await.unwrap_err().to_string();
    assert!(refused.contains("another update claimed it"), "{refused}");
    ben.close().await.unwrap();
    assert_eq!(bench.store().holder(&stack()).await.unwrap(), None);
    end(&anna).await;
}

pub async fn nothing_is_recorded_outside_of_a_claim(bench: Bench) {
    let anna = at_work(&bench, "anna", &["a"]).await;
    let refused = anna.record(saved(resource("b"))).await.unwrap_err().to_string();
    assert!(refused.contains("this update did not claim it"), "{refused}");
    let outputs = Record::Outputs { contract: 1, values: Default::default() };
    assert!(matches!(anna.record(outputs).await, Err(StateError::Inconsistent { .. })));
    let urns = [(urn("a"), urn("b"))].into();
    assert!(matches!(anna.record(Record::Moved { urns }).await, Err(StateError::Inconsistent { .. })));
    anna.record(saved(resource("a"))).await.unwrap();
    end(&anna).await;
    assert_eq!(bench.ids().await, ["/a"]);
}

pub async fn who_locks_all_of_a_stack_waits_for_claims_and_who_means_a_part_does_not(bench: Bench) {
    let anna = at_work(&bench, "anna", &["a"]).await;
    let epoch = claims(&bench).await[0].epoch;
    let locked = |opened: Result<StateSession, StateError>| match opened {
        Err(StateError::Locked { holder, .. }) => holder.map(|holder| holder.who),
        other => other.map(|_| String::new()).ok(),
    };
    let all = StateSession::open(bench.ports(), &stack(), &holder("ben"), Wait::NONE).await;
    assert_eq!(locked(all), Some("anna".to_owned()));
    assert_eq!(locked(part_after(&bench, "ben", &[epoch]).await), Some("anna".to_owned()));
    let ben = part_after(&bench, "ben", &[epoch + 100]).await.unwrap();
    assert_eq!(locked(part_after(&bench, "kim", &[]).await), Some("ben".to_owned()));
    ben.close().await.unwrap();
    end(&anna).await;
    part_after(&bench, "ben", &[epoch]).await.unwrap().close().await.unwrap();
    bench.open().await.unwrap().close().await.unwrap();
}

pub async fn a_wait_for_a_claim_ends_when_it_does(bench: Bench) {
    let anna = std::sync::Arc::new(at_work(&bench, "anna", &["a"]).await);
    anna.record(saved(resource("a"))).await.unwrap();
    let closing = anna.clone();
    let on_wait = move |_: Option<&crate::state::Holder>| {
        let closing = closing.clone();
        tokio::spawn(async move { end(&closing).await });
    };
    let wait = Wait { at_most: Duration::from_secs(100_000), on_wait: &on_wait };
    let ben = StateSession::open(bench.ports(), &stack(), &holder("ben"), wait).await.unwrap();
    assert!(ben.view().get(&urn("a")).is_some());
    ben.close().await.unwrap();
}

pub async fn whose_claim_was_taken_writes_nothing_and_what_he_recorded_is_kept_once(bench: Bench) {
    bench.deploy(&["net"]).await;
    let anna = at_work(&bench, "anna", &["a", "b"]).await;
    anna.record(saved(resource("a"))).await.unwrap();
    let epoch = claims(&bench).await[0].epoch;
    assert_eq!(bench.store().break_claim(&stack(), epoch + 1).await.unwrap(), None);
    assert_eq!(bench.store().break_claim(&stack(), epoch).await.unwrap(), Some(holder("anna")));
    assert!(anna.record(saved(resource("b"))).await.is_err());
    let ben = bench.open().await.unwrap();
    assert_eq!(ben.view().resources().count(), 2, "what was acknowledged is there");
    ben.record(saved(resource("c"))).await.unwrap();
    ben.close().await.unwrap();
    let refused = anna.close().await.unwrap_err().to_string();
    assert!(refused.contains("was removed from outside"), "{refused}");
    assert!(anna.has_unwritten());
    assert_eq!(bench.ids().await, ["/net", "/a", "/c"]);
    assert_eq!(journal(&bench).await, 0);
}

pub async fn whose_claim_was_taken_folds_nothing_also_when_all_was_recorded(bench: Bench) {
    let anna = at_work(&bench, "anna", &["a"]).await;
    anna.record(saved(resource("a"))).await.unwrap();
    bench.store().break_lock(&stack()).await.unwrap();
    let ben = bench.open().await.unwrap();
    ben.record(Record::Removed { step: None, urn: urn("a"), id: "/a".into() }).await.unwrap();
    ben.close().await.unwrap();
    assert!(anna.close().await.is_err());
    assert_eq!(bench.ids().await, Vec::<String>::new());
}

pub async fn to_break_the_lock_breaks_every_claim(bench: Bench) {
    let anna = at_work(&bench, "anna", &["a"]).await;
    let ben = at_work(&bench, "ben", &["b"]).await;
    let kim = part(&bench, "kim").await;
    assert_eq!(bench.store().break_lock(&stack()).await.unwrap(), Some(holder("kim")));
    for session in [&anna, &ben, &kim] {
        assert!(session.record(saved(resource("a"))).await.is_err());
    }
    assert_eq!(claims(&bench).await, []);
    bench.open().await.unwrap().close().await.unwrap();
}

pub async fn what_those_who_are_gone_began_is_found_whole_one_after_the_other(bench: Bench) {
    bench.deploy(&["net"]).await;
    let anna = at_work(&bench, "anna", &["a", "x"]).await;
    let ben = at_work(&bench, "ben", &["b", "y"]).await;
    for (session, one, other) in [(&anna, "a", "x"), (&ben, "b", "y")] {
        session.record(Record::Intent(intent(1, Action::Create, one))).await.unwrap();
        session.record(Record::Intent(intent(2, Action::Create, other))).await.unwrap();
    }
    ben.record(Record::Saved { step: Some(2), resource: resource("y") }).await.unwrap();
    anna.record(Record::Saved { step: Some(1), resource: resource("a") }).await.unwrap();
    drop((anna, ben));
    bench.outlive_leases().await;
    let next = bench.open().await.unwrap();
    let open: Vec<String> = next.view().interrupted().map(|open| open.id.clone()).collect();
    assert_eq!(sorted(open), ["/b", "/x"]);
    let closed = next.close().await.unwrap();
    assert!(closed.changed);
    assert_eq!((bench.ids().await.len(), journal(&bench).await), (3, 0));
    assert_eq!(bench.read().await.unwrap().unwrap().view.interrupted().count(), 2);
}

pub async fn what_somebody_left_is_folded_beside_those_who_are_at_work(bench: Bench) {
    bench.deploy(&["net"]).await;
    let anna = at_work(&bench, "anna", &["a"]).await;
    let ben = at_work(&bench, "ben", &["b"]).await;
    anna.record(saved(resource("a"))).await.unwrap();
    ben.record(Record::Intent(intent(1, Action::Create, "b"))).await.unwrap();
    drop(anna);
    bench.outlive_leases().await;
    let kim = at_work(&bench, "kim", &["c"]).await;
    assert!(kim.view().get(&urn("a")).is_some(), "Anna is gone");
    assert_eq!(kim.view().pending().count(), 0, "Ben is not");
    kim.record(saved(resource("c"))).await.unwrap();
    end(&kim).await;
    ben.record(Record::Saved { step: Some(1), resource: resource("b") }).await.unwrap();
    end(&ben).await;
    assert_eq!(bench.ids().await, ["/net", "/a", "/c", "/b"]);
    assert_eq!(journal(&bench).await, 0);
}

pub async fn what_another_one_folded_meanwhile_is_kept(bench: Bench) {
    bench.deploy(&["a", "b"]).await;
    let anna = at_work(&bench, "anna", &["a"]).await;
    let ben = at_work(&bench, "ben", &["b"]).await;
    ben.record(Record::Removed { step: None, urn: urn("b"), id: "/b".into() }).await.unwrap();
    end(&ben).await;
    let kim = at_work(&bench, "kim", &["c"]).await;
    kim.record(saved(resource("c"))).await.unwrap();
    end(&kim).await;
    anna.record(Record::Removed { step: None, urn: urn("a"), id: "/a".into() }).await.unwrap();
    anna.record(saved(resource("a"))).await.unwrap();
    end(&anna).await;
    assert_eq!(bench.ids().await, ["/c", "/a"]);
}

pub async fn who_does_not_get_the_lock_at_the_end_leaves_his_records_to_the_next_one(bench: Bench) {
    bench.deploy(&["net"]).await;
    let anna = at_work(&bench, "anna", &["a"]).await;
    anna.record(saved(resource("a"))).await.unwrap();
    anna.record(Record::End { result: Outcome::Done }).await.unwrap();
    let ben = part(&bench, "ben").await;
    let closed = anna.close().await.unwrap();
    assert!(closed.warnings[0].contains("the lock was held all the time by ben"), "{closed:?}");
    assert_eq!(claims(&bench).await, []);
    ben.close().await.unwrap();
    assert_eq!(sorted(bench.ids().await), ["/a", "/net"]);
    assert!(journal(&bench).await > 0, "Ben did not see it, and left it where it was");
    bench.open().await.unwrap().close().await.unwrap();
    assert_eq!((bench.ids().await, journal(&bench).await), (vec!["/net".into(), "/a".into()], 0));
}
