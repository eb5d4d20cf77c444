//! Taking over what another tool manages.

use super::support::Bench;
use crate::Value;
use crate::testing::CallKind;
use serde_json::{Value as Json, json};

/// What nothing may show.
const CANARY: &str = "canary-4711";

fn state(resources: &[(&str, &str, &str)]) -> String {
    let resource = |(kind, name, id): &(&str, &str, &str)| {
        json!({
            "mode": "managed", "type": kind, "name": name, "provider": "provider[\"memory\"]",
            "instances": [{"attributes": {"id": id, "password": CANARY}}],
        })
    };
    let resources: Vec<Json> = resources.iter().map(resource).collect();
    json!({"version": 4, "serial": 7, "lineage": "l", "resources": resources}).to_string()
}

fn put(bench: &Bench, name: &str, text: &str) {
    bench.plans.0.lock().unwrap().insert(format!("/shop/deep/{name}").into(), text.into());
}

fn file(bench: &Bench, name: &str) -> Option<String> {
    let files = bench.plans.0.lock().unwrap();
    files
        .get(&std::path::PathBuf::from(format!("/shop/deep/{name}")))
        .map(|bytes| String::from_utf8(bytes.clone()).unwrap())
}

/// A cloud with a front, a store and two guests, of which the other tool has all but the second guest.
fn moving() -> Bench {
    let bench = Bench::new();
    let object = |id: &str, more: &[(&str, Value)]| {
        let name = id.rsplit('/').next().unwrap();
        let own = [("id", Value::from(id)), ("name", name.into())];
        let all: Vec<(&str, Value)> = own.into_iter().chain(more.iter().cloned()).collect();
        let map = all.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        bench.cloud.put(id, Value::Map(map));
    };
    object("Test.Front/front", &[("place", "north".into()), ("address", "https://front".into())]);
    object("Test.Store/store", &[("size", 1_u64.into()), ("password", "hunter2".into())]);
    object("Test.Guest/ann", &[("front", "Test.Front/front".into())]);
    object("Test.Guest/ben", &[("front", "Test.Front/front".into())]);
    let resources = [
        ("memory_front", "main", "Test.Front/front"),
        ("memory_store", "main", "test.store/STORE"),
        ("memory_guest", "first", "Test.Guest/ann"),
        ("memory_guest", "gone", "Test.Guest/eve"),
        ("memory_front_association", "x", "Test.Front/front"),
        ("kubernetes_namespace", "shop", "shop"),
    ];
    put(&bench, "state.json", &state(&resources));
    bench
}

fn writes(bench: &Bench) -> usize {
    let is_write = |kind: CallKind| matches!(kind, CallKind::Create | CallKind::Update | CallKind::Delete);
    bench.cloud.calls().iter().filter(|call| is_write(call.kind)).count()
}

#[tokio::test]
async fn what_a_program_declares_already_is_taken_over_by_its_ids_and_nothing_is_called() {
    let bench = moving();
    let ran = bench.run("state import --from-terraform state.json --yes --set guests=[ann,ben]").await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    for said in [
        "? memory_guest.gone: the program declares no Test.Guest with the id `Test.Guest/eve`",
        "o memory_front_association.x: left: it is said within what it associates",
        "o kubernetes_namespace.shop: left: no provider of this program knows `kubernetes_namespace`",
        "::ben (`Test.Guest/ben`): the program declares it, and the file does not have it",
        "state.json (Terraform): 6 resources: 3 to be taken over, 1 not in the program, 2 left; the program declares 1 more",
        "3 taken over",
    ] {
        assert!(ran.err.contains(said), "{said}\n{}", ran.err);
    }
    assert!(!ran.err.contains(CANARY) && !ran.out.contains(CANARY));
    assert_eq!(writes(&bench), 0);
    let after = bench.run("preview --detailed-exitcode --set guests=[ann]").await;
    assert_eq!(
        after.code, 2,
        "the cloud does not show the password, and so it is given again: {}",
        after.err
    );
    let again = bench
        .run("state import --from-terraform state.json --detailed-exitcode --yes --set guests=[ann,ben]")
        .await;
    assert_eq!(again.code, 0, "{}", again.err);
    assert!(again.err.contains("6 resources: 3 managed already"), "{}", again.err);
}

#[tokio::test]
async fn nobody_is_taken_over_without_a_yes() {
    let bench = moving();
    let ran = bench.run("state import --from-terraform state.json").await;
    assert!(ran.err.contains("2 to be taken over"));
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(bench.run("state list").await.err.contains("this stack was never deployed"));
}

#[tokio::test]
async fn what_cannot_be_read_takes_nothing_over() {
    let bench = moving();
    bench.cloud.remove("Test.Guest/ann");
    let ran = bench.run("state import --from-terraform state.json --yes --set guests=[ann]").await;
    assert!(ran.code == 1 && ran.err.contains("Test.Guest/ann"), "{}", ran.err);
    assert!(!bench.run("state list").await.out.contains("front"));
}

#[tokio::test]
async fn a_program_is_written_with_a_list_beside_it_and_takes_everything_over() {
    let bench = moving();
    let ran = bench.run("state import --from-terraform state.json --out moved.rs").await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let code = file(&bench, "moved.rs").unwrap();
    assert!(code.contains(r#"declare(cx, "Test.Front", "front-main", import("Test.Front/front")"#), "{code}");
    assert!(code.contains(r#""Test.Guest", "first""#) && !code.contains(CANARY), "{code}");
    let list = file(&bench, "moved.imports.yaml").unwrap();
    assert!(list.contains("- resource: \"front-main\"\n  id: \"Test.Front/front\"\n"), "{list}");
    for said in [
        "o memory_guest.gone: left: it is not there any more",
        "6 resources: 2 declared, 4 left",
        "2 declared in moved.rs, listed in moved.imports.yaml",
    ] {
        assert!(ran.err.contains(said), "{said}\n{}", ran.err);
    }
    assert_eq!(writes(&bench), 0);
    let again = bench.run("state import --from-terraform state.json --out moved.rs").await;
    assert!(again.code == 3 && again.err.contains("moved.rs is there already"), "{}", again.err);
    assert_eq!(bench.run("state import --from-terraform state.json --out moved.rs --force").await.code, 0);
}

#[tokio::test]
async fn nothing_is_written_when_something_cannot_be_read() {
    let bench = moving();
    let error = crate::provider::ProviderError::new(
        crate::provider::ProviderErrorKind::Unreachable,
        "Timeout",
        "no answer",
    );
    bench.cloud.fail_next(CallKind::Read, "ann", error);
    let ran = bench.run("state import --from-terraform state.json --out moved.rs").await;
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("`Test.Guest/ann` cannot be read: Timeout: no answer"), "{}", ran.err);
    assert!(file(&bench, "moved.rs").is_none() && file(&bench, "moved.imports.yaml").is_none());
}

#[tokio::test]
async fn what_is_typed_or_given_wrongly_has_a_way_out() {
    let bench = moving();
    put(&bench, "old.json", r#"{"version": 3, "serial": 1, "modules": []}"#);
    put(&bench, "cut.json", r#"{"version": 4, "serial": 1, "resources": [{"canary-4711"#);
    for (arguments, said) in [
        ("state import", "write `state import --from-pulumi FILE` or"),
        ("state import --from-pulumi state.json", "state.json: this is a file of Terraform"),
        ("state import --from-terraform nowhere.json", "there is no file nowhere.json"),
        ("state import --from-terraform old.json", "a file of Terraform in version 3; known are 4"),
        ("state import --from-terraform cut.json", "cut.json: line 1, column"),
        ("state import --from-terraform state.json --out moved.txt", "moved.txt is no file of Rust"),
        (
            "state import --from-terraform state.json --out moved.rs --provider nobody",
            "unknown provider `nobody`",
        ),
        ("state import --from-terraform a --from-pulumi b", "cannot be used with"),
    ] {
        let ran = bench.run(&format!("{arguments} --yes")).await;
        assert!(ran.code == 1 && ran.err.contains(said), "{arguments}: {}", ran.err);
        assert!(!ran.err.contains(CANARY), "{}", ran.err);
    }
}
