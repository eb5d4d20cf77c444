//! Whether what sharers were told agrees with a register for each key that only grows.
//!
//! - Every record that was acknowledged is there at the end, once, and nothing is there that nobody wrote.
//! - Of each key, the records stand in the order of the claims under which they were written.
//! - Nothing is written of a key under a claim after another one has claimed it.
//! - Each serial has one snapshot, made of the one before it; the lineage never changes.

use crate::history::{Answer, Call, Event};
use crate::judge::{End, broken, snapshots};
use std::collections::{BTreeMap, HashMap, HashSet};

/// All that is wrong, in words.
pub fn judge(events: &[Event], end: &End) -> Vec<String> {
    let mut faults = broken(events);
    faults.extend(of_keys(events, end));
    faults.extend(snapshots(events, end));
    faults
}

fn of_keys(events: &[Event], end: &End) -> Vec<String> {
    let mut faults = records(events, end);
    faults.extend(orders(end));
    faults.extend(claims(events));
    faults
}

/// The records that somebody tried to write, each with its call.
fn written(events: &[Event]) -> HashMap<&str, &Event> {
    let mut all = HashMap::new();
    for event in events {
        if let Call::Append { record, .. } = &event.call {
            all.insert(record.as_str(), event);
        }
    }
    all
}

fn records(events: &[Event], end: &End) -> Vec<String> {
    let written = written(events);
    let mut faults = Vec::new();
    let mut seen = HashSet::new();
    for record in &end.records {
        if !seen.insert(record.as_str()) {
            faults.push(format!("{record} is there twice"));
        }
        if !written.contains_key(record.as_str()) {
            faults.push(format!("{record} is there, and nobody wrote it"));
        }
    }
    let lost = |(record, event): (&&str, &&Event)| {
        (event.answer == Some(Answer::Done) && !seen.contains(record))
            .then(|| format!("{record} was acknowledged, and is not there"))
    };
    faults.extend(written.iter().filter_map(lost));
    faults
}

/// The key of a record, the epoch of its claim, and its number.
fn parts(record: &str) -> Option<(usize, u64, u64)> {
    let (key, rest) = record.split_once(':')?;
    let mut numbers = rest.split('-').map(str::parse::<u64>);
    let epoch = numbers.next()?.ok()?;
    Some((key.parse().ok()?, epoch, numbers.next_back()?.ok()?))
}

fn orders(end: &End) -> Vec<String> {
    let mut last: BTreeMap<usize, (u64, u64)> = BTreeMap::new();
    let mut faults = Vec::new();
    for record in &end.records {
        let Some((key, epoch, number)) = parts(record) else {
            faults.push(format!("{record} is no record of a sharer"));
            continue;
        };
        if last.insert(key, (epoch, number)).is_some_and(|before| before >= (epoch, number)) {
            faults.push(format!("{record} comes after later ones of its key"));
        }
    }
    faults
}

fn claims(events: &[Event]) -> Vec<String> {
    let mut claimed: Vec<(u64, &[usize], u64)> = Vec::new();
    for event in events.iter().filter(|event| event.answer == Some(Answer::Done)) {
        if let Call::Claim { epoch, keys } = &event.call {
            claimed.push((*epoch, keys, event.to));
        }
    }
    let mut faults = Vec::new();
    for event in events.iter().filter(|event| event.answer == Some(Answer::Done)) {
        let Call::Append { epoch, record } = &event.call else { continue };
        let Some((key, ..)) = parts(record) else { continue };
        let later = |(other, keys, at): &&(u64, &[usize], u64)| {
            other > epoch && keys.contains(&key) && *at < event.from
        };
        if let Some((other, ..)) = claimed.iter().find(later) {
            faults.push(format!("{record} was written after claim {other} of its key"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(records: &[&str]) -> End {
        End { records: records.iter().map(ToString::to_string).collect(), version: None }
    }

    fn append(record: &str, answer: Option<Answer>) -> Event {
        let epoch = parts(record).map_or(0, |(_, epoch, _)| epoch);
        Event { worker: 0, from: 10, to: 11, call: Call::Append { epoch, record: record.into() }, answer }
    }

    #[test]
    fn a_record_that_is_lost_doubled_made_up_or_out_of_order_is_found() {
        let done = |record: &str| append(record, Some(Answer::Done));
        let events = [done("1:5-0-1"), done("1:5-0-2"), append("2:6-1-1", None)];
        let faults = |records: &[&str]| of_keys(&events, &end(records)).join("\n");
        assert_eq!(faults(&["1:5-0-1", "1:5-0-2"]), "");
        assert_eq!(faults(&["1:5-0-1", "2:6-1-1", "1:5-0-2"]), "", "what was not heard of may be there");
        assert!(faults(&["1:5-0-1"]).contains("was acknowledged, and is not there"));
        assert!(faults(&["1:5-0-1", "1:5-0-2", "1:5-0-2"]).contains("is there twice"));
        assert!(faults(&["1:5-0-1", "1:5-0-2", "3:7-0-1"]).contains("nobody wrote it"));
        assert!(faults(&["1:5-0-2", "1:5-0-1"]).contains("comes after later ones"));
    }

    #[test]
    fn what_is_written_after_another_claim_of_its_key_is_found() {
        let claim = |epoch, key, at| Event {
            worker: 1,
            from: at,
            to: at + 1,
            call: Call::Claim { epoch, keys: vec![key] },
            answer: Some(Answer::Done),
        };
        let late = append("1:5-0-1", Some(Answer::Done));
        let faults = |other| of_keys(&[other, late.clone()], &end(&["1:5-0-1"])).len();
        assert_eq!([faults(claim(6, 1, 2)), faults(claim(6, 2, 2)), faults(claim(6, 1, 12))], [1, 0, 0]);
    }
}
