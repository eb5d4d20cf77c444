//! Options that change what a plan is about and what may happen, and commands about drift, taints and causes.

use super::support::{Bench, same};
use crate::Value;
use crate::cli::{Answer, Terminal};
use serde_json::Value as Json;

fn change(bench: &Bench, id: &str, key: &str, value: impl Into<Value>) {
    let mut object = bench.cloud.objects()[id].clone();
    if let Value::Map(map) = &mut object {
        map.insert(key.into(), value.into());
    }
    bench.cloud.put(id, object);
}

/// What stands under the header.
fn below(err: &str) -> &str {
    err.split_once("\n\n").map_or(err, |(_, rest)| rest)
}

#[tokio::test]
async fn a_target_is_worked_on_alone_and_the_screen_says_what_is_left_out() {
    let bench = Bench::new();
    let ran = bench.run("preview --target front --set guests=[ben]").await;
    assert!(
        ran.err.contains(
            "+ front (Test.Front) create\n\noutputs:\n  + address: ${front.address}\n  + password: [secret]\n\nnot selected, and not made: vault/store, ben\n\nplan: 1 to create\n"
        ),
        "{}",
        ran.err
    );
    assert_eq!(bench.run("up --yes --target vault/** --exclude nothing").await.code, 1);
    assert_eq!(bench.run("up --yes --target vault/**").await.code, 0);
    let ran = bench.run("preview --target vault/store --set size=1").await;
    assert!(
        ran.err.ends_with("not selected, and not made: front\n\nno changes of what was selected\n"),
        "{}",
        ran.err
    );
    for (arguments, said) in [
        ("preview --target vault", "`vault` is a component; write `vault/**` for what is in it"),
        ("preview --target frnt", "unknown resource `frnt`; did you mean `front`?"),
        ("preview --target-dependents", "`--target-dependents` is about targets, and there are none"),
        ("destroy --replace front --yes", "a destroy replaces nothing"),
        ("destroy --accept-moves --yes", "a destroy moves nothing"),
        ("up --run-program --yes", "this command always runs the program"),
    ] {
        let ran = bench.run(arguments).await;
        assert!(ran.code == 1 && ran.err.contains(said), "{arguments}: {}", ran.err);
    }
    let ran = bench.run("preview --target ben --set guests=[ben]").await;
    assert!(
        ran.err.contains(
            "`ben` at src/shop.rs:9 needs `front`, which is not there yet and is not selected\n  way out: select also `--target 'urn:atp:dev:north:shop::Test.Front::front'`, or"
        ),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn a_destroy_of_a_part_leaves_the_rest_and_its_outputs() {
    let bench = Bench::new();
    bench.run("up --yes --set guests=[ben]").await;
    let ran = bench.run("destroy --yes --target front").await;
    assert!(
        ran.code == 1
            && ran.err.contains("`front` would be deleted, and `ben`, which is not selected, depends on it"),
        "{}",
        ran.err
    );
    let ran = bench.run("destroy --yes --target front --target-dependents").await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("1 resource that was not selected stays as it is\n"), "{}", ran.err);
    assert!(bench.run("outputs").await.out.contains("address = \"https://front\""));
    assert_eq!(bench.cloud.objects().len(), 1);
}

#[tokio::test]
async fn where_nobody_is_asked_data_is_lost_only_where_that_is_said() {
    let mut bench = Bench::new();
    bench.run("up --yes --set guests=[ben]").await;
    let ran = bench.run("up --yes --set place=south").await;
    assert_eq!(ran.code, 3);
    assert!(
        ran.err.ends_with(
            "error: data of 2 resources would be lost, and nobody is asked: `front` (replace), `ben` (delete)\n  way out: say that it may: `--allow-delete --allow-replace`; or run without `--yes`, and answer\n"
        ),
        "{}",
        ran.err
    );
    assert_eq!(bench.cloud.objects().len(), 3);
    let ran = bench.run("up --yes --set place=south --allow-delete").await;
    assert!(
        ran.code == 3
            && ran.err.contains("data of front would be lost")
            && ran.err.contains("it may: `--allow-replace`;"),
        "{}",
        ran.err
    );
    // Who is asked has seen it.
    bench.terminal = Terminal { input: true, error: true, width: Some(80) };
    bench.answer = Answer::Line("y".into());
    assert_eq!(bench.run("up --set guests=[]").await.code, 0);
    assert_eq!(bench.run("up --yes --set place=south --allow-replace").await.code, 0);
    assert_eq!(bench.run("destroy --yes").await.code, 0, "a destroy says so by itself");
}

#[tokio::test]
async fn changes_that_none_were_expected_are_refused() {
    let bench = Bench::new();
    let ran = bench.run("up --yes --expect-no-changes").await;
    assert_eq!(ran.code, 3);
    assert!(ran.err.contains("there are changes, and none were expected"), "{}", ran.err);
    assert_eq!(bench.run("preview --expect-no-changes").await.code, 3);
    bench.run("up --yes").await;
    assert_eq!(bench.run("preview --expect-no-changes").await.code, 0);
    assert_eq!(bench.run("up --expect-no-changes").await.code, 0);
}

#[tokio::test]
async fn after_a_failure_the_rest_goes_on_unless_told_otherwise() {
    let bench = Bench::new();
    let error =
        || crate::provider::ProviderError::new(crate::provider::ProviderErrorKind::Refused, "No", "no");
    bench.cloud.fail_next(crate::testing::CallKind::Create, "front", error());
    let ran = bench.run("up --yes --parallel 1 --continue-on-error=false").await;
    assert!(ran.err.contains("failed in 0.0s: 1 failed, 1 not started"), "{}", ran.err);
    assert_eq!(ran.code, 1);
    bench.cloud.fail_next(crate::testing::CallKind::Create, "front", error());
    let ran = bench.run("up --yes --parallel 1 --continue-on-error").await;
    assert!(ran.err.contains("failed in 0.0s: 1 created, 1 failed"), "{}", ran.err);
}

#[tokio::test]
async fn drift_is_told_with_an_exit_code_of_its_own_and_a_refresh_writes_it_down() {
    let bench = Bench::new();
    bench.run("up --yes --set guests=[ben]").await;
    let ran = bench.run("drift").await;
    assert_eq!((ran.code, below(&ran.err)), (0, "3 read: nothing was changed outside\n"));
    change(&bench, "Test.Store/store", "size", 7_i64);
    change(&bench, "Test.Store/store", "password", Value::from("hunter3"));
    bench.cloud.remove("Test.Guest/ben");
    let ran = bench.run("drift").await;
    assert_eq!(ran.code, 2);
    assert!(!ran.err.contains("hunter"), "{}", ran.err);
    assert!(ran.err.contains("- ben (Test.Guest) is gone\n"), "{}", ran.err);
    assert!(ran.err.contains("~ vault/store (Test.Store) was changed\n"), "{}", ran.err);
    assert!(ran.err.contains("      size: 1 -> 7\n"), "{}", ran.err);
    assert!(ran.err.ends_with("3 read: 1 changed outside, 1 gone\n`preview --refresh` shows what brings it back; nothing was written\n"), "{}", ran.err);
    let told = bench.run("drift --json").await;
    assert_eq!(told.code, 2);
    let last: Json = serde_json::from_str(told.out.lines().last().unwrap()).unwrap();
    assert_eq!((&last["changed"], &last["gone"], &last["written"]), (&1.into(), &1.into(), &false.into()));
    assert!(bench.run("preview --set guests=[ben]").await.err.contains("no changes"));
    let ran = bench.run("refresh").await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.ends_with("the state says so now; `preview` shows what brings it back\n"), "{}", ran.err);
    assert_eq!(bench.run("drift").await.code, 0);
    let ran = bench.run("preview --set guests=[ben]").await;
    assert!(
        ran.err.contains("        size: 7 -> 1\n") && ran.err.contains("+ ben (Test.Guest) create\n"),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains("hunter"), "{}", ran.err);
}

#[tokio::test]
async fn what_is_tainted_is_shown_and_replaced_once() {
    let bench = Bench::new();
    bench.run("up --yes").await;
    assert_eq!(
        below(&bench.run("taint vault/store").await.err),
        "vault/store is tainted: the next `up` replaces it\n"
    );
    assert!(bench.run("taint vault/store").await.err.ends_with("vault/store was tainted already\n"));
    assert!(
        bench.run("state show vault/store").await.out.contains("note: tainted: the next `up` replaces it\n")
    );
    let ran = bench.run("preview").await;
    assert!(
        ran.err.contains("-/+ store (Test.Store) replace (old deleted first): it is tainted\n"),
        "{}",
        ran.err
    );
    assert!(bench.run("untaint vault/store").await.err.ends_with("vault/store is not tainted any more\n"));
    assert!(bench.run("preview").await.err.contains("no changes"));
    bench.run("taint vault/store").await;
    assert_eq!(bench.run("up --yes --allow-replace").await.code, 0);
    assert!(bench.run("preview").await.err.contains("no changes"));
    let ran = bench.run("taint vualt/store").await;
    assert!(ran.code == 1 && ran.err.contains("did you mean `vault/store`?"), "{}", ran.err);
    let ran = bench.run("preview --replace front").await;
    assert!(ran.err.contains("replace (old deleted first): `--replace` asks for it\n"), "{}", ran.err);
}

#[tokio::test]
async fn why_tells_the_chain_from_an_operation_to_the_program_and_the_configuration() {
    let bench = Bench::new();
    bench.run("up --yes --set guests=[ben]").await;
    let ran = bench.run("why ben --set guests=[ben] --set place=south").await;
    same(
        &ran.out,
        "~ ben (Test.Guest) update, declared at src/shop.rs:9
    front: \"Test.Front/front\" -> ${front.id}
      <- ${front.id}: -/+ front (Test.Front) replace (old deleted first), declared at src/shop.rs:7
            place: \"north\" -> \"south\", which forces the replacement
              <- the program, at src/shop.rs:7
                the configuration says the same in `place` (--set)
",
    );
    let ran = bench.run("why vault/store --set guests=[ben] --set password=hunter4 --set size=4").await;
    assert!(!ran.out.contains("hunter"), "{}", ran.out);
    assert!(ran.out.contains("    password: [secret #fe19] -> [secret #"), "{}", ran.out);
    assert!(ran.out.contains("    size: 1 -> 4\n      <- the program, at src/shop.rs:12\n"), "{}", ran.out);
    let ran = bench.run("why vault/store.size --set guests=[ben]").await;
    same(
        ran.out.lines().take(3).collect::<Vec<_>>().join("\n").as_str(),
        "= vault/store (Test.Store) unchanged, declared at src/shop.rs:12\n    size: 1\n      <- the program, at src/shop.rs:12",
    );
    for (arguments, said) in [
        ("why frnt", "unknown resource `frnt`; did you mean `front`?"),
        ("why front.plce", "unknown property `plce`; did you mean `place`?"),
    ] {
        let ran = bench.run(arguments).await;
        assert!(ran.code == 1 && ran.err.contains(said), "{arguments}: {}", ran.err);
    }
}

#[tokio::test]
async fn what_has_another_name_without_an_alias_is_shown_with_it_and_moved_where_that_is_accepted() {
    let bench = Bench::new();
    bench.run("up --yes --set guests=[ben]").await;
    let ran = bench.run("preview --set guests=[eve@ben]").await;
    same(
        &ran.err[ran.err.find("the same under").unwrap()..],
        "the same under another name? Say so in the program, or by `--accept-moves`:
  > eve (Test.Guest) from ben: it is the same object in the cloud
    .alias(Alias::name(\"ben\")) at src/shop.rs:9

refused:
  `eve` would be created, and is there already: in the cloud it is the object of `ben`, which is not in the program any more
    way out: say that it is the same: `.alias(Alias::name(\"ben\"))` at src/shop.rs:9, or `--accept-moves` for this run; where it is to be made anew, take `eve` out of the program for one `up`

plan: 1 to create, 1 to delete, 2 unchanged
error: a resource stands against this plan
  way out: it is told above, resource by resource
",
    );
    let calls = bench.cloud.calls().len();
    assert_eq!(bench.run("up --yes --allow-delete --set guests=[eve@ben]").await.code, 3);
    let saved = bench.run("preview --out the.plan --accept-moves --set guests=[eve@ben]").await;
    assert!(saved.err.contains("plan: 1 to move, nothing to call"), "{}", saved.err);
    let ran = bench.run("up --plan the.plan --set guests=[eve@ben]").await;
    assert_eq!((ran.code, bench.cloud.calls().len()), (0, calls), "{}", ran.err);
    assert_eq!(bench.run("up --expect-no-changes --set guests=[eve@ben]").await.code, 0);
}
