//! The commands that change what a state says, and `state undo`.

use super::{done, listed, on_files, says};
use crate::StackName;
use crate::cli::Fixed;
use crate::cli::tests::support::Bench;
use crate::state::{Holder, StateError, Wait};

const BEN: &str = "up --yes --set guests=[ben]";

async fn deployed() -> Bench {
    let bench = Bench::new();
    done(&bench, BEN).await;
    bench
}

async fn unchanged(bench: &Bench, arguments: &str) {
    let preview = done(bench, &format!("preview --json {arguments}")).await.out;
    says(&preview, &[r#""has_changes":false"#]);
}

#[tokio::test]
async fn a_renamed_resource_is_what_the_program_calls_so_and_an_undo_takes_it_back() {
    for bench in [Bench::new(), on_files().0] {
        done(&bench, BEN).await;
        let ran = done(&bench, "state rename ben eve").await;
        says(&ran.err, &["Test.Guest::eve now"]);
        assert_eq!(listed(&bench).await, ["front", "vault/store", "eve"]);
        unchanged(&bench, "--set guests=[eve@ben]").await;
        let ran = done(&bench, "state undo").await;
        says(&ran.err, &["`state move` of dev/north/shop is undone"]);
        unchanged(&bench, "--set guests=[ben]").await;
        let again = bench.run("state undo").await;
        assert_eq!(again.code, 1);
        says(&again.err, &["by no state command, or was undone already"]);
    }
}

#[tokio::test]
async fn what_is_in_a_component_stays_in_it_and_whatever_refers_to_something_follows() {
    let bench = deployed().await;
    done(&bench, "state rename vault/store safe").await;
    assert_eq!(listed(&bench).await, ["front", "vault/safe", "ben"]);
    done(&bench, "state rename front face").await;
    says(
        &done(&bench, "state show ben").await.out,
        &["depends on:\n  urn:atp:dev:north:shop::Test.Front::face\n"],
    );
}

#[tokio::test]
async fn a_move_that_would_lose_something_is_refused() {
    let bench = deployed().await;
    let front = "urn:atp:dev:north:shop::Test.Front::front";
    for (arguments, why) in [
        (format!("state move ben {front}"), "it cannot move to"),
        ("state move ben nonsense".into(), "`nonsense` is not a URN"),
        (
            "state move ben urn:atp:dev:south:shop::Test.Guest::ben".into(),
            "`--to-stack` moves to another stack",
        ),
        ("state move ghost x".into(), "unknown resource `ghost`"),
        ("state rename ghost x".into(), "unknown resource `ghost`"),
        ("state move ben --to-stack nowhere".into(), "unknown stack `nowhere`"),
        ("state move ben --to-stack shop".into(), "is in dev/north/shop already"),
    ] {
        let ran = bench.run(&arguments).await;
        assert_eq!(ran.code, 1, "{arguments}: {}", ran.err);
        says(&ran.err, &[why]);
    }
    unchanged(&bench, "--set guests=[ben]").await;
}

#[tokio::test]
async fn what_something_depends_on_is_taken_out_with_it_or_not_at_all() {
    let bench = deployed().await;
    assert_eq!(bench.run("state remove front").await.code, 3, "nobody was asked");
    let refused = bench.run("state remove front --yes").await;
    assert_eq!(refused.code, 1);
    says(&refused.err, &["what depends on it stays in the state: ben", "`--with-dependents`"]);
    done(&bench, "state remove front --yes --with-dependents").await;
    assert_eq!(listed(&bench).await, ["vault/store"]);
    assert_eq!(bench.cloud.objects().len(), 3, "all of it stays in the cloud");
    done(&bench, "state undo").await;
    unchanged(&bench, "--set guests=[ben]").await;
}

#[tokio::test]
async fn protection_and_taints_are_undone_as_well_but_not_after_an_update() {
    let bench = deployed().await;
    done(&bench, "state protect ben front").await;
    says(&done(&bench, "state show ben").await.out, &["protected"]);
    says(&done(&bench, "state protect ben").await.err, &["ben was protected already"]);
    assert_eq!(bench.run("destroy --yes --allow-delete").await.code, 3);
    done(&bench, "state undo").await;
    assert!(!done(&bench, "state show ben").await.out.contains("protected"));
    done(&bench, "state protect ben").await;
    done(&bench, "state unprotect ben").await;
    assert!(!done(&bench, "state show ben").await.out.contains("protected"));
    done(&bench, "taint ben").await;
    done(&bench, "state undo").await;
    assert!(!done(&bench, "state show ben").await.out.contains("tainted"));
    done(&bench, "taint ben").await;
    done(&bench, "up --yes --set guests=[ben] --allow-replace").await;
    let refused = bench.run("state undo").await;
    assert_eq!(refused.code, 1);
    says(&refused.err, &["by no state command"]);
}

#[tokio::test]
async fn an_export_has_no_secret_in_clear_unless_asked_and_comes_back_by_an_import() {
    let bench = deployed().await;
    let sealed = done(&bench, "state export").await.out;
    assert!(!sealed.contains("hunter2"));
    says(&sealed, &["$secret", "atp-iac export"]);
    let clear = done(&bench, "state export --show-secrets").await.out;
    says(&clear, &["hunter2"]);
    for (file, text) in [("sealed.json", &sealed), ("clear.json", &clear)] {
        bench.plans.0.lock().unwrap().insert(format!("/shop/deep/{file}").into(), text.clone().into_bytes());
    }
    let refused = bench.run("state import clear.json --yes").await;
    says(&refused.err, &["has secrets in clear, and is for people"]);
    done(&bench, "up --yes --allow-delete").await;
    let older = bench.run("state import sealed.json --yes").await;
    assert_eq!(older.code, 1);
    says(&older.err, &["has serial 1, and the state has 2 already", "`--force`"]);
    done(&bench, "state import sealed.json --yes --force").await;
    assert_eq!(listed(&bench).await, ["front", "vault/store", "ben"]);
    let outputs = done(&bench, "outputs password --show-secrets").await.out;
    assert_eq!(outputs, "hunter2\n");
    bench
        .plans
        .0
        .lock()
        .unwrap()
        .insert("/shop/deep/bad.json".into(), b"{\"format\":\"atp-iac export\",\"version\":9}".to_vec());
    let newer = bench.run("state import bad.json --yes").await;
    says(&newer.err, &["has format 9"]);
}

fn other() -> StackName {
    StackName::new("dev", "north", "void").unwrap()
}

async fn two() -> Bench {
    let mut bench = Bench::new();
    bench.fixed = Fixed { environment: Some("dev"), program: None };
    done(&bench, "up --yes --stack shop --set guests=[ben]").await;
    bench
}

#[tokio::test]
async fn a_resource_goes_to_another_stack_with_its_secrets_and_comes_back() {
    let bench = two().await;
    let ran = done(&bench, "state move vault/store --to-stack void -s shop").await;
    says(&ran.err, &["is urn:atp:dev:north:void::Shop.Vault$Test.Store::vault/store now"]);
    let shown = done(&bench, "state list -s void").await.out;
    assert_eq!(shown, "urn:atp:dev:north:void::Shop.Vault$Test.Store::vault/store\n");
    assert!(!done(&bench, "state list -s shop").await.out.contains("Test.Store"));
    let export = done(&bench, "state export --show-secrets -s void").await.out;
    says(&export, &["hunter2"]);
    for stack in ["shop", "void"] {
        says(&done(&bench, &format!("state verify -s {stack}")).await.err, &["the state is whole"]);
    }
    let undone = done(&bench, "state undo -s void").await;
    says(&undone.err, &["of dev/north/shop is undone", "of dev/north/void is undone"]);
    assert_eq!(done(&bench, "state list -s void").await.out, "");
    unchanged(&bench, "-s shop --set guests=[ben]").await;
}

#[tokio::test]
async fn what_refers_to_what_leaves_is_named_and_a_move_that_was_cut_off_is_ended_by_the_same_command() {
    let bench = two().await;
    // The target has it already, and the source still does: cut off between the two.
    let before = bench.store.read(&super::name()).await.unwrap().unwrap();
    let ran = done(&bench, "state move front --to-stack void -s shop").await;
    says(&ran.err, &["ben refers to it: in the program, through a reference to the other stack"]);
    let holder: Holder = bench.holder("ben");
    let lease = bench.store.lock(&super::name(), &holder, Wait::NONE).await.unwrap();
    let content = crate::state::Content { serial: 9, ..before.content };
    bench.store.overwrite(&lease, content).await.unwrap();
    bench.store.unlock(&lease).await.unwrap();
    let again = done(&bench, "state move front --to-stack void -s shop").await;
    says(&again.err, &["it was there already: an earlier move was cut off"]);
    assert!(!done(&bench, "state list -s shop").await.out.contains("Test.Front"));
    assert_eq!(done(&bench, "state list -s void").await.out.lines().count(), 1);
}

#[tokio::test]
async fn with_either_stack_locked_nothing_moves() {
    let bench = two().await;
    let held = bench.store.lock(&other(), &bench.holder("ben"), Wait::NONE).await.unwrap();
    let ran = bench.run("state move front --to-stack void -s shop --lock-timeout 0s").await;
    assert_eq!(ran.code, 4);
    let again = bench.store.lock(&other(), &bench.holder("kim"), Wait::NONE).await;
    assert!(matches!(again, Err(StateError::Locked { .. })));
    bench.store.unlock(&held).await.unwrap();
    unchanged(&bench, "-s shop --set guests=[ben]").await;
    assert_eq!(bench.store.holder(&super::name()).await.unwrap(), None);
}
