//! `history`, `rollback`, `plan approve` and protected environments.

use super::support::Bench;
use crate::StackName;
use crate::state::Folder;
use std::path::Path;

fn stack() -> StackName {
    StackName::new("dev", "north", "shop").unwrap()
}

#[tokio::test]
async fn a_list_has_a_line_for_each_update_and_show_has_all_of_one() {
    let mut bench = Bench::new();
    bench.environment.insert("CI_JOB_URL".into(), "https://ci/1".into());
    let empty = bench.run("history list").await;
    assert_eq!((empty.code, empty.out.as_str()), (0, ""));
    assert!(empty.err.ends_with("nothing was done to this stack yet\n"), "{}", empty.err);
    bench.run("up --yes --set guests=[ben] --message first").await;
    bench.run("up --yes --set size=2 --allow-delete").await;
    let list = bench.run("history list").await;
    let lines: Vec<&str> = list.out.lines().collect();
    assert_eq!((list.code, lines.len()), (0, 2), "{}", list.out);
    assert!(
        lines[0].contains("up") && lines[0].contains("anna") && lines[0].contains("3 created"),
        "{}",
        lines[0]
    );
    assert!(lines[0].ends_with("first") && lines[1].contains("1 updated, 1 deleted"), "{}", list.out);
    assert_eq!(bench.run("history list --limit 1").await.out.lines().count(), 1);
    let show = bench.run("history show 1").await;
    for part in [
        "why          first",
        "pipeline     https://ci/1",
        "result       done",
        "+ ben created",
        "signed by    nobody",
    ] {
        assert!(show.out.contains(part), "{part}: {}", show.out);
    }
    let missing = bench.run("history show 9").await;
    assert_eq!(missing.code, 1);
    assert!(missing.err.contains("has no record 9; there are 1 to 2"), "{}", missing.err);
}

#[tokio::test]
async fn a_difference_shows_secrets_by_their_marks_only() {
    let bench = Bench::new();
    bench.run("up --yes").await;
    bench.run("up --yes --set password=hunter3 --set size=4").await;
    let diff = bench.run("history diff 2").await;
    assert_eq!(diff.code, 0, "{}", diff.err);
    assert!(diff.out.contains("size: 1 -> 4") && diff.out.contains("password: [secret #"), "{}", diff.out);
    assert!(!diff.out.contains("hunter"), "{}", diff.out);
    assert!(diff.out.contains("~ output password updated"), "{}", diff.out);
    let none = bench.run("history diff 0").await;
    assert_eq!((none.code, none.err.contains("the first update is number 1")), (1, true), "{}", none.err);
}

#[tokio::test]
async fn verify_names_the_first_record_that_is_not_good_and_exits_with_1() {
    let bench = Bench::new();
    for size in 1..=3 {
        bench.run(&format!("up --yes --set size={size}")).await;
    }
    let whole = bench.run("history verify").await;
    assert_eq!(whole.code, 0, "{}", whole.err);
    assert!(whole.out.starts_with("3 records are good"), "{}", whole.out);
    bench.store.remove_document(&stack(), Folder::History, "0000000002.json").await.unwrap();
    let broken = bench.run("history verify").await;
    assert_eq!(broken.code, 1);
    assert!(broken.err.contains("error: record 2 is not good: it is missing"), "{}", broken.err);
}

#[tokio::test]
async fn the_history_is_signed_with_the_key_that_the_project_names() {
    let mut bench = Bench::new();
    let made = bench.run("history keygen /shop/history.key").await;
    assert_eq!(made.code, 0, "{}", made.err);
    let public = made.out.trim().to_owned();
    assert_eq!(bench.run("history keygen /shop/history.key").await.code, 1, "it is not written over");
    let private = bench.plans.0.lock().unwrap()[Path::new("/shop/history.key")].clone();
    let private = String::from_utf8(private).unwrap();
    assert!(!made.err.contains(private.lines().nth(1).unwrap()) && !made.out.contains("PRIVATE"));
    let project = format!(
        "name: shop\nhistory: {{sign: history.key, trust: [\"{public}\"]}}\nenvironments:\n  dev: {{regions: [north]}}\n"
    );
    bench.files.insert("/shop/atp.yaml".into(), project);
    let missing = bench.run("up --yes").await;
    assert!(missing.code == 1 && missing.err.contains("history.sign names history.key, which is not there"));
    assert!(bench.cloud.calls().is_empty());
    bench.files.insert("/shop/history.key".into(), private);
    assert_eq!(bench.run("up --yes").await.code, 0);
    let verified = bench.run("history verify").await;
    assert!(
        verified.out.starts_with("1 record is good, 1 of them signed by a trusted key"),
        "{}",
        verified.out
    );
    let shown = bench.run("history show 1").await.out;
    assert!(shown.contains(&format!("signed by    {public}")), "{shown}");
}

#[tokio::test]
async fn a_rollback_shows_its_plan_asks_and_is_a_record_of_its_own() {
    let bench = Bench::new();
    bench.run("up --yes --set size=2 --set guests=[ben]").await;
    bench.run("up --yes --set size=3 --allow-delete").await;
    let asked = bench.run("rollback --to 1").await;
    assert_eq!(asked.code, 3, "{}", asked.err);
    assert!(asked.err.contains("back to what update 1 left: `up` by anna"), "{}", asked.err);
    assert!(asked.err.contains("size: 3 -> 2") && asked.err.contains("+ ben"), "{}", asked.err);
    assert!(asked.err.contains("what the deleted one held does not come back"), "{}", asked.err);
    let done = bench.run("rollback --to 1 --yes --message oops").await;
    assert_eq!(done.code, 0, "{}", done.err);
    let list = bench.run("history list").await.out;
    assert!(list.lines().last().unwrap().contains("rollback to 1"), "{list}");
    let plan = bench.run("preview --set size=2 --set guests=[ben] --detailed-exitcode").await;
    assert_eq!(plan.code, 0, "{}", plan.err);
    assert_eq!(bench.run("rollback --to 2 --yes").await.code, 3, "ben holds data");
    assert_eq!(bench.run("rollback --to 2 --yes --allow-delete").await.code, 0);
    assert_eq!(bench.run("rollback --to 9 --yes").await.code, 1);
}

#[tokio::test]
async fn a_protected_environment_takes_approved_plans_only() {
    let mut bench = Bench::new();
    let project = "name: shop\nenvironments:\n  dev: {regions: [north, south], approvals: 1}\n";
    bench.files.insert("/shop/atp.yaml".into(), project.to_owned());
    for arguments in ["up --yes", "destroy --yes"] {
        let refused = bench.run(arguments).await;
        assert_eq!(refused.code, 3, "{}", refused.err);
        assert!(
            refused.err.contains("dev/north/shop is protected") && refused.err.contains("plan approve FILE")
        );
    }
    bench.run("preview --out the.plan").await;
    let alone = bench.run("up --plan the.plan").await;
    assert_eq!(alone.code, 3, "{}", alone.err);
    assert!(alone.err.contains("made by anna and needs the approval of 1 other people: nobody approved it"));
    assert_eq!(bench.run("plan approve the.plan").await.code, 3, "whoever made it does not count");
    bench.who = "ben";
    let approved = bench.run("plan approve the.plan --message fine").await;
    assert_eq!(approved.code, 0, "{}", approved.err);
    assert!(approved.err.contains("store") && approved.err.contains("approved\n"), "{}", approved.err);
    assert!(approved.out.contains("approved by ben on desk") && approved.out.contains("1 of 1 approvals"));
    bench.who = "anna";
    assert!(bench.run("plan show-approvals the.plan").await.out.contains(": fine"));
    let up = bench.run("up --plan the.plan").await;
    assert_eq!((up.code, bench.cloud.objects().len()), (0, 2), "{}", up.err);
    assert!(bench.run("history show 1").await.out.contains("approved     by ben on desk"));
    assert_eq!(bench.run("rollback --to 1 --yes").await.code, 3);
}

#[tokio::test]
async fn a_project_that_demands_what_cannot_be_is_refused() {
    let mut bench = Bench::new();
    for (text, expected) in [
        ("environments: {dev: {regions: [north], approvals: -1}}", "environments.dev.approvals"),
        (
            "history: {trust: [nobody]}\nenvironments: {dev: {regions: [north]}}",
            "history.trust: `nobody` is no public key",
        ),
        ("history: {signs: x}\nenvironments: {dev: {regions: [north]}}", "unknown key `signs`"),
    ] {
        bench.files.insert("/shop/atp.yaml".into(), format!("name: shop\n{text}\n"));
        let refused = bench.run("up --yes").await;
        assert!(refused.code == 1 && refused.err.contains(expected), "{}", refused.err);
    }
}
