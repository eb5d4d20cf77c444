//! `--affected-since`.

use super::house::house;
use crate::cli::tests::support::Bench;

/// The stacks that the change of a file since a commit affects.
async fn affected(file: &str, before: &str, now: &str) -> Vec<String> {
    let mut bench = house();
    bench.files.insert(file.into(), now.into());
    bench.before = bench.files.clone();
    bench.before.insert(file.into(), before.into());
    named(&bench).await
}

async fn named(bench: &Bench) -> Vec<String> {
    let ran = bench.run("preview --env dev --affected-since before").await;
    ran.err.lines().filter_map(|line| line.strip_prefix("== ")).map(str::to_owned).collect()
}

const ALL: [&str; 4] = ["base", "data", "app", "gate"];

#[tokio::test]
async fn a_source_touches_its_stack_and_those_that_refer_to_it() {
    assert_eq!(affected("/shop/src/data/outputs.rs", "", "new").await, ["data", "app"]);
    assert_eq!(affected("/shop/src/base/program.rs", "old", "").await, ALL);
    assert_eq!(affected("/shop/src/gate.rs", "old", "").await, ["gate"]);
}

#[tokio::test]
async fn what_all_share_touches_all_and_documents_none() {
    assert_eq!(affected("/shop/src/helpers.rs", "", "new").await, ALL);
    assert_eq!(affected("/elsewhere/Cargo.lock", "", "new").await, ALL);
    for file in ["/shop/README.md", "/shop/docs/a.svg", "/shop/tests/a.rs"] {
        assert!(affected(file, "", "new").await.is_empty(), "{file}");
    }
}

#[tokio::test]
async fn configuration_touches_the_stacks_whose_values_it_changes() {
    let base = "/shop/config/base.yaml";
    assert_eq!(affected(base, "gate: {size: 2}", "gate: {size: 1}").await, ["gate"]);
    assert!(affected(base, "gate: {size: 1}", "# bigger\ngate:\n  size: 1\n").await.is_empty());
    assert_eq!(affected(base, "common: {size: 2}", "common: {size: 1}").await, ALL);
    assert_eq!(affected("/shop/config/dev.yaml", "app: {size: 2}", "").await, ["app"]);
    assert!(affected("/shop/config/dev-south.yaml", "app: {size: 2}", "").await.is_empty());
    // What could not be read then is something else.
    assert_eq!(affected(base, "gate: [", "gate: {size: 1}").await, ALL);
}

#[tokio::test]
async fn the_project_file_touches_what_it_says_of_the_environment() {
    let now = house().files[std::path::Path::new("/shop/atp.yaml")].clone();
    let other = now.replace("72h", "24h");
    assert!(affected("/shop/atp.yaml", &other, &now).await.is_empty());
    let other = now.replace("[north, south]", "[south, north]");
    assert_eq!(affected("/shop/atp.yaml", &other, &now).await, ALL);
}

#[tokio::test]
async fn nothing_is_done_where_nothing_changed_and_a_commit_that_is_not_there_is_named() {
    let mut bench = house();
    bench.before = bench.files.clone();
    let ran = bench.run("up --env dev --affected-since before").await;
    assert_eq!((ran.code, ran.err.as_str()), (0, "no stack is affected\n"));
    let ran = bench.run("up --env dev --affected-since main").await;
    assert_eq!((ran.code, ran.err.as_str()), (1, "error: no commit `main`\n  way out: fetch it\n"));
}
