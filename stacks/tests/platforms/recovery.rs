//! The second region of prod: copies of what the first one stores.

use super::world::*;
use atp_azure_sim::Settings;
use serde_json::Value;
use stacks::{DATA, FOUNDATION, MESSAGING};

const UNLOCKED: [(&str, &str); 2] = [("locks", "false"), ("protect", "false")];

fn resources(world: &World, kind: &str) -> Vec<(String, Value)> {
    let all = world.simulator.resources().unwrap().into_iter();
    all.filter(|(_, body)| body["type"].as_str().is_some_and(|found| found.eq_ignore_ascii_case(kind)))
        .collect()
}

#[tokio::test]
async fn the_recovery_region_is_deployed_after_the_primary_one_and_destroyed_before_it() {
    for noise in [None, Some(3)] {
        let world = World::with(Settings { noise, ..Settings::default() });
        let stacks: Vec<_> = ["westeurope", "eastus"]
            .into_iter()
            .flat_map(|region| {
                [FOUNDATION, DATA, MESSAGING].map(|program| deployment(program, "prod", region, &UNLOCKED))
            })
            .collect();
        let stacks: Vec<_> = stacks.iter().collect();
        world.settle(&stacks).await;

        let groups = resources(&world, "Microsoft.Sql/servers/failoverGroups");
        assert!(groups.iter().any(|(id, group)| id.contains("fog-atp-prod")
            && group["properties"]["databases"].as_array().map(Vec::len) == Some(2)));
        let aliases = resources(&world, "Microsoft.ServiceBus/namespaces/disasterRecoveryConfigs");
        assert!(
            aliases.iter().any(|(id, _)| id.contains("-weu-") && id.ends_with("/sb-atp-prod")),
            "{aliases:?}"
        );
        let policies = resources(&world, "Microsoft.Storage/storageAccounts/objectReplicationPolicies");
        assert_eq!(policies.len(), 4, "hot storage and archive, at both accounts");
        for (id, policy) in &policies {
            assert_eq!(id.rsplit('/').next(), policy["properties"]["policyId"].as_str());
        }
        world.clear(&stacks).await;
    }
}

#[tokio::test]
async fn another_tenant_is_copied_too() {
    let world = World::with(Settings::default());
    let stacks = |tenants: &str| {
        let changes = [UNLOCKED[0], UNLOCKED[1], ("tenants", tenants)];
        let foundations =
            ["westeurope", "eastus"].map(|region| deployment(FOUNDATION, "prod", region, &UNLOCKED));
        let data = ["westeurope", "eastus"].map(|region| deployment(DATA, "prod", region, &changes));
        foundations.into_iter().chain(data).collect::<Vec<_>>()
    };
    world.settle(&stacks("[contoso]").iter().collect::<Vec<_>>()).await;
    world.settle(&stacks("[adatum, contoso]").iter().collect::<Vec<_>>()).await;
    for (id, policy) in resources(&world, "Microsoft.Storage/storageAccounts/objectReplicationPolicies") {
        let rules = policy["properties"]["rules"].as_array().unwrap();
        assert!(
            rules.iter().any(|rule| rule["sourceContainer"].as_str().unwrap().contains("adatum")),
            "{id}"
        );
        assert!(rules.iter().all(|rule| rule["ruleId"].is_string()), "{id}");
    }
}
