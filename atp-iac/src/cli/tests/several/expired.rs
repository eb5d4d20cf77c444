//! Instances of environments, and their end.

use super::house::{house, rooms};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn an_instance_has_the_configuration_of_its_environment_and_names_of_its_own() {
    let mut bench = house();
    bench.files.insert("/shop/config/preview.yaml".into(), "base: {size: 5}\n".into());
    let ran = bench.run("up --env preview-pr7 --stack base --yes").await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ground = &bench.cloud.objects()["Test.Front/preview-pr7-north-ground"];
    assert_eq!(ground.get("size").unwrap().to_json_masked().to_string(), "5");
}

#[tokio::test]
async fn instances_end_when_they_were_not_updated_for_their_time_to_live() {
    let bench = house();
    bench.run("up --env preview-1 --all --yes").await;
    bench.run("up --env dev --all --yes").await;
    bench.clock.advance(70 * HOUR);
    bench.run("up --env preview-2 --all --yes").await;
    let ran = bench.run("expired").await;
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", "no instance is expired\n"));
    bench.clock.advance(3 * HOUR);
    let ran = bench.run("expired --env preview").await;
    assert_eq!(ran.out, "preview-1  4 stacks, updated 73h 00m ago, may live 72h 00m\n");
    assert_eq!(bench.run("expired --destroy").await.code, 3, "nobody can be asked");
    let ran = bench.run("expired --destroy --yes").await;
    assert!(ran.err.contains("total: 4 of 4 stacks would change: 4 to delete\n"), "{}", ran.err);
    assert_eq!(ran.code, 0);
    let left = rooms(&bench);
    assert!(left.len() == 8 && left.iter().all(|room| !room.contains("preview-1-")), "{left:?}");
    assert_eq!(bench.run("expired").await.err, "no instance is expired\n");
}

#[tokio::test]
async fn an_environment_without_an_end_is_told() {
    let ran = house().run("expired --env dev").await;
    assert!(ran.err.starts_with("error: `dev` is no environment with instances that end\n"), "{}", ran.err);
    assert_eq!(ran.code, 1);
}
