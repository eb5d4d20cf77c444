//! `preview`, `up` and `destroy`, whole.

use super::support::{Bench, same};
use crate::cli::{Answer, Terminal};
use crate::provider::{ProviderError, ProviderErrorKind};
use crate::testing::CallKind;

const HEADER: &str =
    "atp  dev/north/shop  on a cloud in memory that stands for `memory` (use --cloud azure for Azure)\n\n";

#[tokio::test]
async fn without_a_command_the_plan_is_shown_and_nothing_is_done() {
    let bench = Bench::new();
    let ran = bench.run("").await;
    let expected = format!(
        "{HEADER}changes, riskiest first:
  +   create   2

+ front (Test.Front) create
vault (Shop.Vault)
  + store (Test.Store) create

outputs:
  + address: ${{front.address}}
  + password: [secret]

plan: 2 to create
"
    );
    same(&ran.err, &expected);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert!(bench.cloud.objects().is_empty());
}

#[tokio::test]
async fn up_tells_every_step_and_prints_the_outputs() {
    let bench = Bench::new();
    let ran = bench.run("up --yes --parallel 1").await;
    let (_, after_plan) = ran.err.split_once("plan: 2 to create\n").unwrap();
    same(
        after_plan,
        "
+ front created (0.0s)
+ vault/store created (0.0s)

done in 0.0s: 2 created

",
    );
    same(&ran.out, "address = \"https://front\"\npassword = [secret]\n");
    assert_eq!(ran.code, 0);
    let again = bench.run("up --detailed-exitcode").await;
    same(&again.err, &format!("{HEADER}no changes: all 2 resources are as the program says\n\n"));
    assert_eq!(again.code, 0, "nothing changes, so nobody has to say yes");
}

#[tokio::test]
async fn changes_and_replacements_are_shown_with_what_forces_them() {
    let bench = Bench::new();
    bench.run("up --yes --set guests=[ben]").await;
    let ran = bench.run("preview --detailed-exitcode --set place=south --set size=4 --set password=x").await;
    let expected = format!(
        "{HEADER}changes, riskiest first:
  -   delete   ben (Test.Guest): DATA LOSS, what it holds is deleted with it
  -/+ replace  front (Test.Front): DATA LOSS, what it holds is deleted with it; forced by `place`
  ~   update   1

-/+ front (Test.Front) replace (old deleted first)
        place: \"north\" -> \"south\" (forces replacement)
vault (Shop.Vault)
  ~ store (Test.Store) update
        password: [secret #fe19] -> [secret #33fe]
        size: 1 -> 4
- ben (Test.Guest) delete

outputs:
  ~ address: \"https://front\" -> ${{front.address}}
  ~ password: [secret #fe19] -> [secret #33fe]

plan: 1 to update, 1 to replace, 1 to delete
"
    );
    same(&ran.err, &expected);
    assert_eq!(ran.code, 2);
}

#[tokio::test]
async fn a_change_from_outside_is_seen_with_refresh() {
    let bench = Bench::new();
    bench.run("up --yes").await;
    let id = "Test.Store/store";
    let mut store = bench.cloud.objects()[id].clone();
    if let crate::Value::Map(map) = &mut store {
        map.insert("size".into(), 7i64.into());
    }
    bench.cloud.put(id, store);
    assert!(bench.run("preview").await.err.contains("no changes"));
    let ran = bench.run("preview --refresh").await;
    assert!(
        ran.err.contains("~ store (Test.Store) update: it was changed outside of this program\n"),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn what_is_protected_goes_when_protection_is_ignored_on_purpose() {
    let bench = Bench::new();
    bench.run("up --yes --set protect=true").await;
    assert_eq!(bench.run("preview --set place=empty").await.code, 3);
    assert_eq!(bench.run("preview --set place=empty --ignore-protect").await.code, 0);
    assert_eq!(bench.run("destroy --yes --ignore-protect").await.code, 0);
    assert!(bench.cloud.objects().is_empty());
}

#[tokio::test]
async fn what_is_protected_is_refused_with_the_way_out() {
    let bench = Bench::new();
    bench.run("up --yes --set protect=true").await;
    let ran = bench.run("destroy --yes").await;
    assert_eq!((ran.code, ran.out.as_str()), (3, ""));
    let (_, refused) = ran.err.split_once("refused:\n").unwrap();
    same(
        refused,
        "  `vault/store` is protected and would be deleted
    way out: take `protect` off it at src/shop.rs:12 and run `up`, which writes that down, then destroy; where it comes from the configuration: `up --set protect=false`

plan: 2 to delete
error: a resource stands against this plan
  way out: it is told above, resource by resource
",
    );
    assert_eq!(bench.cloud.objects().len(), 2);
    assert_eq!(bench.run("preview --set place=empty").await.code, 3, "a preview tells it, too");
    let ran = bench.run("up --yes --set protect=false").await;
    assert!(
        ran.err
            .contains("written down without a call:\n  vault/store: not protected any more\n\nno changes: "),
        "{}",
        ran.err
    );
    assert_eq!(bench.run("destroy --yes").await.code, 0);
    assert!(bench.cloud.objects().is_empty());
}

#[tokio::test]
async fn where_nobody_can_be_asked_the_plan_is_shown_and_refused() {
    let bench = Bench::new();
    let ran = bench.run("up").await;
    assert!(
        ran.err.ends_with(
            "plan: 2 to create
error: nobody can be asked whether to carry out this plan
  way out: look at the plan, then run again with `--yes`
"
        ),
        "{}",
        ran.err
    );
    assert_eq!(ran.code, 3);
    assert!(bench.cloud.objects().is_empty());
}

#[tokio::test]
async fn on_a_terminal_the_user_is_asked() {
    let mut bench = Bench::new();
    bench.terminal = Terminal { input: true, error: true, width: Some(80) };
    bench.environment.insert("NO_COLOR".into(), "1".into());
    let ran = bench.run("up").await;
    assert!(
        ran.err.ends_with(
            "\nApply? [y/N] \nerror: the answer was not yes: nothing was done\n  way out: answer `y`, or run with `--yes`\n"
        ),
        "{}",
        ran.err
    );
    assert_eq!(ran.code, 3);
    for (answer, code) in [(Answer::Interrupted, 130), (Answer::Line("n".into()), 3)] {
        bench.answer = answer;
        assert_eq!(bench.run("up").await.code, code);
    }
    assert!(bench.cloud.objects().is_empty());
    bench.answer = Answer::Line("Y ".into());
    assert_eq!(bench.run("up --detailed-exitcode").await.code, 2);
    assert_eq!(bench.cloud.objects().len(), 2);
    let destroyed = bench.run("destroy").await;
    assert!(destroyed.err.contains("Delete all of this? [y/N] "));
    assert_eq!((destroyed.code, destroyed.out.as_str()), (0, ""));
    assert!(bench.cloud.objects().is_empty());
    assert!(bench.run("destroy").await.err.ends_with("nothing to delete\n"));
}

#[tokio::test]
async fn a_failure_is_told_with_its_place_and_what_was_skipped() {
    let bench = Bench::new();
    let error = ProviderError::new(ProviderErrorKind::Refused, "QuotaExceeded", "no room for `front`");
    bench.cloud.fail_next(CallKind::Create, "front", error.with_hint("ask for more quota"));
    let ran = bench.run("up --yes --parallel 1 --set guests=[ben,eva]").await;
    let (_, after_plan) = ran.err.split_once("plan: 4 to create\n").unwrap();
    same(
        after_plan,
        "
x front create failed: QuotaExceeded: no room for `front`
+ vault/store created (0.0s)

failed in 0.0s: 1 created, 1 failed, 2 skipped

x front: create failed
    urn:atp:dev:north:shop::Test.Front::front
    declared at src/shop.rs:7
    QuotaExceeded: no room for `front`
    way out: ask for more quota
    skipped because of it: ben, eva

run again: what is done stays done, and the next run goes on from there
error: not everything was done
",
    );
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert_eq!(bench.run("up --yes --set guests=[ben,eva]").await.code, 0);
}

#[tokio::test]
async fn verbose_shows_places_and_what_is_created() {
    let bench = Bench::new();
    let ran = bench.run("-v").await;
    assert!(
        ran.err.contains(
            "+ front (Test.Front) create  at src/shop.rs:7
      name: \"front\"
      place: \"north\"
vault (Shop.Vault)
  + store (Test.Store) create  at src/shop.rs:12
        name: \"store\"
        password: [secret]
        size: 1
"
        ),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn colours_are_for_terminals_and_can_be_switched_off() {
    let mut bench = Bench::new();
    assert!(!bench.run("").await.err.contains('\x1b'));
    bench.terminal = Terminal { input: false, error: true, width: None };
    assert!(bench.run("").await.err.contains("\x1b[32m+\x1b[0m front"));
    assert!(!bench.run("--no-color").await.err.contains('\x1b'));
    bench.environment.insert("NO_COLOR".into(), "1".into());
    assert!(!bench.run("").await.err.contains('\x1b'));
}

#[tokio::test]
async fn on_a_terminal_the_status_is_redrawn_in_place() {
    let mut bench = Bench::new();
    bench.terminal = Terminal { input: true, error: true, width: Some(60) };
    let ran = bench.run("up --yes --no-color --parallel 1").await;
    assert!(ran.err.contains("0/2 done, running: front\r\x1b[K+ front created (0.0s)\n"), "{:?}", ran.err);
    assert!(ran.err.ends_with("done in 0.0s: 2 created\n\n"));
}
