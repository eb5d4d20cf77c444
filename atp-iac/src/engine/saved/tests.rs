//! Whatever a plan says, it says the same after it was written and read; and what is not whole is not read.

use super::digests::Object;
use super::*;
use crate::Urn;
use crate::diff::Change;
use crate::plan::{
    Answers, Base, Irreversible, Operation, OperationKind, OutputChange, Proposal, Refusal, StepGraph,
};
use crate::ports::SeededRandom;
use crate::program::Location;
use crate::resource::Options;
use crate::secrets::WrappedKey;
use crate::state::{Lifecycle, ResourceState};
use crate::value::{Kind as ValueKind, Map, Path, Value};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use time::OffsetDateTime;

fn stack() -> StackName {
    StackName::new("test", "north", "app").unwrap()
}

fn urn(index: usize) -> Urn {
    Urn::new(&stack(), &["T"], &[&format!("r{index}")]).unwrap()
}

fn key() -> DataKey {
    DataKey::generate(&SeededRandom::new(1)).unwrap()
}

fn encoding() -> Encoding {
    Encoding::of_plan(stack(), Sealer::new(&key(), "plan of lineage"))
}

fn value() -> impl Strategy<Value = Value> {
    let kind = prop_oneof![Just(ValueKind::Any), Just(ValueKind::String), Just(ValueKind::Map)];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        (kind, ".{0,6}").prop_map(|(kind, from)| Value::unknown(kind, from)),
    ];
    let key = prop_oneof![Just("$unknown".to_owned()), Just("$literal".to_owned()), "[a-c]"];
    leaf.prop_recursive(3, 12, 3, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::List),
            btree_map(key.clone(), inner.clone(), 0..3).prop_map(Value::Map),
            inner.prop_map(Value::into_secret),
        ]
    })
}

fn known() -> impl Strategy<Value = Value> {
    btree_map("[a-c]", any::<String>().prop_map(Value::from), 0..3).prop_map(Value::Map)
}

fn path() -> impl Strategy<Value = Path> {
    vec(prop_oneof![".{0,3}".prop_map(Ok), any::<usize>().prop_map(Err)], 0..4).prop_map(|steps| {
        let mut path = Path::root();
        for step in steps {
            match step {
                Ok(key) if key.starts_with('#') => path.push_item(&key),
                Ok(key) => path.push_key(&key),
                Err(index) => path.push_index(index),
            }
        }
        path
    })
}

fn change() -> impl Strategy<Value = Change> {
    (path(), option::of(value()), option::of(value()), any::<bool>())
        .prop_map(|(path, before, after, replaces)| Change { path, before, after, replaces })
}

fn lifecycle() -> impl Strategy<Value = Lifecycle> {
    (any::<bool>(), option::of(".{0,4}"), option::of(value()), btree_set("[a-z]{1,3}", 0..2)).prop_map(
        |(protect, retain, replacement_trigger, delete_hooks)| Lifecycle {
            protect,
            retain,
            replacement_trigger,
            delete_hooks,
            ..Lifecycle::default()
        },
    )
}

fn action() -> impl Strategy<Value = OperationKind> {
    use OperationKind::{Create, Delete, Read, Replace, ReplaceDeleteFirst, Retain, Same, Update};
    prop::sample::select(vec![Same, Create, Update, Replace, ReplaceDeleteFirst, Delete, Retain, Read])
}

/// Of a resource that depends on some of those before it.
fn operation(index: usize) -> impl Strategy<Value = Operation> {
    let before = move || btree_set(0..index.max(1), 0..3);
    let old = option::of((known(), known(), any::<(bool, bool)>()));
    let parts = (action(), value(), vec(change(), 0..3), old, before());
    let rest = (lifecycle(), option::of(btree_set("[a-z]{1,3}", 0..2)), any::<bool>(), option::of(".{0,6}"));
    (parts, rest, option::of(any::<u32>())).prop_map(move |(parts, rest, line)| {
        let (action, inputs, changes, old, before) = parts;
        let (lifecycle, hidden, holds_data, reason) = rest;
        let urns = |positions: BTreeSet<usize>| -> BTreeSet<Urn> {
            positions.into_iter().filter(|position| *position < index).map(urn).collect()
        };
        let dependencies = urns(before);
        Operation {
            urn: urn(index),
            kind: if holds_data { "T".into() } else { "another".into() },
            provider: "test".into(),
            action,
            inputs,
            expression: None,
            changes,
            old: old.map(|(inputs, outputs, (incomplete, tainted))| {
                Box::new(object(index, inputs, outputs, incomplete, tainted))
            }),
            queries: dependencies.clone(),
            dependencies,
            lifecycle,
            options: hidden.map(|hidden| Arc::new(Options::new().hide_diff(hidden))),
            holds_data,
            location: line.map(|line| Location { file: "src/main.rs", line }),
            goes_with: reason.as_ref().and_then(|_| index.checked_sub(1)).map(urn),
            reason,
        }
    })
}

fn object(index: usize, inputs: Value, outputs: Value, incomplete: bool, tainted: bool) -> ResourceState {
    ResourceState {
        urn: urn(index),
        kind: "T".into(),
        provider: "test".into(),
        id: format!("T/{index}"),
        inputs,
        outputs,
        dependencies: Vec::new(),
        lifecycle: Lifecycle::default(),
        created: OffsetDateTime::UNIX_EPOCH,
        modified: OffsetDateTime::UNIX_EPOCH,
        replaced: false,
        incomplete,
        tainted,
        location: None,
    }
}

fn saved() -> impl Strategy<Value = SavedPlan> {
    let operations = (0..6usize).prop_map(|count| (0..count).map(operation).collect::<Vec<_>>());
    let operations = operations.prop_flat_map(|operations| operations);
    let output = (option::of(value()), option::of(value()));
    let outputs =
        btree_map("[a-z]{1,3}", output.prop_map(|(before, after)| OutputChange { before, after }), 0..3);
    let notes = vec((path(), ".{0,6}"), 0..3);
    (operations, outputs, notes, any::<(bool, bool, u64)>()).prop_map(
        |(mut operations, outputs, notes, (based, gives, number))| {
            let base = SavedBase { lineage: "lineage".into(), serial: number, digest: "sha256:0".into() };
            let base = based.then_some(base);
            let steps = StepGraph::new(&mut operations).unwrap();
            let warnings = notes.iter().map(|(path, message)| Irreversible {
                urn: urn(0),
                path: path.clone(),
                message: message.clone(),
            });
            let refusals = notes.iter().map(|(_, message)| Refusal {
                urn: urn(1),
                message: message.clone(),
                hint: message.clone(),
            });
            let plan = Plan {
                left_out: Default::default(),
                preparation: Default::default(),
                notices: Vec::new(),
                proposals: vec![Proposal { from: urn(0), to: urn(1), same_object: based }],
                stack: stack(),
                base: Base {
                    lineage: base.as_ref().map_or(String::new(), |base| base.lineage.clone()),
                    serial: base.as_ref().map_or(0, |base| base.serial),
                },
                operations,
                steps,
                warnings: warnings.collect(),
                refusals: refusals.collect(),
                outputs,
                output_expressions: gives.then(BTreeMap::new),
                contract: number,
                fingerprints: Some(encoding().sealer().fingerprints().clone()),
                answers: Answers::new(),
                unanswered: Vec::new(),
            };
            let print = || "00".to_owned();
            let seen = Seen {
                declared: BTreeMap::from([(urn(0), print())]),
                outputs: BTreeMap::from([("x".to_owned(), print())]),
                config: BTreeMap::from([("a.b[1]".to_owned(), print())]),
                objects: BTreeMap::from([
                    ((urn(0), "T/0".to_owned()), Object { known: Some(print()), read: None }),
                    ((urn(1), "T/1".to_owned()), Object { known: None, read: Some(print()) }),
                ]),
                answers: BTreeMap::from([(urn(2), print())]),
            };
            let by = Holder {
                who: "anna".into(),
                host: "desk".into(),
                process: 7,
                operation: "up".into(),
                since: OffsetDateTime::UNIX_EPOCH,
            };
            let content = Saved { digest: plan.digest(), plan, base, seen };
            SavedPlan {
                stack: stack(),
                kind: if gives { Kind::Up } else { Kind::Destroy },
                to: (gives && based).then_some(7),
                options: UpdateOptions { refresh: based, ..UpdateOptions::default() },
                by,
                content: Ok(Box::new(content)),
                origin: PlanOrigin::default(),
            }
        },
    )
}

/// All of an operation but the closures.
fn same(one: &Operation, other: &Operation) -> bool {
    let hidden = |operation: &Operation| operation.options.as_ref().map(|options| options.hide_diff.clone());
    let Operation { urn, kind, provider, action, inputs, changes, old, dependencies, queries, .. } = one;
    let Operation { lifecycle, holds_data, location, reason, goes_with, .. } = one;
    (urn, kind, provider, action, inputs)
        == (&other.urn, &other.kind, &other.provider, &other.action, &other.inputs)
        && (changes, old, dependencies, queries)
            == (&other.changes, &other.old, &other.dependencies, &other.queries)
        && (lifecycle, holds_data, location, reason)
            == (&other.lifecycle, &other.holds_data, &other.location, &other.reason)
        && *goes_with == other.goes_with
        && hidden(one) == hidden(other)
}

proptest! {
    #[test]
    fn a_plan_reads_back_as_it_was_written(plan in saved()) {
        let encoding = encoding();
        let body = plan.write(&encoding).unwrap();
        let mut read = SavedPlan::read(stack(), &encoding, &body).unwrap();
        prop_assert_eq!(&body, &read.write(&encoding).unwrap());
        prop_assert_eq!((read.kind, &read.options, &read.by), (plan.kind, &plan.options, &plan.by));
        let (before, after) = (plan.content.unwrap(), read.content.as_mut().unwrap());
        after.plan.fingerprints = before.plan.fingerprints.clone();
        prop_assert_eq!(&before.seen, &after.seen);
        prop_assert_eq!((&before.base, &before.digest), (&after.base, &after.digest));
        prop_assert_eq!(after.plan.digest(), before.digest);
        let (before, after) = (&before.plan, &after.plan);
        prop_assert!(before.operations.len() == after.operations.len());
        prop_assert!(before.operations.iter().zip(&after.operations).all(|(one, other)| same(one, other)));
        prop_assert_eq!((&before.steps, &before.base, &before.outputs), (&after.steps, &after.base, &after.outputs));
        prop_assert_eq!((&before.warnings, &before.refusals), (&after.warnings, &after.refusals));
        prop_assert_eq!(&before.proposals, &after.proposals);
        prop_assert_eq!(before.output_expressions.is_some(), after.output_expressions.is_some());
    }
}

fn file() -> Vec<u8> {
    let wrapped = WrappedKey { provider: "none".into(), data: "AAAA".into() };
    let envelope =
        Envelope { stack: stack(), keys: Some((wrapped.into(), "lineage".into())), signature: None };
    file::write(&envelope, b"{\"some\":\"body\"}").unwrap()
}

#[test]
fn a_file_cut_at_any_length_is_empty_or_torn() {
    let bytes = file();
    for length in 0..bytes.len() {
        match file::read("f", &bytes[..length]).map(|_| ()) {
            Err(PlanFileError::Empty { .. }) if length == 0 => {}
            Err(PlanFileError::Torn { .. }) if length > 0 => {}
            other => panic!("{length}: {other:?}"),
        }
    }
    assert!(file::read("f", &bytes).is_ok());
}

#[test]
fn any_flipped_bit_of_a_file_is_found() {
    let bytes = file();
    for bit in 0..bytes.len() * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(file::read("f", &damaged).is_err(), "bit {bit}");
    }
}

#[test]
fn a_file_in_which_things_go_with_each_other_in_a_circle_is_damaged() {
    let mut plan = saved_of(Value::map());
    let Ok(content) = &mut plan.content else { unreachable!() };
    content.plan.operations[0].goes_with = Some(urn(0));
    let body = plan.write(&encoding()).unwrap();
    let read = SavedPlan::read(stack(), &encoding(), &body);
    assert!(matches!(read, Err(StateError::Corrupt { .. })), "{read:?}");
}

#[test]
fn a_secret_counts_in_the_digest_of_a_plan_and_is_in_no_byte_of_the_file() {
    let plan = |secret: &str| {
        let inputs = Map::from([("password".to_owned(), Value::from(secret).into_secret())]);
        let mut plan = saved_of(Value::Map(inputs));
        let Ok(content) = &mut plan.content else { unreachable!() };
        content.digest = content.plan.digest();
        plan
    };
    let digest = |plan: &SavedPlan| plan.content.as_ref().map(|saved| saved.digest.clone()).unwrap();
    let (one, other) = (plan("hunter2"), plan("hunter3"));
    assert_ne!(digest(&one), digest(&other));
    assert_eq!(digest(&one), digest(&plan("hunter2")));
    let body = one.write(&encoding()).unwrap();
    assert!(!String::from_utf8(body).unwrap().contains("hunter2") && !format!("{one:?}").contains("hunter2"));
}

/// A plan of one operation with these inputs.
fn saved_of(inputs: Value) -> SavedPlan {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut plan = saved().new_tree(&mut runner).unwrap().current();
    let mut one = operation(0).new_tree(&mut runner).unwrap().current();
    one.inputs = inputs;
    let Ok(content) = &mut plan.content else { unreachable!() };
    content.plan.operations = vec![one];
    plan
}
