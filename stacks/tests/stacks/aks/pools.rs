//! The pools of each environment, and whether they fit.

use super::*;
use atp_iac::Value;
use stacks::{AksConfig, FoundationConfig};

/// Name, size, fewest and most nodes.
fn pools(declared: &Declared) -> Vec<String> {
    let inline = declared.named(CLUSTER).find("properties/agentPoolProfiles").unwrap().as_list().unwrap();
    let system = inline.iter().map(|pool| shown(pool, pool));
    let others = declared.of_type(POOL).into_iter().map(|pool| {
        let inputs = pool.find("").unwrap();
        shown(inputs, inputs.get("properties").unwrap())
    });
    system.chain(others).collect()
}

fn shown(named: &Value, pool: &Value) -> String {
    let number = |key: &str| {
        pool.get(key).map_or_else(|| "-".to_owned(), |value| value.to_json_exposed().unwrap().to_string())
    };
    let text = |of: &Value, key: &str| of.get(key).unwrap().as_str().unwrap().to_owned();
    let size = text(pool, "vmSize").replace("Standard_", "").replace("_v5", "");
    format!(
        "{} {size} {} {}..{}",
        text(named, "name"),
        number("count"),
        number("minCount"),
        number("maxCount")
    )
}

#[test]
fn every_environment_has_the_pools_that_its_configuration_says() {
    let expected: [&[&str]; 5] = [
        &["system D2s 1 1..2", "ingestion D2s 1 1..2", "projection D2s 1 1..2", "query D2s 1 1..2"],
        &[
            "system D2s 2 2..3",
            "export D2s 0 0..2",
            "ingestion D4s 1 1..3",
            "projection D2s 1 1..3",
            "query D4s 1 1..3",
        ],
        &[
            "system D4s 3 -..-",
            "export D8s 0 0..5",
            "ingestion D8s 3 3..10",
            "projection D4s 2 2..10",
            "query D8s 3 3..20",
        ],
        &[
            "system D4s 3 -..-",
            "export D8s 0 0..5",
            "ingestion D8s 3 3..10",
            "projection D4s 2 2..10",
            "query D8s 3 3..20",
        ],
        &[
            "system D4s 3 -..-",
            "export D8s 0 0..5",
            "ingestion D8s 1 1..10",
            "projection D4s 1 1..10",
            "query D8s 1 1..20",
        ],
    ];
    let found: Vec<Vec<String>> = all().iter().map(pools).collect();
    assert_eq!(found, expected);
}

#[test]
fn every_pool_has_addresses_for_all_nodes_and_pods_while_it_is_upgraded() {
    for (environment, region) in SITES {
        let aks: AksConfig = config(&AKS, environment, region).read().unwrap();
        let foundation: FoundationConfig = config(&FOUNDATION, environment, region).read().unwrap();
        for (name, pool) in aks.pools.iter().chain([(&"system".to_owned(), &aks.system_pool)]) {
            let subnet =
                foundation.subnets.get(&pool.subnet).unwrap_or_else(|| panic!("{environment}: {name}"));
            let length: u32 = subnet.range.to_string().rsplit('/').next().unwrap().parse().unwrap();
            // Azure keeps five of each subnet.
            let free = 2_u32.pow(32 - length) - 5;
            let needed = pool.addresses();
            assert!(needed <= free, "{environment}/{region}: `{name}` needs {needed} of {free} addresses");
        }
    }
}

#[test]
fn a_pool_takes_what_tolerates_it_and_the_system_pool_only_what_the_cluster_needs() {
    let prod = prod();
    let system = &prod.named(CLUSTER).find("properties/agentPoolProfiles").unwrap().as_list().unwrap()[0];
    assert_eq!(
        system.get("nodeTaints").unwrap().as_list().unwrap(),
        ["CriticalAddonsOnly=true:NoSchedule".into()]
    );
    assert_eq!(system.get("mode"), Some(&"System".into()));
    for pool in prod.of_type(POOL) {
        let name = pool.text("name").unwrap();
        let taints = pool.find("properties/nodeTaints").unwrap().as_list().unwrap();
        assert_eq!(taints, [format!("workload={name}:NoSchedule").into()]);
        assert_eq!(pool.text("properties/nodeLabels/workload"), Some(name));
    }
    let dev = declare(&AKS, "dev", "westeurope");
    assert_eq!(
        dev.named("cluster/pool-query").find("properties/nodeTaints"),
        None,
        "exports run there in dev"
    );
}
