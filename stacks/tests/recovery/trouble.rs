//! What stands against a switch, and what is lost.

use crate::world::World;
use atp_iac::cli::{Answer, Terminal};
use std::path::Path;

#[tokio::test]
async fn nothing_is_done_without_a_yes_and_all_of_it_is_told_before() {
    let mut world = World::deployed().await;
    let nobody = world.run("failover --to eastus").await;
    assert_eq!(nobody.code, 3);
    for told in [
        "passed       sql-replication  `trail` is level\n",
        "passed       messaging        `trail-bus` is paired\n",
        "passed       traffic-drift    prod/eastus/edge is as its program says\n",
        "  2. Service Bus alias `trail-bus`: goes over to eastus\n     messages that nobody has read stay in westeurope",
    ] {
        assert!(nobody.err.contains(told), "{told}: {}", nobody.err);
    }
    world.terminal = Terminal { input: true, error: true, width: None };
    world.answer = Answer::Line("no".into());
    let no = world.run("failover --to eastus").await;
    assert!(
        no.code == 3 && no.err.contains("Shall prod fail over from westeurope to eastus? [y/N]"),
        "{}",
        no.err
    );
    assert_eq!(world.changing("").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_command_line_that_makes_no_sense_is_refused_with_the_way_out() {
    let mut world = World::new();
    for (line, code, said) in [
        ("failover --to westeurope", 1, "go back to it with `atp failback --env prod`"),
        ("failover --to northeurope", 1, "unknown region `northeurope`"),
        ("failover --to eastus", 1, "nothing that is deployed in `prod` can change regions"),
        ("failover --to eastus --drill --allow-data-loss", 1, "cannot be used with"),
        ("failover --to eastus --drill --cloud azure", 3, "a drill in Azure switches what people use"),
        ("failover --to eastus --despite luck", 1, "possible values: deployed, contracts"),
    ] {
        let ran = world.run(line).await;
        assert!(ran.code == code && ran.err.contains(said), "{line}: {} {}", ran.code, ran.err);
    }
    let base = "common: { subscription_id: 00000000-0000-0000-0000-0000000000a4 }\n";
    world.files.insert("/trail/config/base.yaml".into(), base.into());
    let ran = world.run("failover --to eastus").await;
    assert!(
        ran.err.contains("add `recovery: { rto_minutes: 60, rpo_minutes: 5 }` under `common:`"),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn what_is_not_deployed_there_stands_against_it_unless_it_is_passed_over() {
    let mut world = World::new();
    for (region, stacks) in
        [("westeurope", &["data", "messaging", "edge"][..]), ("eastus", &["data", "edge"])]
    {
        for stack in stacks {
            assert_eq!(world.run(&format!("up --yes --region {region} --stack {stack}")).await.code, 0);
        }
    }
    let ran = world.run("failover --to eastus --yes").await;
    assert!(ran.err.contains("failed       deployed         eastus has no messaging\n"), "{}", ran.err);
    assert!(ran.err.contains("checks have failed: deployed\n") && ran.code == 3, "{}", ran.err);
    let despite = world.run("failover --to eastus --yes --despite deployed").await;
    assert!(despite.err.contains("passed over  deployed"), "{}", despite.err);
    assert_eq!(despite.code, 0, "{}", despite.err);
    let drill = world.run("failover --to eastus --yes --drill").await;
    assert!(drill.err.contains("a drill passes over nothing"), "{}", drill.err);
    world.files.remove(Path::new("/trail/config/prod-eastus.yaml"));
    let edge = world.run("failover --to eastus --yes --despite deployed").await;
    assert!(edge.err.contains("failed       traffic-drift") && edge.code == 3, "{}", edge.err);
}

#[tokio::test]
async fn a_region_that_is_lost_is_left_with_a_known_loss_only() {
    let world = World::deployed().await;
    world.faults(LOST);
    let refused = world.run("failover --to eastus --yes").await;
    assert!(refused.code == 3 && refused.err.contains("checks have failed: sql-leader"), "{}", refused.err);
    let ran = world.run("failover --to eastus --yes --allow-data-loss").await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("5s, as Azure declares  of SQL data lost"), "{}", ran.out);
    world.faults("faults: []");
    let back = world.run("failback --yes").await;
    assert_eq!(back.code, 0, "{}", back.err);
    assert_eq!(world.changing("").await, Vec::<String>::new());
}

/// Nothing of the primary region's servers is answered.
const LOST: &str = "faults:
  - { path: '**/servers/sql-westeurope/**', action: { refuse: { status: 503, code: ServiceUnavailable } } }
";

#[tokio::test]
async fn a_step_that_fails_stops_it_and_the_next_run_goes_on() {
    let world = World::deployed().await;
    world.faults("faults:\n  - { method: POST, path: '**/disasterRecoveryConfigs/trail-bus/failover', action: { refuse: { status: 409, code: Conflict } } }\n");
    let ran = world.run("failover --to eastus --yes").await;
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.err.contains("failed       Service Bus alias `trail-bus`: goes over to eastus\n"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("error: the alias `trail-bus` did not fail over\n"), "{}", ran.err);
    world.faults("faults: []");
    let again = world.run("failover --to eastus --yes").await;
    assert_eq!(again.code, 0, "{}", again.err);
    assert_eq!(again.err.matches("  already done ").count(), 1, "{}", again.err);
}
