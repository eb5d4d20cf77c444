//! What a change of the configuration changes, and what is refused.

use super::*;
use std::collections::BTreeSet;

fn refused(key: &str, value: &str) -> String {
    let config = changed(&AKS, "prod", "westeurope", &[(key, value)]);
    let result = try_declare(&AKS, "prod", "westeurope", config);
    result.err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn leaving_a_pool_out_takes_it_and_nothing_else() {
    let before = prod();
    let config = changed(&AKS, "prod", "westeurope", &[("pools.export", "")]);
    let after = try_declare(&AKS, "prod", "westeurope", config).unwrap();
    let after: BTreeSet<&str> = after.names().into_iter().collect();
    let gone: Vec<&str> = before.names().into_iter().filter(|name| !after.contains(name)).collect();
    assert_eq!(gone, ["cluster/pool-export"]);
}

#[test]
fn a_pool_that_cannot_be_is_refused_with_its_place() {
    for (key, value, expected) in [
        ("pools.query.minimum", "30", "`minimum` (30) is above `maximum` (20)"),
        (
            "pools.query.max_surge",
            "many",
            "`max_surge` is a number such as `2` or a percentage such as `33%`, not `many`",
        ),
        ("pools.query.ephemeral_disk", "true", "`Standard_D8s_v5` has no disk of its own"),
        (
            "pools.query.subnet",
            "gateway",
            "the pool `query` is in the subnet `gateway`, which is not one for nodes",
        ),
        ("system_pool.minimum", "0", "`system_pool.minimum` is 0"),
        (
            "dns_service_ip",
            "10.0.0.10",
            "`dns_service_ip` (10.0.0.10) is not an address in `service_range` (172.16.0.0/16)",
        ),
        ("registry_name", "cr-atp", "`registry_name` (`cr-atp`)"),
    ] {
        let error = refused(key, value);
        assert!(error.contains(expected), "{key}: {error}");
    }
    let error = refused("maintenance.hours", "24");
    assert!(error.contains("24 hours from 1:00 end on the next day"), "{error}");
}

#[test]
fn a_pool_has_a_name_that_azure_takes_and_not_that_of_the_system_pool() {
    let named = |name: &str| {
        let key = |part: &str| format!("pools.{name}.{part}");
        let changes =
            [("size", "Standard_D4s_v5"), ("minimum", "1"), ("maximum", "2"), ("subnet", "aks-query")];
        let changes = changes.map(|(part, value)| (key(part), value));
        let changes: Vec<(&str, &str)> = changes.iter().map(|(key, value)| (key.as_str(), *value)).collect();
        let config = changed(&AKS, "prod", "westeurope", &changes);
        try_declare(&AKS, "prod", "westeurope", config)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    assert_eq!(named("reports"), "");
    assert!(named("system").contains("change it under `system_pool`"));
    assert!(
        named("archive-writer").contains(
            "`archive-writer` cannot name a `Microsoft.ContainerService/managedClusters/agentPools`"
        )
    );
}
