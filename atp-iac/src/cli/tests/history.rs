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
async fn a_key_in_a_vault_that_cannot_be_asked_stops_what_would_not_be_signed_and_nothing_else() {
    let mut bench = Bench::new();
    let project = "name: shop\nhistory: {sign: \"azurekeyvault://keys/history\"}\nenvironments:\n  dev: {regions: [north]}\n";
    bench.files.insert("/shop/atp.yaml".into(), project.to_owned());
    let up = bench.run("up --yes").await;
    assert_eq!(up.code, 1, "{}", up.err);
    let why = "nothing was done, since it could not be signed: this program knows no such vault as that of `azurekeyvault://keys/history`";
    assert!(up.err.contains(why) && up.err.contains("take `sign:` out of `history:`"), "{}", up.err);
    assert!(bench.cloud.calls().is_empty());
    assert_eq!(bench.run("preview").await.code, 0);
    assert_eq!(bench.run("history verify").await.code, 0);
    let key = bench.run("history key").await;
    assert!(key.code == 1 && key.err.contains("the public key is not to be had"), "{}", key.err);
}

#[tokio::test]
async fn the_environment_may_name_another_key_and_the_public_one_is_shown() {
    let mut bench = Bench::new();
    let nobody = bench.run("history key").await;
    assert!(nobody.code == 1 && nobody.err.contains("history keygen FILE"), "{}", nobody.err);
    let public = bench.run("history keygen /shop/ben.key").await.out.trim().to_owned();
    let private = bench.plans.0.lock().unwrap()[Path::new("/shop/ben.key")].clone();
    bench.files.insert("/shop/ben.key".into(), String::from_utf8(private).unwrap());
    bench.environment.insert("ATP_HISTORY_SIGN".into(), "ben.key".into());
    let shown = bench.run("history key").await;
    assert_eq!((shown.code, shown.out.trim()), (0, public.as_str()), "{}", shown.err);
    assert!(shown.err.contains("it is not trusted"), "{}", shown.err);
    let other = "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let project = |keys: &str| {
        format!(
            "name: shop\nhistory: {{sign: gone.key, trust: [{keys}]}}\nenvironments:\n  dev: {{regions: [north]}}\n"
        )
    };
    bench.files.insert("/shop/atp.yaml".into(), project(&format!("\"{other}\"")));
    let refused = bench.run("up --yes").await;
    assert!(refused.code == 3 && refused.err.contains(&public), "{}", refused.err);
    assert!(refused.err.contains("history key") && bench.cloud.calls().is_empty(), "{}", refused.err);
    bench.files.insert("/shop/atp.yaml".into(), project(&format!("\"{other}\", \"{public}\"")));
    assert_eq!(bench.run("up --yes").await.code, 0);
    assert!(bench.run("history key").await.err.contains("it is trusted"));
    assert_eq!(bench.run("history verify").await.code, 0);
    bench.environment.insert("ATP_HISTORY_SIGN".into(), "none.key".into());
    let missing = bench.run("up --yes").await;
    assert!(missing.err.contains("ATP_HISTORY_SIGN names none.key, which is not there"), "{}", missing.err);
}

fn protected(rule: &str) -> Bench {
    let mut bench = Bench::new();
    let project = format!("name: shop\nenvironments:\n  dev: {{regions: [north, south], {rule}}}\n");
    bench.files.insert("/shop/atp.yaml".into(), project);
    bench
}

#[tokio::test]
async fn a_protected_environment_says_what_to_type_instead() {
    let bench = protected("approvals: 1");
    bench.run("preview --out the.plan").await;
    for (arguments, save, carry_out) in [
        ("up --yes", "`preview --out FILE`", "`up --plan FILE`"),
        ("destroy --yes", "`destroy --out FILE`", "`destroy --plan FILE`"),
    ] {
        let refused = bench.run(arguments).await;
        assert_eq!(refused.code, 3, "{}", refused.err);
        let why = "dev/north/shop is protected: only plans that one other person agreed to are carried out";
        for part in [why, save, "`plan approve FILE`", carry_out] {
            assert!(refused.err.contains(part), "{part}: {}", refused.err);
        }
    }
}

#[tokio::test]
async fn a_protected_environment_takes_approved_plans_only() {
    let mut bench = protected("approvals: 1");
    let saved = bench.run("preview --out the.plan").await;
    assert!(saved.err.ends_with(", once one other person ran `plan approve the.plan`\n"), "{}", saved.err);
    let alone = bench.run("up --plan the.plan").await;
    assert_eq!(alone.code, 3, "{}", alone.err);
    assert!(
        alone.err.contains("made by anna and needs the approval of one other person: nobody approved it")
    );
    assert_eq!(bench.run("plan approve the.plan").await.code, 3, "whoever made it does not count");
    bench.who = "ben";
    let approved = bench.run("plan approve the.plan --message fine").await;
    assert_eq!(approved.code, 0, "{}", approved.err);
    let done = approved.err.contains("approved: `up --plan the.plan` carries it out\n");
    assert!(approved.err.contains("store") && done, "{}", approved.err);
    assert!(approved.out.contains("approved by ben on desk") && approved.out.contains("1 of 1 approvals"));
    assert!(bench.run("plan approve the.plan").await.err.contains("it was approved by you already"));
    bench.who = "anna";
    assert!(bench.run("plan show the.plan").await.out.contains(": fine"));
    let up = bench.run("up --plan the.plan").await;
    assert_eq!((up.code, bench.cloud.objects().len()), (0, 2), "{}", up.err);
    assert!(bench.run("history show 1").await.out.contains("approved     by ben on desk"));
    let back = bench.run("rollback --to 1 --yes").await;
    assert!(back.code == 3 && back.err.contains("`rollback --to 1 --out FILE`"), "{}", back.err);
}

#[tokio::test]
async fn what_is_destroyed_and_brought_back_needs_approval_of_its_own_that_expires() {
    let mut bench = protected("approvals: 1, approvals_valid_for: 1h");
    for (save, carry_out, left) in [
        ("preview --out the.plan", "up --plan the.plan", 2),
        ("destroy --out the.plan", "destroy --plan the.plan", 0),
        ("rollback --to 1 --out the.plan", "rollback --plan the.plan", 2),
    ] {
        bench.who = "anna";
        let saved = bench.run(save).await;
        assert_eq!(saved.code, 0, "{}", saved.err);
        bench.who = "ben";
        let approved = bench.run("plan approve the.plan").await;
        assert!(approved.out.contains("(counts until "), "{}", approved.out);
        bench.clock.advance(std::time::Duration::from_secs(3601));
        let late = bench.run(carry_out).await;
        assert_eq!(late.code, 3, "{}", late.err);
        assert!(late.err.contains("the approval of ben does not count: it has expired"), "{}", late.err);
        assert_eq!(bench.run("plan approve the.plan").await.code, 0);
        let done = bench.run(carry_out).await;
        assert_eq!((done.code, bench.cloud.objects().len()), (0, left), "{}", done.err);
    }
    let last = bench.run("history show 3").await.out;
    assert!(last.contains("rollback to update 1") && last.contains("approved     by ben"), "{last}");
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
        (
            "environments: {dev: {regions: [north], approvals: 1, approvals_valid_for: soon}}",
            "environments.dev.approvals_valid_for",
        ),
        (
            "environments: {dev: {regions: [north], approvals_valid_for: 1h}}",
            "approvals_valid_for: no approvals are needed",
        ),
        ("history: {signs: x}\nenvironments: {dev: {regions: [north]}}", "unknown key `signs`"),
    ] {
        bench.files.insert("/shop/atp.yaml".into(), format!("name: shop\n{text}\n"));
        let refused = bench.run("up --yes").await;
        assert!(refused.code == 1 && refused.err.contains(expected), "{}", refused.err);
    }
}
