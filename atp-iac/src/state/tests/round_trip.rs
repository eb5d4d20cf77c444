//! Whatever a state says, it says the same after it was written and read.

use super::super::encoding::Encoding;
use super::*;
use crate::resource::Timeouts;
use crate::secrets::{DataKey, Sealer};
use crate::state::Lifecycle;
use crate::value::{Map, Patterns, Value};
use crate::{StackName, Urn};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use std::collections::BTreeMap;
use time::OffsetDateTime;

fn encoding() -> Encoding {
    let key = DataKey::generate(&SeededRandom::new(1)).unwrap();
    Encoding::new(stack(), Sealer::new(&key, "lineage"))
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("$secret".to_owned()),
        Just("$literal".to_owned()),
        Just("$number".to_owned()),
        "[a-c]",
        any::<String>()
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|n| serde_json::Number::from_f64(n).map_or(Value::Null, Value::Number)),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::List),
            btree_map(key(), inner.clone(), 0..4).prop_map(Value::Map),
            (key(), inner.clone()).prop_map(|(key, value)| Value::Map(Map::from([(key, value)]))),
            inner.prop_map(Value::into_secret),
        ]
    })
}

fn some_urn() -> impl Strategy<Value = Urn> {
    let stacks = prop_oneof![Just(stack()), Just(StackName::new("prod", "x", "y").unwrap())];
    let types = prop_oneof![Just("Microsoft.Network/virtualNetworks"), Just("urn:atp:a:b:c"), Just("t")];
    (stacks, types, ".{1,6}").prop_map(|(stack, kind, name)| Urn::new(&stack, &[kind], &[&name]).unwrap())
}

fn moment() -> impl Strategy<Value = OffsetDateTime> {
    (0i64..4_000_000_000, 0u32..1_000_000_000).prop_map(|(seconds, nanoseconds)| {
        let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        at.replace_nanosecond(nanoseconds).unwrap()
    })
}

prop_compose! {
    fn some_resource()(
        urn in some_urn(), own_kind in any::<bool>(), provider in "[a-z]{0,5}", id in any::<String>(),
        inputs in value(), outputs in value(), dependencies in vec(some_urn(), 0..3),
        flags in any::<[bool; 5]>(), created in moment(), modified in moment(),
        location in proptest::option::of(any::<String>()), retain in proptest::option::of(any::<String>()),
    ) -> ResourceState {
        let kind = if own_kind { urn.resource_type().to_owned() } else { "other".into() };
        let [protect, replaced, incomplete, tainted, triggered] = flags;
        let timeout = protect.then(|| std::time::Duration::from_millis(created.nanosecond().into()));
        let mut secret_outputs = Patterns::default();
        secret_outputs.extend(triggered.then_some("keys[*].value"));
        let lifecycle = Lifecycle {
            protect, retain, deleted_with: incomplete.then(|| urn.clone()),
            timeouts: Timeouts { create: timeout, delete: timeout, ..Timeouts::default() },
            replacement_trigger: triggered.then(|| outputs.clone()),
            delete_hooks: location.iter().cloned().collect(),
            secret_outputs,
        };
        ResourceState {
            urn, kind, provider, id, inputs, outputs, dependencies, lifecycle, created, modified, replaced, incomplete,
            tainted, location,
        }
    }
}

fn records(one: &ResourceState) -> Vec<Record> {
    let ResourceState {
        urn, id, kind, provider, inputs, dependencies, lifecycle, location, replaced, ..
    } = one.clone();
    let intent = Intent {
        step: 7,
        action: Action::Update,
        urn: urn.clone(),
        kind,
        provider,
        id: id.clone(),
        inputs,
        dependencies,
        lifecycle,
        location,
        replaced,
        at: one.modified,
    };
    let values =
        BTreeMap::from([("a".to_owned(), one.inputs.clone()), ("b".to_owned(), one.outputs.clone())]);
    vec![
        Record::Begin { operation: id.clone(), plan: id.clone(), at: one.created, by: holder(&id) },
        Record::Intent(intent),
        Record::Saved { step: None, resource: one.clone() },
        Record::Saved { step: Some(3), resource: one.clone() },
        Record::Removed { step: Some(u64::MAX), urn: urn.clone(), id: id.clone() },
        Record::Failed { step: 0, urn: urn.clone(), message: id.clone() },
        Record::Moved { urns: one.dependencies.iter().map(|other| (other.clone(), urn.clone())).collect() },
        Record::MarkReplaced { urn, id },
        Record::SomeOutputs {
            contract: 7,
            values: values.clone(),
            dropped: ["old \" name".to_owned()].into(),
        },
        Record::Outputs { contract: u64::MAX, values },
        Record::End { result: Outcome::Interrupted },
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_record_reads_back(one in some_resource()) {
        let encoding = encoding();
        let records = records(&one);
        let written: Vec<Vec<u8>> =
            records.iter().map(|record| encoding.write_record(record).unwrap()).collect();
        let batch = [b"[", &written.join(&b',')[..], b"]"].concat();
        prop_assert!(!batch.contains(&b'\n'), "a batch is one line");
        prop_assert_eq!(encoding.read_batch(&batch).unwrap(), records);
    }

    #[test]
    fn every_snapshot_reads_back_and_gives_the_same_bytes(all in vec(some_resource(), 0..4), outputs in value()) {
        let encoding = encoding();
        let mut view = StateView::new(Snapshot::empty(stack(), "lineage")).unwrap();
        for one in &all {
            // Some do not fit beside the others; that is not the matter here.
            let _ = view.apply(&saved(one.clone()));
        }
        let values = [("out".to_owned(), outputs)].into();
        view.apply(&Record::Outputs { contract: 3, values }).unwrap();
        let kept = |record: &Record| {
            matches!(record, Record::Intent(_) | Record::Begin { .. } | Record::End { .. })
        };
        for record in all.iter().flat_map(records).filter(kept) {
            let _ = view.apply(&record);
        }
        let body = encoding.write_body(&view).unwrap();
        let read = encoding.read_body("lineage", 0, &body).unwrap();
        prop_assert_eq!(&read, &view.to_snapshot());
        let again = StateView::new(read).unwrap();
        prop_assert_eq!(encoding.write_body(&again).unwrap(), body);
    }
}

#[test]
fn a_state_that_was_written_before_the_last_update_was_kept_still_reads() {
    let body = br#"{"stack":"test/westeurope/foundation","contract":3,"outputs":{},"resources":[]}"#;
    let snapshot = encoding().read_body("lineage", 4, body).unwrap();
    assert_eq!((snapshot.serial, snapshot.contract, snapshot.last_update), (4, 3, None));
}

#[test]
fn what_is_too_deep_to_be_read_back_is_refused_when_it_is_written() {
    let nested = |levels: usize| {
        let deep = (0..levels).fold(Value::Null, |inner, _| Value::from([("$secret", inner)]));
        saved(ResourceState { inputs: deep, ..resource("a") })
    };
    let encoding = encoding();
    let fits = encoding.write_record(&nested(50)).unwrap();
    encoding.read_batch(&[b"[", &fits[..], b"]"].concat()).unwrap();
    assert!(matches!(encoding.write_record(&nested(51)), Err(StateError::TooDeep { .. })));
}

#[test]
fn what_a_newer_writer_added_is_not_dropped_in_silence() {
    let read = encoding().read_batch(br#"[{"mark_replaced":{"urn":"t::n","id":"x","since":1}}]"#);
    assert!(matches!(read, Err(StateError::Corrupt { .. })));
}
