//! `graph --stacks` and `status`.

use super::house::house;
use crate::cli::tests::support::same;
use crate::state::Wait;

#[tokio::test]
async fn the_graph_of_stacks_frames_regions_and_points_to_what_is_referred_to() {
    let ran = house().run("graph --stacks --env dev --all-regions").await;
    assert!(ran.out.starts_with("digraph stacks {\n"), "{}", ran.out);
    for line in [
        "  subgraph \"cluster dev/south\" {\n",
        "    \"dev/north/data\" [label=\"data\\nInfrastructure\"];\n",
        "  \"dev/north/app\" -> \"dev/north/data\";\n",
        "  \"dev/south/data\" -> \"dev/north/data\";\n",
    ] {
        assert!(ran.out.contains(line), "{line}: {}", ran.out);
    }
    let one = house().run("graph --stacks --env dev").await;
    assert!(!one.out.contains("south"), "{}", one.out);
}

#[tokio::test]
async fn the_status_of_all_stacks_names_what_stands_against_them() {
    let bench = house();
    bench.run("up --env dev -s base -s data --yes").await;
    let name = crate::StackName::new("dev", "north", "data").unwrap();
    let _held = bench.store.lock(&name, &bench.holder("ben"), Wait::NONE).await.unwrap();
    let ran = bench.run("status --env dev").await;
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(lines[0].starts_with("STACK       RESOURCES     CONTRACT"), "{}", ran.out);
    assert!(
        lines[1].starts_with("north/base  1             ")
            && lines[1].ends_with(" up to date  2024-10-04T00:00:00Z up by anna: done"),
        "{}",
        ran.out
    );
    assert!(lines[3].starts_with("north/app   not deployed  -"), "{}", ran.out);
    assert_eq!(lines.len(), 1 + 8 + 2, "{}", ran.out);
    assert!(lines[10].starts_with("north/data: locked by ben on desk"), "{}", ran.out);
    let south = bench.run("status --env dev --region south -s app").await;
    assert_eq!(south.out.lines().nth(1), Some("app    not deployed  -         -"), "{}", south.out);
}

#[tokio::test]
async fn a_stack_that_never_came_to_its_end_has_no_contract_yet() {
    let bench = house();
    let error = crate::provider::ProviderError::new(
        crate::provider::ProviderErrorKind::Refused,
        "QuotaExceeded",
        "no room",
    );
    bench.cloud.fail_next(crate::testing::CallKind::Create, "gate", error);
    bench.run("up --env dev -s base -s gate --yes").await;
    let ran = bench.run("status --env dev --region north -s gate -s base").await;
    let words = |line: usize| ran.out.lines().nth(line).unwrap().split_whitespace().collect::<Vec<_>>();
    assert_eq!(words(2)[..3], ["gate", "not", "deployed"], "{}", ran.out);
    assert_eq!(words(2).last(), Some(&"failed"), "{}", ran.out);
}

#[tokio::test]
async fn drift_is_counted_where_it_is_asked_for() {
    let bench = house();
    bench.run("up --env dev -s base -s gate --yes").await;
    bench.cloud.remove("Test.Front/dev-north-gate");
    let ran = bench.run("status --env dev --drift").await;
    let drifted: Vec<&str> =
        ran.out.lines().filter_map(|line| line.split_whitespace().nth(2)).take(5).collect();
    same(&drifted[..3].join(" "), "DRIFTED 0 deployed");
    let gate = ran.out.lines().find(|line| line.starts_with("north/gate")).unwrap();
    assert_eq!(gate.split_whitespace().take(3).collect::<Vec<_>>(), ["north/gate", "1", "1"], "{}", ran.out);
}
