//! The drill: there and back, with the times of a realistic cloud.

use crate::world::World;

const SQL_WEST: &str =
    "rg-data-westeurope/providers/Microsoft.Sql/servers/sql-westeurope/failoverGroups/trail";
const SQL_EAST: &str = "rg-data-eastus/providers/Microsoft.Sql/servers/sql-eastus/failoverGroups/trail";
const BUS_WEST: &str = "rg-messaging-westeurope/providers/Microsoft.ServiceBus/namespaces/sbns-westeurope/disasterRecoveryConfigs/trail-bus";
const BUS_EAST: &str = "rg-messaging-eastus/providers/Microsoft.ServiceBus/namespaces/sbns-eastus/disasterRecoveryConfigs/trail-bus";

fn roles(world: &World) -> [String; 4] {
    [
        world.property(SQL_WEST, "replicationRole"),
        world.property(SQL_EAST, "replicationRole"),
        world.property(BUS_WEST, "role"),
        world.property(BUS_EAST, "role"),
    ]
}

#[tokio::test]
async fn a_drill_goes_there_and_back_within_the_promise_and_leaves_no_change() {
    let world = World::deployed().await;
    assert_eq!(world.changing("").await, Vec::<String>::new());
    let before = ["Primary", "Secondary", "Primary", "Secondary"];
    assert_eq!(roles(&world), before);

    let there = world.run("failover --to eastus --drill --yes").await;
    println!("{}", there.out);
    assert_eq!(there.code, 0, "{}", there.err);
    assert_eq!(roles(&world), ["Secondary", "Primary", "missing", "PrimaryNotReplicating"]);
    for expected in [
        "SQL failover group `trail`: eastus becomes the primary\n",
        "Service Bus alias `trail-bus`: goes over to eastus\n",
        "Traffic Manager: edge of eastus leads clients to eastus\n",
        "  1m 00s  Resolvers forget the old address\n",
        "recovery time, of 20 minutes that are promised (RTO)\n",
        "       0s  of SQL data lost, of 5 minutes that are promised (RPO)\n",
    ] {
        assert!(there.out.contains(expected), "{expected}: {}", there.out);
    }
    assert!(there.err.contains("commit `active_region: eastus` to config/prod.yaml"), "{}", there.err);
    assert!(
        there.err.contains("the Service Bus alias `trail-bus` has nothing that stands by"),
        "{}",
        there.err
    );

    let back = world.run("failback --drill --yes").await;
    println!("{}", back.out);
    assert_eq!(back.code, 0, "{}", back.err);
    assert_eq!(roles(&world), before);
    assert_eq!(world.changing("").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_drill_that_takes_longer_than_promised_fails_and_names_the_step() {
    let mut world = World::deployed().await;
    let promise = world.files[std::path::Path::new("/trail/config/base.yaml")]
        .replace("rto_minutes: 20", "rto_minutes: 2");
    world.files.insert("/trail/config/base.yaml".into(), promise);
    let ran = world.run("failover --to eastus --drill --yes").await;
    assert_eq!(ran.code, 1, "{}", ran.err);
    let said =
        "and 2m 00s are promised: most of it took `SQL failover group `trail`: eastus becomes the primary`";
    assert!(ran.err.contains(said), "{}", ran.err);
    assert_eq!(world.property(SQL_EAST, "replicationRole"), "Primary", "it was done all the same");
}

#[tokio::test]
async fn what_is_done_is_not_done_again() {
    let world = World::deployed().await;
    assert_eq!(world.run("failover --to eastus --yes").await.code, 0);
    let again = world.run("failover --to eastus --yes").await;
    assert_eq!(again.code, 0, "{}", again.err);
    assert_eq!(again.err.matches("  already done ").count(), 3, "{}", again.err);
    assert_eq!(world.run("failback --yes").await.code, 0);
    let again = world.run("failback --yes").await;
    assert_eq!(again.err.matches("  already done ").count(), 4, "{}", again.err);
}

/// One call at a time: virtual time would pass for each of those that wait together.
const ALONE: &str = "--env prod --parallel 1 --parallel-stacks 1 --yes";

#[tokio::test]
async fn the_platform_itself_is_drilled_within_its_promise_and_comes_back_as_it_was() {
    let world = World::of_the_platform();
    let up = world.run(&format!("up --all-regions {ALONE}")).await;
    assert_eq!(up.code, 0, "{}", up.err);
    let there = world.run(&format!("failover --to eastus --drill {ALONE}")).await;
    println!("{}", there.out);
    assert_eq!(there.code, 0, "{}", there.err);
    let back = world.run(&format!("failback --drill {ALONE}")).await;
    println!("{}", back.out);
    assert_eq!(back.code, 0, "{}", back.err);
    let after = world.run(&format!("preview --all-regions --refresh --detailed-exitcode {ALONE}")).await;
    assert_eq!(after.code, 0, "{}", after.err);
}
