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
        note: None,
        lock_breaks: None,
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

/// Signs as a service does that keeps its key to itself.
struct ServiceSigner(p256::ecdsa::SigningKey);

impl ServiceSigner {
    fn new(seed: &[u8; 32]) -> Self {
        ServiceSigner(p256::ecdsa::SigningKey::from_slice(seed).unwrap())
    }
}

#[async_trait::async_trait]
impl Signer for ServiceSigner {
    async fn public_key(&self) -> Result<TrustedKey, String> {
        TrustedKey::of_es256(*self.0.verifying_key())
    }

    async fn sign(&self, bytes: &[u8]) -> Result<Signature, String> {
        use p256::ecdsa::signature::Signer as _;
        let signature: p256::ecdsa::Signature = self.0.sign(bytes);
        Ok(Signature::new(self.public_key().await?, &signature.to_bytes()))
    }
}

proptest! {
    #[test]
    fn the_first_record_that_is_not_good_is_named_after_any_damage(damage in damage(), kind in 0..3_u8) {
        now(async {
            let seed = [7; 32];
            let signer: Option<Box<dyn Signer>> = match kind {
                0 => None,
                1 => Some(Box::new(FileSigner::new(&seed))),
                _ => Some(Box::new(ServiceSigner::new(&seed))),
            };
            let history = history(LENGTH, signer.as_deref()).await;
            let trust = match &signer {
                None => Vec::new(),
                Some(signer) => vec![signer.public_key().await.unwrap()],
            };
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
fn after_a_change_of_keys_the_records_of_both_are_good_where_both_are_trusted() {
    now(async {
        let (former, new) = (ServiceSigner::new(&[7; 32]), ServiceSigner::new(&[8; 32]));
        let old = history(2, Some(&former)).await;
        let third = record(3, Some(old.last.clone()));
        let (bytes, last) = file::encode(&stack(), &third, Some(&new)).await.unwrap();
        old.put(3, bytes).await;
        let head = HistoryHead { number: 3, before: Some(old.last.clone()), by: holder() };
        let both = History { head, last, ..old };
        let (former, new) = (former.public_key().await.unwrap(), new.public_key().await.unwrap());
        assert_eq!(both.first_bad(&[former.clone(), new.clone()]).await, None);
        assert_eq!(both.first_bad(&[former]).await, Some(3));
        assert_eq!(both.first_bad(&[new]).await, Some(1));
    });
}

#[test]
fn a_signature_that_belongs_to_another_record_or_names_another_key_is_found() {
    now(async {
        let (mine, other) = (ServiceSigner::new(&[7; 32]), ServiceSigner::new(&[8; 32]));
        let signature = mine.sign(b"this").await.unwrap();
        assert!(signature.fits(b"this") && !signature.fits(b"that"));
        let claimed = Signature { key: other.public_key().await.unwrap(), ..signature.clone() };
        assert!(!claimed.fits(b"this"));
        for text in ["", "AAAA", "not base64"] {
            assert!(!Signature { signature: text.to_owned(), ..signature.clone() }.fits(b"this"));
        }
        assert_eq!(try_out(&mine).await.unwrap(), mine.public_key().await.unwrap());
    });
}

/// A key of RSA with 2048 bits and a signature of `this`, which OpenSSL made.
const RSA: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1AukDtqbWpMIfM2a9sXYCwgVZDRsrWcoj2L+lGovgIm9FEe0l9t+KOGn99Jchxf6b6gz2rBZ+8mGn9KRziGA0YnhzazCWdEIKMuH+585QFrpbGzQ4EtpF4LazG1N8iMOFncuxCMiUN11Z0GH42N9iXJZESSPNUeA86ZRQMCmlwhMRRC7LOQmYoIyPXw7UKYo2DGo/Ng/d69CKBeoTneToHkvQ57jvW8N1mO2paevn1Mb7jEwDBRz50Wy2ed1K1oTMjZ9+o/HCW28nZnqLFMBQBsVJgTWRiF1K90OYLz3eyzRJtBbvhs00dr95J03pSo8x7nVIvLiKvoa/Vb2WDmMiwIDAQAB";
const RSA_SIGNATURE: &str = "uTNcYhqxfpreUj09ik6ww4899STuI1MRpbpVWFpJUZWhRxH9QtkevvWz7hFOTxTRABoUWasH2MiV/ljYKJ2+7+7B7f0NuPaId8VOMPAEl6TvYDIpGwK3tiffoV8OMO5Ts/wKA1jNHHgvdwjTrG4rkLkU8cqS08GBiR1iDr4CZ9kpjwWlf6p3wzpe6CnZ0z2P/HSlfOrrAFlEa86NSVLrb89E9oi+kZbCdWWK7OlzJCFT3au2E7IbD4rREwm5yM+tiOXIkIBcCJ1pao2X+L+Edas0y88P7kXgfsDj698B6eLLEKEfFRgzPZxHVpvyBuE7N1L9e0afAIrVfJrqyZEPPQ==";

#[test]
fn keys_of_services_are_written_as_pem_files_have_them_and_their_signatures_are_checked() {
    let key = public_key(&format!("rs256:{RSA}")).unwrap();
    assert_eq!(key.to_string(), format!("rs256:{RSA}"));
    let signature = Signature { key, signature: RSA_SIGNATURE.to_owned() };
    assert!(signature.fits(b"this") && !signature.fits(b"that"));
    let kept = serde_json::to_string(&signature).unwrap();
    assert_eq!(serde_json::from_str::<Signature>(&kept).unwrap(), signature);
    let point = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGGpBoCbmefZKF56avm/Zx2cF93vJ/UNmZBGYO+Eh6b/XYqHMKb5azpzVWPIsMNIz7tNLl8hj6xf/2CDDNPX5mw==";
    assert_eq!(public_key(&format!("es256:{point}")).unwrap().to_string(), format!("es256:{point}"));
    let refused = |text: &str, why: &str| {
        let error = public_key(text).unwrap_err();
        assert!(error.contains(why) && error.contains("PEM file"), "{error}");
    };
    refused(&format!("es256:{RSA}"), "no key on P-256");
    refused(&format!("rs256:{point}"), "no key of RSA");
    refused(
        "rs256:MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC0LUZPgyb37CirgwFNr8R6Xs316tcetdfognOJhK73EnApJqsr9A9Z3ZiWeg7QSqLy/yjIvahYCMqs6YHC8dap3Glr1a4k6OcI8UUiV2oGTwBbv9p2yN2dwFtVeJm+EnUr/s8OtE0nqCuq0Y2KK34YrlfvLQTZLuwnXRM5p9dByQIDAQAB",
        "1024 bits, and 2048 are the least",
    );
    refused("es256:?", "not base64");
    refused("es512:AAAA", "no algorithm that is known");
    refused("AAAA", "names no algorithm");
}

#[test]
fn approvals_count_of_different_people_who_did_not_make_the_plan_and_with_keys_only_signed_ones() {
    now(async {
        let store = MemoryStore::new(Arc::new(ManualClock::default()));
        let at = |seconds| OffsetDateTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        let approval = |who: &str, file: &str, seconds| Approval {
            plan: "abc".into(),
            file: file.into(),
            stack: stack().to_string(),
            lineage: "lineage".into(),
            serial: 3,
            by: By { who: who.into(), ..By::from(&holder()) },
            at: at(seconds),
            message: None,
        };
        let (mine, other) = (FileSigner::new(&[7; 32]), FileSigner::new(&[8; 32]));
        let given: [(&str, &str, u64, Option<&dyn Signer>); 7] = [
            ("anna", "file", 50, None),
            ("ben", "file", 10, None),
            ("ben", "file", 50, Some(&mine)),
            ("cleo", "file", 50, Some(&mine)),
            ("dan", "file", 50, Some(&other)),
            ("eve", "another", 50, Some(&other)),
            ("finn", "file", 10, None),
        ];
        for (who, file, seconds, signer) in given {
            assert!(approve(&store, &stack(), &approval(who, file, seconds), signer).await.unwrap(), "{who}");
        }
        assert!(!approve(&store, &stack(), &approval("ben", "file", 50), None).await.unwrap());
        let kept = approvals(&store, &stack(), "abc").await.unwrap();
        let why = |trust: &[TrustedKey], valid_for: Option<u64>| -> Vec<(String, Option<Discounted>)> {
            let maker = FileSigner::new(&[9; 32]).key();
            let trust: Vec<TrustedKey> = match trust {
                [] => Vec::new(),
                trust => trust.iter().chain([&maker]).cloned().collect(),
            };
            let subject = Subject { file: "file", base: ("lineage", 3), maker: ("anna", Some(&maker)) };
            let valid_for = valid_for.map(std::time::Duration::from_secs);
            let rule = ApprovalRule { needed: 1, valid_for };
            let judged = judge(kept.clone(), subject, &trust, (rule, at(60)));
            judged.into_iter().map(|one| (one.kept.approval.by.who, one.discounted)).collect()
        };
        let told = |expected: [Option<Discounted>; 7]| -> Vec<(String, Option<Discounted>)> {
            let who = ["anna", "ben", "ben", "cleo", "dan", "eve", "finn"];
            who.into_iter().map(str::to_owned).zip(expected).collect()
        };
        use Discounted::{Expired, Maker, OtherFile, SameKey, SamePerson, UnknownMaker, Unsigned, Untrusted};
        let (maker, twice, file) = (Some(Maker), Some(SamePerson), Some(OtherFile));
        assert_eq!(why(&[], None), told([maker, None, twice, None, None, file, None]));
        let old = Some(Expired);
        assert_eq!(why(&[], Some(20)), told([maker, None, old, None, None, file, old]));
        let (unsigned, untrusted, same) = (Some(Unsigned), Some(Untrusted), Some(SameKey));
        let one = [mine.key()];
        assert_eq!(why(&one, None), told([unsigned, None, unsigned, same, untrusted, untrusted, unsigned]));
        let both = [mine.key(), other.key()];
        assert_eq!(why(&both, None), told([unsigned, None, unsigned, same, None, file, unsigned]));
        let by_key = |key: Option<&TrustedKey>| -> Vec<Option<Discounted>> {
            let subject = Subject { file: "file", base: ("lineage", 3), maker: ("zoe", key) };
            let rule = (ApprovalRule { needed: 1, valid_for: None }, at(60));
            judge(kept.clone(), subject, &both, rule).into_iter().map(|one| one.discounted).collect()
        };
        assert_eq!(
            by_key(Some(&mine.key()))[3..5],
            [Some(Maker), None],
            "whoever has the key of the plan made it"
        );
        let unknown = [Some(UnknownMaker), Some(UnknownMaker)];
        assert_eq!(by_key(None)[3..5], unknown);
        assert_eq!(by_key(Some(&FileSigner::new(&[9; 32]).key()))[3..5], unknown);
        assert!(approvals(&store, &stack(), "abd").await.unwrap().is_empty());
    });
}
