//! `preview --out`, `destroy --out`, `rollback --out`, `plan show`, and what carries them out.

use super::support::Bench;
use crate::testing::CallKind;
use std::path::Path;

#[tokio::test]
async fn a_saved_plan_is_shown_as_the_preview_was_and_carried_out_without_a_question() {
    let bench = Bench::new();
    let preview = bench.run("preview --out the.plan").await;
    assert_eq!(preview.code, 0, "{}", preview.err);
    let (screen, note) = preview.err.rsplit_once("saved as the.plan: ").unwrap();
    assert_eq!(note, "`up --plan the.plan` carries out exactly this\n");
    assert!(bench.plans.is_private("/shop/deep/the.plan"));
    let shown = bench.run("plan show the.plan --detailed-exitcode").await;
    let body = |text: &str| text.split_once("\n\n").unwrap().1.to_owned();
    assert!(shown.err.contains("a plan of dev/north/shop, made by anna on desk at "), "{}", shown.err);
    assert!(body(&shown.err).ends_with(&body(screen)), "{}\n---\n{}", shown.err, screen);
    assert_eq!((shown.code, bench.cloud.calls().len()), (2, 0));
    let up = bench.run("up --plan the.plan").await;
    assert_eq!((up.code, bench.cloud.objects().len()), (0, 2), "{}", up.err);
    let again = bench.run("up --plan the.plan").await;
    assert_eq!(again.code, 3);
    assert!(
        again.err.contains("error: the saved plan is not carried out: it was carried out to its end already")
    );
}

#[tokio::test]
async fn a_plan_of_another_configuration_is_refused_with_the_key_and_without_its_value() {
    let bench = Bench::new();
    bench.run("preview --out the.plan").await;
    let up = bench.run("up --plan the.plan --set password=hunter3 --set size=3").await;
    assert_eq!(up.code, 3, "{}", up.err);
    for line in ["in the configuration, `password` changed", "in the configuration, `size` is new"] {
        assert!(up.err.contains(line), "{}", up.err);
    }
    assert!(up.err.contains("way out: make a new plan with `--out FILE`, and look at it"));
    assert!(!up.err.contains("hunter"), "{}", up.err);
    assert!(bench.cloud.calls().is_empty());
}

#[tokio::test]
async fn a_preview_that_fails_leaves_no_older_plan_to_be_carried_out() {
    let bench = Bench::new();
    bench.run("preview --out the.plan").await;
    let failed = bench.run("preview --out the.plan --set size=wide").await;
    assert_eq!(failed.code, 1, "{}", failed.err);
    let up = bench.run("up --plan the.plan").await;
    assert_eq!((up.code, bench.cloud.calls().len()), (3, 0), "{}", up.err);
    assert!(
        up.err.contains("error: the plan could not be made, and there is nothing to carry out: "),
        "{}",
        up.err
    );
    assert_eq!(bench.run("plan show the.plan").await.code, 3);
}

#[tokio::test]
async fn a_plan_that_is_not_there_or_not_whole_is_an_error_with_a_way_out() {
    let bench = Bench::new();
    let none = bench.run("up --plan no.plan").await;
    assert_eq!(none.code, 1);
    assert!(
        none.err.contains("error: there is no file no.plan\n  way out: make the plan with `--out FILE` of")
    );
    bench.run("preview --out the.plan").await;
    if let Some(bytes) = bench.plans.0.lock().unwrap().get_mut(Path::new("/shop/deep/the.plan")) {
        bytes.pop();
    }
    let torn = bench.run("up --plan the.plan").await;
    assert_eq!(torn.code, 3, "{}", torn.err);
    assert!(torn.err.contains("the.plan is cut off"), "{}", torn.err);
}

#[tokio::test]
async fn a_saved_plan_is_of_one_stack_and_keeps_its_own_options() {
    let mut bench = Bench::new();
    bench.run("preview --out the.plan").await;
    let refresh = bench.run("up --plan the.plan --refresh").await;
    assert!(
        refresh.code == 1 && refresh.err.contains("the options that it was made with"),
        "{}",
        refresh.err
    );
    bench.fixed.program = None;
    let several = bench.run("preview --all --out all.plan").await;
    assert!(several.code == 1 && several.err.contains("a saved plan is of one stack"), "{}", several.err);
    assert!(!bench.cloud.calls().iter().any(|call| call.kind == CallKind::Create));
}

#[tokio::test]
async fn a_plan_to_destroy_is_carried_out_by_destroy_alone() {
    let bench = Bench::new();
    bench.run("up --yes").await;
    let saved = bench.run("destroy --out the.plan").await;
    assert!(saved.code == 0 && saved.err.contains("plan: 2 to delete"), "{}", saved.err);
    assert!(saved.err.ends_with("saved as the.plan: `destroy --plan the.plan` carries out exactly this\n"));
    assert_eq!(bench.cloud.objects().len(), 2);
    let shown = bench.run("plan show the.plan").await;
    assert!(shown.err.contains("a plan to destroy dev/north/shop, made by anna on desk at"), "{}", shown.err);
    let up = bench.run("up --plan the.plan").await;
    assert_eq!(up.code, 1, "{}", up.err);
    assert!(up.err.contains("error: the.plan is a plan to `destroy`, and this is `up`"), "{}", up.err);
    assert!(up.err.contains("carry it out with `destroy --plan the.plan`"), "{}", up.err);
    assert_eq!(bench.cloud.objects().len(), 2);
    let destroyed = bench.run("destroy --plan the.plan").await;
    assert_eq!((destroyed.code, bench.cloud.objects().len()), (0, 0), "{}", destroyed.err);
    let both = bench.run("destroy --out a.plan --plan b.plan").await;
    assert!(both.code != 0 && both.err.contains("cannot be used with"), "{}", both.err);
}

#[tokio::test]
async fn a_plan_to_go_back_says_what_does_not_come_back_and_is_carried_out_by_rollback_alone() {
    let bench = Bench::new();
    bench.run("up --yes --set size=2 --set guests=[ben]").await;
    bench.run("up --yes --set size=3 --allow-delete").await;
    let saved = bench.run("rollback --to 1 --out the.plan").await;
    assert_eq!(saved.code, 0, "{}", saved.err);
    assert!(saved.err.contains("back to what update 1 left") && saved.err.contains("size: 3 -> 2"));
    assert!(saved.err.ends_with("saved as the.plan: `rollback --plan the.plan` carries out exactly this\n"));
    let shown = bench.run("plan show the.plan").await;
    let head = "a plan to bring dev/north/shop back to what update 1 left, made by anna on desk at";
    assert!(shown.err.contains(head), "{}", shown.err);
    assert!(shown.err.contains("what the deleted one held does not come back"), "{}", shown.err);
    let up = bench.run("up --plan the.plan").await;
    assert!(up.code == 1 && up.err.contains("`rollback --plan the.plan`"), "{}", up.err);
    assert_eq!(bench.run("rollback --plan the.plan --to 1").await.code, 1, "the plan says which");
    let done = bench.run("rollback --plan the.plan").await;
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(bench.run("history list").await.out.lines().last().unwrap().contains("rollback to 1"));
    assert_eq!(bench.run("preview --set size=2 --set guests=[ben] --detailed-exitcode").await.code, 0);
    let nowhere = bench.run("rollback --to 9 --out the.plan").await;
    assert_eq!(nowhere.code, 1, "{}", nowhere.err);
    let failed = bench.run("rollback --plan the.plan").await;
    assert!(failed.code == 3 && failed.err.contains("has no record 9"), "{}", failed.err);
    assert!(bench.run("rollback").await.err.contains("--to <N>"));
}
