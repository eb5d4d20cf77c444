//! Any damage to a history is found, and the first record that is not good is named.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::record::By;
use super::*;
use crate::StackName;
use crate::ports::ManualClock;
use crate::state::{Folder, HistoryHead, Holder, MemoryStore, StateStore};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use time::OffsetDateTime;

fn stack() -> StackName {
    StackName::new("test", "north", "app").unwrap()
}

fn holder() -> Holder {
    Holder {
        who: "anna".into(),
        host: "desk".into(),
        process: 1,
        operation: "up".into(),
        since: OffsetDateTime::UNIX_EPOCH,
    }
}

fn record(number: u64, before: Option<String>) -> HistoryRecord {
    HistoryRecord {
        number,
        stack: stack().to_string(),
        lineage: "lineage".into(),
        operation: "up".into(),
        by: By::from(&holder()),
        began: OffsetDateTime::UNIX_EPOCH,
        milliseconds: Some(number * 10),
        from: Provenance { message: Some(format!("number {number}")), ..Provenance::default() },
        plan: None,
        to: None,
        approvals: Vec::new(),
        verdicts: Vec::new(),
        result: HistoryResult::Done,
        counts: BTreeMap::new(),
        failures: Vec::new(),
        changed: Vec::new(),
        outputs: Vec::new(),
        state: StateMark { serial: number, checksum: format!("sha256:{number}"), journal: false },
        written_later: None,
        before,
    }
}

/// A history of so many records, and what the state says of it.
struct History {
    store: MemoryStore,
    head: HistoryHead,
    last: String,
}

async fn history(length: u64, signer: Option<&dyn Signer>) -> History {
    let store = MemoryStore::new(Arc::new(ManualClock::default()));
    let (mut before, mut last) = (None, None);
    for number in 1..=length {
        before = last.take();
        let (bytes, checksum) =
            file::encode(&stack(), &record(number, before.clone()), signer).await.unwrap();
        assert!(store.put_document(&stack(), Folder::History, &file::name(number), bytes).await.unwrap());
        last = Some(checksum);
    }
    let head = HistoryHead { number: length, before, by: holder() };
    History { store, head, last: last.unwrap() }
}

impl History {
    async fn bytes(&self, number: u64) -> Vec<u8> {
        self.store.document(&stack(), Folder::History, &file::name(number)).await.unwrap().unwrap()
    }

    async fn put(&self, number: u64, bytes: Vec<u8>) {
        self.drop(number).await;
        self.store.put_document(&stack(), Folder::History, &file::name(number), bytes).await.unwrap();
    }

    async fn drop(&self, number: u64) {
        self.store.remove_document(&stack(), Folder::History, &file::name(number)).await.unwrap();
    }

    async fn first_bad(&self, trust: &[TrustedKey]) -> Option<u64> {
        let found = verify(&self.store, &stack(), Some(Some(&self.head)), trust).await.unwrap();
        found.bad.map(|bad| bad.number)
    }
}

#[derive(Debug, Clone)]
enum Damage {
    Flip(u64, usize),
    Truncate(u64, usize),
    Drop(u64),
    DropNewest(u64),
    Swap(u64, u64),
    Copy(u64, u64),
    Add,
}

const LENGTH: u64 = 6;

fn damage() -> impl Strategy<Value = Damage> {
    let one = || 1..=LENGTH;
    prop_oneof![
        4 => (one(), any::<usize>()).prop_map(|(number, bit)| Damage::Flip(number, bit)),
        2 => (one(), any::<usize>()).prop_map(|(number, at)| Damage::Truncate(number, at)),
        1 => one().prop_map(Damage::Drop),
        1 => one().prop_map(Damage::DropNewest),
        1 => (one(), one()).prop_filter("two", |(a, b)| a != b).prop_map(|(a, b)| Damage::Swap(a, b)),
        1 => (one(), one()).prop_filter("two", |(a, b)| a != b).prop_map(|(a, b)| Damage::Copy(a, b)),
        1 => Just(Damage::Add),
    ]
}

/// Does the damage; the number of the first record that is not good then.
async fn inflict(history: &History, damage: &Damage) -> u64 {
    match *damage {
        Damage::Flip(number, bit) => {
            let mut bytes = history.bytes(number).await;
            let bit = bit % (bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            history.put(number, bytes).await;
            number
        }
        Damage::Truncate(number, at) => {
            let mut bytes = history.bytes(number).await;
            bytes.truncate(at % bytes.len());
            history.put(number, bytes).await;
            number
        }
        Damage::Drop(number) => {
            history.drop(number).await;
            number
        }
        Damage::DropNewest(count) => {
            for number in LENGTH - count + 1..=LENGTH {
                history.drop(number).await;
            }
            LENGTH - count + 1
        }
        Damage::Swap(one, other) => {
            let (first, second) = (history.bytes(one).await, history.bytes(other).await);
            history.put(one, second).await;
            history.put(other, first).await;
            one.min(other)
        }
        Damage::Copy(from, to) => {
            history.put(to, history.bytes(from).await).await;
            to
        }
        Damage::Add => {
            let added = record(LENGTH + 1, Some(history.last.clone()));
            let (bytes, _) = file::encode(&stack(), &added, None).await.unwrap();
            history.put(LENGTH + 1, bytes).await;
            LENGTH + 1
        }
    }
}

fn now<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

proptest! {
    #[test]
    fn the_first_record_that_is_not_good_is_named_after_any_damage(damage in damage(), is_signed: bool) {
        now(async {
            let signer = FileSigner::new(&[7; 32]);
            let signed_by = is_signed.then_some(&signer as &dyn Signer);
            let history = history(LENGTH, signed_by).await;
            let trust: Vec<TrustedKey> = signed_by.map(Signer::key).into_iter().collect();
            assert_eq!(history.first_bad(&trust).await, None);
            let expected = inflict(&history, &damage).await;
            assert_eq!(history.first_bad(&trust).await, Some(expected));
        });
    }
}

#[test]
fn every_bit_of_a_record_counts() {
    now(async {
        let history = history(2, Some(&FileSigner::new(&[7; 32]))).await;
        let bytes = history.bytes(1).await;
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            history.put(1, damaged).await;
            assert_eq!(history.first_bad(&[]).await, Some(1), "bit {bit}");
        }
    });
}

#[test]
fn a_history_that_was_written_anew_is_found_by_the_key_and_one_that_begins_unsigned_is_good() {
    now(async {
        let (mine, other) = (FileSigner::new(&[7; 32]), FileSigner::new(&[8; 32]));
        let trust = [mine.key()];
        let forged = history(4, Some(&other)).await;
        assert_eq!((forged.first_bad(&[]).await, forged.first_bad(&trust).await), (None, Some(1)));
        assert_eq!(history(4, None).await.first_bad(&trust).await, Some(4), "nobody signed the end");
        let mixed = history(3, None).await;
        let signed = record(4, Some(mixed.last.clone()));
        let (bytes, checksum) = file::encode(&stack(), &signed, Some(&mine)).await.unwrap();
        mixed.put(4, bytes).await;
        let head = HistoryHead { number: 4, before: Some(mixed.last.clone()), by: holder() };
        let mixed = History { head, last: checksum, ..mixed };
        assert_eq!(mixed.first_bad(&trust).await, None);
        let unsigned = record(5, Some(mixed.last.clone()));
        mixed.put(5, file::encode(&stack(), &unsigned, None).await.unwrap().0).await;
        assert_eq!(mixed.first_bad(&trust).await, Some(5));
    });
}

#[test]
fn a_key_reads_back_from_its_file_and_what_is_none_is_refused() {
    now(async {
        let signer = FileSigner::new(&[7; 32]);
        let text = signer.write().unwrap();
        assert!(text.starts_with("-----BEGIN PRIVATE KEY-----\n"), "{text}");
        let again = FileSigner::read(&text).unwrap();
        assert_eq!(again.key(), signer.key());
        let signature = again.sign(b"this").await.unwrap();
        assert!(signature.fits(b"this") && !signature.fits(b"that"));
        assert_eq!(public_key(&signer.key().to_string()).unwrap(), signer.key());
        assert!(FileSigner::read("no key").is_err() && public_key("ed25519:AAAA").is_err());
        assert!(!format!("{signer:?}").contains("PRIVATE"));
    });
}

#[test]
fn approvals_count_of_different_people_who_did_not_make_the_plan_and_with_keys_only_signed_ones() {
    now(async {
        let store = MemoryStore::new(Arc::new(ManualClock::default()));
        let approval = |who: &str, serial| Approval {
            plan: "abc".into(),
            stack: stack().to_string(),
            lineage: "lineage".into(),
            serial,
            by: By { who: who.into(), ..By::from(&holder()) },
            at: OffsetDateTime::UNIX_EPOCH,
            message: None,
        };
        let (mine, other) = (FileSigner::new(&[7; 32]), FileSigner::new(&[8; 32]));
        assert!(approve(&store, &stack(), &approval("anna", 3), None).await.unwrap());
        assert!(approve(&store, &stack(), &approval("ben", 3), Some(&mine)).await.unwrap());
        assert!(!approve(&store, &stack(), &approval("ben", 3), None).await.unwrap());
        assert!(approve(&store, &stack(), &approval("cleo", 3), Some(&mine)).await.unwrap());
        assert!(approve(&store, &stack(), &approval("dan", 3), Some(&other)).await.unwrap());
        assert!(approve(&store, &stack(), &approval("eve", 2), Some(&other)).await.unwrap());
        let kept = approvals(&store, &stack(), "abc").await.unwrap();
        let who = |trust: &[TrustedKey]| -> Vec<String> {
            let counting = counting(&kept, ("lineage", 3), "anna", trust);
            counting.iter().map(|one| one.approval.by.who.clone()).collect()
        };
        assert_eq!(who(&[]), ["ben", "cleo", "dan"]);
        assert_eq!(who(&[mine.key()]), ["ben"], "one key is one person");
        assert_eq!(who(&[mine.key(), other.key()]), ["ben", "dan"]);
        assert!(approvals(&store, &stack(), "abd").await.unwrap().is_empty());
    });
}
