//! Whole screens of hand-made plans: what the test program cannot bring about.

use super::support::{Bench, same};
use crate::apply::Recovered;
use crate::cli::screen::{Look, plan as screen};
use crate::diff::Change;
use crate::engine::Kind;
use crate::plan::{Base, Irreversible, Operation, OperationKind, OutputChange, Plan, Refusal};
use crate::program::Location;
use crate::state::Action;
use crate::value::{Path, Value};
use crate::{StackName, Urn};
use std::collections::BTreeMap;

fn stack() -> StackName {
    StackName::new("prod", "north", "base").unwrap()
}

fn operation(types: &[&str], names: &[&str], action: OperationKind) -> Operation {
    let urn = Urn::new(&stack(), types, names).unwrap();
    Operation {
        kind: urn.resource_type().to_owned(),
        provider: "memory".into(),
        action,
        inputs: Value::map(),
        expression: None,
        changes: Vec::new(),
        old: None,
        dependencies: Default::default(),
        queries: Default::default(),
        lifecycle: Default::default(),
        options: None,
        goes_with: None,
        holds_data: true,
        location: Some(Location { file: "stacks/src/base.rs", line: 42 }),
        reason: None,
        urn,
    }
}

fn changed(path: &str, before: Option<Value>, after: Option<Value>, replaces: bool) -> Change {
    Change { path: Path::of_keys(path), before, after, replaces }
}

fn plan(operations: Vec<Operation>) -> Plan {
    Plan {
        left_out: Default::default(),
        stack: stack(),
        base: Base { lineage: "l".into(), serial: 3 },
        preparation: Default::default(),
        notices: Vec::new(),
        proposals: Vec::new(),
        operations,
        steps: Default::default(),
        warnings: Vec::new(),
        refusals: Vec::new(),
        outputs: BTreeMap::new(),
        output_expressions: None,
        contract: 0,
        fingerprints: None,
        answers: Default::default(),
        unanswered: Vec::new(),
    }
}

fn show(plan: &Plan) -> String {
    screen(plan, &[], Kind::Up, Look::default())
}

#[test]
fn what_is_under_a_resource_stands_below_it_and_what_is_not_to_be_shown_is_hidden() {
    let hidden = || Some(Value::unknown(crate::value::Kind::Any, "(hidden)"));
    let mut parent = operation(&["T.Vault"], &["vault"], OperationKind::Update);
    parent.changes = vec![changed("policy", hidden(), hidden(), false)];
    let mut gone = operation(&["T.Vault", "T.Key"], &["vault", "old"], OperationKind::Delete);
    gone.reason = Some("it goes with `rack`".into());
    let child = operation(&["T.Vault", "T.Key"], &["vault", "key"], OperationKind::Create);
    let shown = show(&plan(vec![parent, child, gone]));
    let (_, tree) = shown.split_once("\n\n").unwrap();
    same(
        tree,
        "~ vault (T.Vault) update
      policy: (hidden) -> (hidden)
  + key (T.Key) create
  - old (T.Key) delete: it goes with `rack`

plan: 1 to create, 1 to update, 1 to delete
",
    );
}

#[test]
fn risks_come_first_and_resources_stand_in_their_components() {
    let mut cluster = operation(&["Net", "T.Cluster"], &["net", "cluster"], OperationKind::Replace);
    cluster.changes = vec![
        changed("sku/name", Some("a".into()), Some("b".into()), true),
        changed("tags", None, Some(Value::from([("team", "audit".into())])), false),
        changed("zones", Some(Value::List(vec!["1".into()])), None, true),
    ];
    let mut key = operation(&["Net", "Vault", "T.Key"], &["net", "vault", "key/1"], OperationKind::Update);
    key.reason = Some("the last operation on it did not finish".into());
    let mut moved = operation(&["T.Store"], &["moved"], OperationKind::ReplaceDeleteFirst);
    moved.reason = Some("its provider changes from `old` to `memory`".into());
    let mut owed = operation(&["Net", "T.Cluster"], &["net", "cluster"], OperationKind::Delete);
    owed.reason = Some("it was replaced, and deleting it is still owed".into());
    let mut plan = plan(vec![
        cluster,
        operation(&["Net", "T.Subnet"], &["net", "a"], OperationKind::Same),
        key,
        moved,
        operation(&["T.Store"], &["store"], OperationKind::Create),
        owed,
    ]);
    plan.outputs = BTreeMap::from([
        ("gone".to_owned(), OutputChange { before: Some("x".into()), after: None }),
        ("same".to_owned(), OutputChange { before: Some("x".into()), after: Some("x".into()) }),
    ]);
    plan.refusals = vec![Refusal {
        urn: plan.operations[0].urn.clone(),
        message: "`net/cluster` is protected and would be replaced".into(),
        hint: "take `protect` off it at stacks/src/base.rs:42".into(),
    }];
    same(
        &show(&plan),
        "changes, riskiest first:
  -   delete   net/cluster (T.Cluster): DATA LOSS, what it holds is deleted with it
  -/+ replace  moved (T.Store): DATA LOSS, what it holds is deleted with it; its provider changes from `old` to `memory`
  +/- replace  net/cluster (T.Cluster): DATA LOSS, what it holds is deleted with it; forced by `sku.name`, `zones`
  ~   update   1
  +   create   1

net (Net)
  +/- cluster (T.Cluster) replace (new first)
          sku.name: \"a\" -> \"b\" (forces replacement)
          tags: (not set) -> {team: \"audit\"}
          zones: [\"1\"] -> (not set) (forces replacement)
  vault (Vault)
    ~ key/1 (T.Key) update: the last operation on it did not finish
  - cluster (T.Cluster) delete: it was replaced, and deleting it is still owed
-/+ moved (T.Store) replace (old deleted first): its provider changes from `old` to `memory`
+ store (T.Store) create

outputs:
  - gone

refused:
  `net/cluster` is protected and would be replaced
    way out: take `protect` off it at stacks/src/base.rs:42

plan: 1 to create, 1 to update, 2 to replace, 1 to delete, 1 unchanged
",
    );
}

#[test]
fn what_cannot_be_undone_comes_before_all_other_risks_and_what_is_retained_is_no_loss() {
    let mut archive = operation(&["T.Store"], &["archive"], OperationKind::Retain);
    archive.reason = Some("the law".into());
    let lock = operation(&["T.Store"], &["lock"], OperationKind::Create);
    let mut plan = plan(vec![lock, archive, operation(&["T.Store"], &["old"], OperationKind::Delete)]);
    plan.warnings = vec![Irreversible {
        urn: plan.operations[0].urn.clone(),
        path: Path::of_keys("properties/state"),
        message: "the policy can never be unlocked; this cannot be undone".into(),
    }];
    same(
        &show(&plan),
        "changes, riskiest first:
  !   FOR EVER lock: `properties.state`: the policy can never be unlocked; this cannot be undone
  -   delete   old (T.Store): DATA LOSS, what it holds is deleted with it
  o   retain   archive (T.Store): stays in the cloud and is forgotten; the law
  +   create   1

+ lock (T.Store) create
o archive (T.Store) retain (stays, and is forgotten): the law
- old (T.Store) delete

plan: 1 to create, 1 to delete, 1 to retain
",
    );
}

#[test]
fn when_only_outputs_change_the_last_line_says_so() {
    let mut plan = plan(vec![operation(&["T"], &["a"], OperationKind::Same)]);
    plan.outputs = BTreeMap::from([(
        "uri".to_owned(),
        OutputChange { before: Some("a".into()), after: Some("b".into()) },
    )]);
    same(&show(&plan), "outputs:\n  ~ uri: \"a\" -> \"b\"\n\nplan: outputs only, 1 unchanged\n");
}

#[test]
fn what_was_recovered_is_told_also_when_nothing_changes() {
    let plan = plan(vec![operation(&["T"], &["a"], OperationKind::Same)]);
    let recovered = [Recovered {
        urn: plan.operations[0].urn.clone(),
        action: Action::Delete,
        finding: "it was not deleted",
    }];
    same(
        &screen(&plan, &recovered, Kind::Up, Look::default()),
        "an earlier run was cut off; what became of its calls:\n  delete a: it was not deleted\n\nno changes: the 1 resource is as the program says\n",
    );
}

#[test]
fn many_deletes_are_counted_above_and_named_below() {
    let names: Vec<String> = (0..25).map(|number| format!("r{number}")).collect();
    let operations = names.iter().map(|name| operation(&["T"], &[name], OperationKind::Delete)).collect();
    let text = show(&plan(operations));
    assert!(text.contains("  -   and 5 more, below\n"), "{text}");
    assert_eq!(text.matches("DATA LOSS").count(), 20);
    assert!(text.contains("\n- r24 (T) delete\n"), "{text}");
}

#[test]
fn names_and_values_cannot_steer_the_terminal() {
    let mut create = operation(&["T\x1b[1m"], &["a\x1b[2J\nb"], OperationKind::Update);
    create.changes = vec![changed("x\x1b", None, Some("\x1b]0;title\x07".into()), false)];
    create.reason = Some("because\nof \x1b[31mthis".into());
    assert!(!show(&plan(vec![create])).contains(['\x1b', '\x07']));
}

#[tokio::test]
async fn a_value_is_set_for_this_stack_for_all_or_for_another() {
    let bench = Bench::new();
    let size = async |set: &str| {
        let shown = bench.run(&format!("config show --set {set}")).await;
        let line = shown.out.lines().find(|line| line.contains("size")).map(str::to_owned);
        line.unwrap_or_else(|| format!("{}{}", shown.out, shown.err))
    };
    for set in ["size=3", "shop.size=3", "common.size=3"] {
        assert!(size(set).await.contains('3'), "{set}");
    }
    assert!(size("void.size=3").await.contains('1'));
    assert_eq!(bench.run("preview --set common.unheard=1").await.code, 0);
    assert!(bench.run("preview --set unheard=1").await.err.contains("unknown key `unheard`"));
}
