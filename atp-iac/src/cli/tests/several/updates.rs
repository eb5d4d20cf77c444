//! `preview --all` and `up --all`.

use super::house::{house, rooms};
use crate::cli::Fixed;
use crate::cli::tests::support::{Bench, same};
use crate::provider::{ProviderError, ProviderErrorKind};
use crate::state::Wait;
use crate::testing::CallKind;

const HEADER: &str = "atp  dev in north  4 stacks  on a cloud in memory that stands for `memory` (use --cloud azure for Azure)\n\n";

fn created(bench: &Bench) -> Vec<String> {
    let calls = bench.cloud.calls().into_iter().filter(|call| call.kind == CallKind::Create);
    calls.map(|call| call.id.trim_start_matches("Test.Front/dev-north-").to_owned()).collect()
}

fn break_next(bench: &Bench, part: &str) {
    let error = ProviderError::new(ProviderErrorKind::Refused, "QuotaExceeded", "no room");
    bench.cloud.fail_next(CallKind::Create, part, error);
}

#[tokio::test]
async fn a_whole_environment_is_previewed_before_anything_of_it_exists() {
    let bench = house();
    let ran = bench.run("--env dev --all").await;
    let stack = |name: &str, room: &str| {
        format!(
            "== {name}\nchanges, riskiest first:\n  +   create   1\n\n+ {room} (Test.Front) create\n\n\
             outputs:\n  + address: ${{{room}.address}}\n\nplan: 1 to create\n\n"
        )
    };
    let expected = [
        HEADER.to_owned(),
        stack("base", "ground"),
        stack("data", "cellar"),
        stack("app", "kitchen"),
        stack("gate", "gate"),
        "total: 4 of 4 stacks would change: 4 to create\n".to_owned(),
    ];
    same(&ran.err, &expected.concat());
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert!(bench.cloud.objects().is_empty());
    assert_eq!(bench.run("preview -e dev --all --detailed-exitcode").await.code, 2);
}

#[tokio::test]
async fn stacks_are_made_after_those_that_they_refer_to_and_a_second_run_changes_nothing() {
    let bench = house();
    let ran = bench.run("up --env dev --all --yes --parallel-stacks 1").await;
    let (_, applied) = ran.err.split_once("total: 4 of 4 stacks would change: 4 to create\n").unwrap();
    same(
        applied,
        "
base  + ground created (0.0s)
base  done in 0.0s: 1 created
data  + cellar created (0.0s)
data  done in 0.0s: 1 created
app   + kitchen created (0.0s)
app   done in 0.0s: 1 created
gate  + gate created (0.0s)
gate  done in 0.0s: 1 created

  base  done            0.0s  1 created
  data  done            0.0s  1 created
  app   done            0.0s  1 created
  gate  done            0.0s  1 created
total in 0.0s: 4 stacks done; 4 created
",
    );
    assert_eq!(ran.code, 0);
    assert_eq!(created(&bench), ["ground", "cellar", "kitchen", "gate"]);
    let again = bench.run("up --env dev --all").await;
    assert!(again.err.contains("total: no changes in 4 stacks\n"), "{}", again.err);
    assert_eq!(again.code, 0, "nothing changes, so nobody has to say yes");
}

#[tokio::test]
async fn a_failure_stops_what_depends_on_it_and_the_next_run_goes_on_from_there() {
    let bench = house();
    break_next(&bench, "cellar");
    let ran = bench.run("up --env dev --all --yes --parallel-stacks 1").await;
    let (_, end) = ran.err.split_once("\n== data\n").unwrap().1.split_once("\n== data\n").unwrap();
    same(
        end,
        "failed in 0.0s: 1 failed

x cellar: create failed
    urn:atp:dev:north:data::Test.Front::cellar
    declared at src/house.rs:1
    QuotaExceeded: no room

run again: what is done stays done, and the next run goes on from there

  base  done            0.0s  1 created
  data  failed          0.0s  1 failed
  app   not started           because data is not done
  gate  done            0.0s  1 created
total in 0.0s: 2 of 4 stacks done; 2 created
error: not everything was done
",
    );
    assert_eq!(ran.code, 1);
    assert_eq!(rooms(&bench), ["dev-north-gate", "dev-north-ground"]);
    let again = bench.run("up --env dev --all --yes").await;
    assert!(
        again.err.contains("total: 2 of 4 stacks would change: 2 to create, 2 unchanged\n"),
        "{}",
        again.err
    );
    assert_eq!((again.code, rooms(&bench).len()), (0, 4));
}

#[tokio::test]
async fn all_regions_come_with_the_primary_one_first_where_another_refers_to_it() {
    let bench = house();
    let ran = bench.run("up --env dev --all-regions --yes --parallel-stacks 1").await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.starts_with("atp  dev in north, south  8 stacks  on "), "{}", ran.err);
    assert!(ran.err.contains("\nsouth/data  + copy created"), "{}", ran.err);
    let calls = bench.cloud.calls();
    let position = |part: &str| calls.iter().position(|call| call.id.contains(part)).unwrap();
    assert!(position("north-cellar") < position("south-copy"));
    let copy = &bench.cloud.objects()["Test.Front/dev-south-copy"];
    assert_eq!(
        copy.get("beside").unwrap().to_json_masked().to_string(),
        "[\"https://front\",\"https://front\"]"
    );
}

#[tokio::test]
async fn several_stacks_are_chosen_by_name_and_what_they_refer_to_has_to_be_there() {
    let bench = house();
    let ran = bench.run("up --env dev -s gate -s app --yes").await;
    assert!(
        ran.err.contains("== app\nerror: the stack `app` refers to `data`, which is not deployed"),
        "{}",
        ran.err
    );
    assert!(ran.err.ends_with("error: 2 of 2 stacks cannot be planned: nothing was done\n"), "{}", ran.err);
    assert_eq!(ran.code, 1);
    let ran = bench.run("up --env dev -s gate -s base --yes").await;
    assert_eq!(
        (ran.code, rooms(&bench)),
        (0, vec!["dev-north-gate".to_owned(), "dev-north-ground".to_owned()])
    );
}

#[tokio::test]
async fn every_stack_that_cannot_be_planned_is_named_and_nothing_is_done() {
    let mut bench = house();
    bench.files.insert("/shop/config/dev.yaml".into(), "base: {size: big}\ngate: {colour: red}\n".into());
    let ran = bench.run("up --env dev --all --yes").await;
    let (_, told) = ran.err.split_once("for Azure)\n\n").unwrap();
    same(
        told,
        "== base
error: config/dev.yaml:1: base.size: expected a whole number, found a text
  way out: `config describe` shows what can be set

== data
error: it refers to dev/north/base, which cannot be planned

== app
error: it refers to dev/north/data, which cannot be planned

== gate
error: it refers to dev/north/base, which cannot be planned

error: 4 of 4 stacks cannot be planned: nothing was done
",
    );
    assert_eq!((ran.code, bench.cloud.calls().len()), (1, 0));
}

#[tokio::test]
async fn a_locked_stack_stops_what_depends_on_it_and_has_its_own_exit_code() {
    let bench = house();
    let name = crate::StackName::new("dev", "north", "data").unwrap();
    let lease = bench.store.lock(&name, &bench.holder("ben"), Wait::NONE).await.unwrap();
    let ran = bench.run("up --env dev --all --yes --lock-timeout 1s").await;
    assert!(ran.err.contains("waiting for ben on desk"), "{}", ran.err);
    assert!(ran.err.contains("  data  locked          1.0s\n"), "{}", ran.err);
    assert!(ran.err.contains("  app   not started           because data is not done\n"), "{}", ran.err);
    assert!(ran.err.contains("error: the lock of a stack was not to be had\n"), "{}", ran.err);
    assert_eq!((ran.code, rooms(&bench).len()), (4, 2));
    bench.store.unlock(&lease).await.unwrap();
    // A failure is worse than a lock.
    let lease = bench.store.lock(&name, &bench.holder("ben"), Wait::NONE).await.unwrap();
    bench.cloud.remove("Test.Front/dev-north-gate");
    break_next(&bench, "gate");
    assert_eq!(bench.run("up --env dev --all --yes --refresh --lock-timeout 0").await.code, 1);
    drop(lease);
}

#[tokio::test]
async fn ctrl_c_stops_all_stacks_and_the_next_run_goes_on() {
    let mut bench = house();
    bench.hang = Some(("cellar".into(), 2));
    let ran = bench.run("up --env dev --all --yes --parallel-stacks 1").await;
    assert!(ran.err.contains("  data  interrupted"), "{}", ran.err);
    assert!(ran.err.contains("  app   not started           the run was interrupted\n"), "{}", ran.err);
    assert!(
        ran.err.ends_with("error: interrupted\n  way out: run again: what was done stays done\n"),
        "{}",
        ran.err
    );
    assert_eq!(ran.code, 130);
    bench.hang = None;
    bench.presses.send_replace(0);
    let again = bench.run("up --env dev --all --yes").await;
    assert!(again.err.contains("an earlier run was cut off"), "{}", again.err);
    assert_eq!((again.code, rooms(&bench).len()), (0, 4), "{}", again.err);
    bench.presses.send_replace(1);
    assert_eq!(bench.run("up --env dev --all --yes").await.code, 130, "before anything is called");
}

#[tokio::test]
async fn where_nobody_can_be_asked_the_plans_are_shown_and_refused() {
    let bench = house();
    let ran = bench.run("up --env dev --all").await;
    assert!(
        ran.err.ends_with(
            "4 to create\nerror: nobody can be asked whether to carry out these plans\n  way out: look at the plan, then run again with `--yes`\n"
        ),
        "{}",
        ran.err
    );
    assert_eq!((ran.code, rooms(&bench).len()), (3, 0));
}

#[tokio::test]
async fn options_that_do_not_go_together_are_told() {
    let mut bench = house();
    for (arguments, expected) in [
        (
            "outputs --env dev --all",
            "error: this command is about one stack\n  way out: name it with `--stack`",
        ),
        ("up --env dev --all --stack base", "cannot be used with"),
        ("up --env dev --all-regions --region north", "cannot be used with"),
        ("up --all", "error: which environment?\n"),
        ("up --env dev -s base -s bse", "error: unknown stack `bse`; did you mean `base`?"),
        ("outputs --env dev -s base -s data", "error: this command is about one stack\n"),
        (
            "up --env preview --all",
            "error: atp.yaml: `preview` stands for its instances\n  way out: write `preview-`",
        ),
    ] {
        let ran = bench.run(arguments).await;
        assert!(ran.err.contains(expected), "{arguments}: {}", ran.err);
        assert_eq!(ran.code, 1, "{arguments}");
    }
    bench.fixed = Fixed { environment: Some("dev"), program: Some("base") };
    let ran = bench.run("up --all").await;
    assert!(ran.err.contains("error: this program is for the stack `base` alone\n"), "{}", ran.err);
}

#[tokio::test]
async fn a_pattern_of_urns_is_about_all_stacks_that_have_such_a_resource() {
    let bench = house();
    bench.run("up --env dev --all --yes").await;
    let arguments = "up --env dev --all --yes --set common.size=2 --target urn:atp:dev:*:base::**";
    let ran = bench.run(arguments).await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let sized = bench.cloud.objects().into_iter().filter(|(_, room)| room.get("size") == Some(&2_u64.into()));
    let sized: Vec<String> = sized.map(|(id, _)| id).collect();
    assert_eq!(sized, ["Test.Front/dev-north-ground"], "{}", ran.err);
    for (arguments, said) in [
        ("--target ground", "`ground` can mean a resource in each of several stacks"),
        ("--target urn:atp:dev:*:*::**::attic", "no resource of any of these stacks is meant by"),
    ] {
        let ran = bench.run(&format!("up --env dev --all --yes {arguments}")).await;
        assert!(ran.code == 1 && ran.err.contains(said), "{arguments}: {}", ran.err);
    }
    assert_eq!(rooms(&bench).len(), 4);
}
