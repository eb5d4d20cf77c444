//! Whether what workers were told agrees with one register that only grows.
//!
//! - Every record that was acknowledged is there at the end, once, and nothing is there that nobody wrote.
//! - There is one order of all that took place, and it agrees with time: what ended before something else began comes
//!   before it. Records stand in that order, readers see all before them and nothing after, serials and epochs rise in it.
//! - Nothing of a lease takes place after the next lease began.
//! - Each serial has one snapshot, made of the one before it; the lineage never changes.

use crate::history::{Answer, Call, Event, Seen};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// What is there at the end.
#[derive(Debug, Clone, Default)]
pub struct End {
    /// The records, in order.
    pub records: Vec<String>,
    /// Lineage, serial and checksum of the snapshot.
    pub version: Option<(String, u64, String)>,
}

/// Digest of a list of records.
pub fn digest<'r>(records: impl IntoIterator<Item = &'r String>) -> String {
    hex(records.into_iter().fold(Sha256::new(), add))
}

fn add(hash: Sha256, record: &String) -> Sha256 {
    hash.chain_update(record).chain_update("\n")
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// All that is wrong, in words.
pub fn judge(events: &[Event], end: &End) -> Vec<String> {
    let mut faults = Vec::new();
    faults.extend(broken(events));
    faults.extend(records(events, end));
    faults.extend(reads(events, end));
    faults.extend(epochs(events, end));
    faults.extend(snapshots(events, end));
    faults
}

/// Answers that no call may give.
pub(crate) fn broken(events: &[Event]) -> Vec<String> {
    let broken = events.iter().filter(|event| matches!(event.answer, Some(Answer::Broken(_))));
    broken.map(|event| format!("{event:?}")).collect()
}

/// Something that took place, and its place in the one order. What has the same place may be in any order.
struct Placed<'e> {
    place: u64,
    event: &'e Event,
    /// Whether it is known that it took place when the call ended.
    done: bool,
}

/// That an order agrees with time: nothing ended before something began that comes before it.
fn agrees(what: &str, mut placed: Vec<Placed<'_>>) -> Vec<String> {
    placed.sort_by_key(|one| one.place);
    let mut faults = Vec::new();
    let mut latest: Option<&Event> = None;
    for group in placed.chunk_by(|a, b| a.place == b.place) {
        for one in group.iter().filter(|one| one.done) {
            if let Some(before) = latest.filter(|before| one.event.to < before.from) {
                let after = one.event;
                faults.push(format!("{what}: {after:?} ended before {before:?} began, and comes after it"));
            }
        }
        let begun = group.iter().map(|one| one.event).chain(latest);
        latest = begun.max_by_key(|event| event.from);
    }
    faults
}

fn appended(event: &Event) -> Option<&String> {
    match &event.call {
        Call::Append { record, .. } => Some(record),
        _ => None,
    }
}

/// Where the records are at the end.
fn places(end: &End) -> HashMap<&String, u64> {
    end.records.iter().zip(0..).collect()
}

fn records(events: &[Event], end: &End) -> Vec<String> {
    let mut faults = Vec::new();
    let places = places(end);
    if places.len() != end.records.len() {
        faults.push(format!(
            "of {} records, {} are there twice",
            end.records.len(),
            end.records.len() - places.len()
        ));
    }
    let begun: HashMap<&String, &Event> =
        events.iter().filter_map(|event| Some((appended(event)?, event))).collect();
    faults.extend(
        end.records
            .iter()
            .filter(|record| !begun.contains_key(record))
            .map(|record| format!("nobody wrote {record}")),
    );
    for (record, event) in &begun {
        match event.answer {
            Some(Answer::Done) if !places.contains_key(record) => {
                faults.push(format!("{record} was acknowledged and is lost: {event:?}"));
            }
            Some(Answer::Refused(_)) if places.contains_key(record) => {
                faults.push(format!("{record} was refused and is there: {event:?}"));
            }
            _ => {}
        }
    }
    faults
}

/// Readers see the first records, all of those that were there when they began, and none that came after they ended.
fn reads(events: &[Event], end: &End) -> Vec<String> {
    let mut digests = vec![digest([])];
    let mut hash = Sha256::new();
    for record in &end.records {
        hash = add(hash, record);
        digests.push(hex(hash.clone()));
    }
    let places = places(end);
    let mut faults = Vec::new();
    let mut placed = Vec::new();
    for event in events {
        if let Some(place) = appended(event).and_then(|record| places.get(record)) {
            let done = event.answer == Some(Answer::Done);
            placed.push(Placed { place: 2 * place + 1, event, done });
        }
        let Some(Answer::Read(Seen { count, digest, .. })) = &event.answer else { continue };
        if digests.get(*count) != Some(digest) {
            faults.push(format!("what was read are not the first {count} records of the end: {event:?}"));
        }
        placed.push(Placed { place: 2 * *count as u64, event, done: true });
    }
    faults.extend(agrees("records and readers", placed));
    faults
}

/// Epochs rise, each belongs to one lease, and what took place under them does so in their order.
fn epochs(events: &[Event], end: &End) -> Vec<String> {
    let mut faults = Vec::new();
    let mut leases: BTreeMap<u64, &Event> = BTreeMap::new();
    let mut placed = Vec::new();
    for event in events {
        let (place, done) = match (&event.call, &event.answer) {
            (_, Some(Answer::Locked { epoch })) => {
                if let Some(other) = leases.insert(*epoch, event) {
                    faults.push(format!("two leases have epoch {epoch}: {other:?} and {event:?}"));
                }
                (*epoch, true)
            }
            (Call::Append { epoch, .. }, Some(Answer::Done)) => (*epoch, true),
            (Call::Replace { epoch, .. }, Some(Answer::Replaced { .. })) => (*epoch, true),
            _ => continue,
        };
        placed.push(Placed { place, event, done });
    }
    faults.extend(agrees("epochs", placed));
    let epoch_of: HashMap<&String, u64> = events
        .iter()
        .filter_map(|event| match &event.call {
            Call::Append { epoch, record } => Some((record, *epoch)),
            _ => None,
        })
        .collect();
    let of_records: Vec<u64> =
        end.records.iter().filter_map(|record| epoch_of.get(record).copied()).collect();
    if let Some(pair) = of_records.windows(2).find(|pair| pair[0] > pair[1]) {
        faults.push(format!("a record of epoch {} stands behind one of epoch {}", pair[1], pair[0]));
    }
    faults
}

/// Each serial has one snapshot, made of the one before it.
pub(crate) fn snapshots(events: &[Event], end: &End) -> Vec<String> {
    let mut faults = Vec::new();
    let Some((lineage, last, checksum)) = &end.version else {
        return vec!["there is no state at the end".to_owned()];
    };
    let mut known: BTreeMap<u64, (&String, &Option<String>)> = BTreeMap::new();
    let mut tried: BTreeMap<u64, Vec<&Option<String>>> = BTreeMap::new();
    let mut placed = Vec::new();
    for event in events {
        let Call::Replace { expected, serial, lineage: own, .. } = &event.call else { continue };
        tried.entry(*serial).or_default().push(expected);
        let Some(Answer::Replaced { checksum }) = &event.answer else { continue };
        if own != lineage {
            faults.push(format!("the lineage at the end is {lineage}: {event:?}"));
        }
        if known.insert(*serial, (checksum, expected)).is_some() {
            faults.push(format!("two snapshots have serial {serial}: {event:?}"));
        }
        placed.push(Placed { place: *serial, event, done: true });
    }
    faults.extend(agrees("snapshots", placed));
    for serial in 0..=*last {
        match (known.get(&serial), tried.get(&serial)) {
            (_, None) => faults.push(format!("nobody made the snapshot {serial}")),
            (Some((own, expected)), _) => {
                let before = serial.checked_sub(1).and_then(|before| known.get(&before));
                if let Some((before, _)) = before
                    && expected.as_ref() != Some(*before)
                {
                    faults.push(format!(
                        "snapshot {serial} ({own}) was not made of the one before it, {before}"
                    ));
                }
            }
            (None, Some(_)) => {}
        }
    }
    if known.keys().next_back().is_some_and(|newest| newest > last) {
        faults.push(format!("the serial at the end is {last}, and a later snapshot was acknowledged"));
    }
    if known.get(last).is_some_and(|(own, _)| *own != checksum) {
        faults
            .push(format!("the snapshot at the end is not the one with serial {last} that was acknowledged"));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(worker: usize, from: u64, call: Call, answer: Answer) -> Event {
        Event { worker, from, to: from + 5, call, answer: Some(answer) }
    }

    fn lock(worker: usize, from: u64, epoch: u64) -> Event {
        event(worker, from, Call::Lock, Answer::Locked { epoch })
    }

    fn append(worker: usize, from: u64, epoch: u64, record: &str) -> Event {
        event(worker, from, Call::Append { epoch, record: record.into() }, Answer::Done)
    }

    fn replace(worker: usize, from: u64, epoch: u64, serial: u64) -> Event {
        let expected = serial.checked_sub(1).map(|before| format!("sum {before}"));
        let call = Call::Replace { epoch, expected, serial, lineage: "one".into() };
        event(worker, from, call, Answer::Replaced { checksum: format!("sum {serial}") })
    }

    fn read(worker: usize, from: u64, records: &[&str]) -> Event {
        let records: Vec<String> = records.iter().map(|record| (*record).to_owned()).collect();
        let seen = Seen { version: None, count: records.len(), digest: digest(&records) };
        event(worker, from, Call::Read, Answer::Read(seen))
    }

    fn good() -> (Vec<Event>, End) {
        let events = vec![
            lock(1, 0, 1),
            replace(1, 10, 1, 0),
            append(1, 20, 1, "a"),
            append(1, 30, 1, "b"),
            read(3, 36, &["a", "b"]),
            lock(2, 40, 2),
            replace(2, 50, 2, 1),
            append(2, 60, 2, "c"),
        ];
        let records = ["a", "b", "c"].map(str::to_owned).to_vec();
        (events, End { records, version: Some(("one".into(), 1, "sum 1".into())) })
    }

    fn faults(change: impl FnOnce(&mut Vec<Event>, &mut End)) -> String {
        let (mut events, mut end) = good();
        change(&mut events, &mut end);
        judge(&events, &end).join("\n")
    }

    #[test]
    fn a_good_history_has_no_fault() {
        assert_eq!(faults(|_, _| {}), "");
        assert_eq!(faults(|events, _| events[3].answer = None), "", "it may have taken place");
        assert_eq!(
            faults(|events, end| {
                events[7].answer = None;
                end.records.pop();
            }),
            "",
            "it may not have taken place"
        );
    }

    #[test]
    fn a_record_that_is_lost_doubled_made_up_or_refused_is_found() {
        assert!(faults(|_, end| drop(end.records.pop())).contains("c was acknowledged and is lost"));
        assert!(faults(|_, end| end.records.push("c".into())).contains("1 are there twice"));
        assert!(faults(|_, end| end.records.push("x".into())).contains("nobody wrote x"));
        let refused = faults(|events, _| events[7].answer = Some(Answer::Refused("no".into())));
        assert!(refused.contains("c was refused and is there"));
    }

    #[test]
    fn an_order_against_time_is_found() {
        let swapped = faults(|events, end| {
            end.records.swap(0, 1);
            events[4] = read(3, 36, &["b", "a"]);
        });
        assert!(swapped.contains("records and readers"), "{swapped}");
        let stale = faults(|events, _| events.push(read(3, 70, &["a"])));
        assert!(stale.contains("records and readers"), "{stale}");
        let early = faults(|events, _| events.push(read(3, 1, &["a", "b"])));
        assert!(early.contains("records and readers"), "{early}");
        let other = faults(|events, _| events.push(read(3, 70, &["a", "x", "c"])));
        assert!(other.contains("not the first 3 records"), "{other}");
    }

    #[test]
    fn a_writer_who_writes_after_the_next_lease_began_is_found() {
        let late = faults(|events, end| {
            events.push(append(1, 56, 1, "late"));
            end.records.insert(2, "late".into());
        });
        assert!(late.contains("epochs:"), "{late}");
        let behind = faults(|events, end| {
            events.push(Event { answer: None, ..append(1, 38, 1, "late") });
            end.records.push("late".into());
        });
        assert!(behind.contains("a record of epoch 1 stands behind one of epoch 2"), "{behind}");
        assert!(faults(|events, _| events.push(lock(3, 70, 2))).contains("two leases have epoch 2"));
        assert!(
            faults(|events, _| events[5] = lock(2, 40, 3)).contains("epochs:"),
            "of an epoch that was over"
        );
    }

    #[test]
    fn a_snapshot_that_is_not_made_of_the_one_before_is_found() {
        assert!(
            faults(|events, _| events.push(replace(2, 70, 2, 1))).contains("two snapshots have serial 1")
        );
        assert!(
            faults(|events, _| events.push(replace(2, 70, 2, 2)))
                .contains("a later snapshot was acknowledged")
        );
        let other = faults(|events, _| {
            events[6].call =
                Call::Replace { epoch: 2, expected: Some("sum 9".into()), serial: 1, lineage: "two".into() };
        });
        assert!(other.contains("not made of the one before it") && other.contains("lineage"), "{other}");
        let gap = faults(|_, end| end.version = Some(("one".into(), 2, "sum 2".into())));
        assert!(gap.contains("nobody made the snapshot 2"), "{gap}");
        let broken = Answer::Broken("damaged".into());
        assert!(faults(|events, _| events.push(event(1, 80, Call::Read, broken))).contains("damaged"));
    }
}
