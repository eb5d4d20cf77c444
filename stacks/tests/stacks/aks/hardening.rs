//! What must hold in every environment, and what prod adds.

use super::*;
use atp_iac::Value;

#[test]
fn the_cluster_is_hardened_everywhere() {
    for declared in all() {
        let cluster = declared.named(CLUSTER);
        let texts = [
            ("apiServerAccessProfile/privateDNSZone", "system"),
            ("publicNetworkAccess", "Disabled"),
            ("networkProfile/networkPlugin", "azure"),
            ("networkProfile/networkPolicy", "calico"),
            ("nodeResourceGroupProfile/restrictionLevel", "ReadOnly"),
            ("autoUpgradeProfile/upgradeChannel", "patch"),
            ("autoUpgradeProfile/nodeOSUpgradeChannel", "NodeImage"),
            ("addonProfiles/azureKeyvaultSecretsProvider/config/enableSecretRotation", "true"),
            ("addonProfiles/omsagent/config/useAADAuth", "true"),
        ];
        for (path, expected) in texts {
            assert_eq!(cluster.text(&format!("properties/{path}")), Some(expected), "{path}");
        }
        let switches = [
            ("apiServerAccessProfile/enablePrivateCluster", true),
            ("apiServerAccessProfile/enablePrivateClusterPublicFQDN", false),
            ("apiServerAccessProfile/disableRunCommand", true),
            ("disableLocalAccounts", true),
            ("enableRBAC", true),
            ("aadProfile/managed", true),
            ("aadProfile/enableAzureRBAC", true),
            ("oidcIssuerProfile/enabled", true),
            ("securityProfile/workloadIdentity/enabled", true),
            ("securityProfile/imageCleaner/enabled", true),
            ("addonProfiles/azurepolicy/enabled", true),
            ("addonProfiles/azureKeyvaultSecretsProvider/enabled", true),
            ("addonProfiles/omsagent/enabled", true),
            ("azureMonitorProfile/metrics/enabled", true),
            ("storageProfile/fileCSIDriver/enabled", false),
        ];
        for (path, expected) in switches {
            assert_eq!(cluster.find(&format!("properties/{path}")), Some(&Value::Bool(expected)), "{path}");
        }
    }
}

#[test]
fn every_node_is_encrypted_at_its_host_has_no_public_address_and_lets_nobody_sign_in() {
    for declared in all() {
        let inline = declared.named(CLUSTER).find("properties/agentPoolProfiles").unwrap().as_list().unwrap();
        let alone = declared.of_type(POOL).into_iter().map(|pool| pool.find("properties").unwrap());
        for pool in inline.iter().chain(alone) {
            let at = |key: &str| pool.get(key).unwrap_or_else(|| panic!("{key}"));
            assert_eq!(at("enableEncryptionAtHost"), &true.into());
            assert_eq!(at("enableNodePublicIP"), &false.into());
            assert_eq!(at("securityProfile").get("sshAccess"), Some(&"Disabled".into()));
            assert_eq!(at("securityProfile").get("enableSecureBoot"), Some(&true.into()));
        }
    }
}

#[test]
fn the_registry_is_hardened_everywhere() {
    for declared in all() {
        let Some(registry) = declared.of_type("Microsoft.ContainerRegistry/registries").pop() else {
            continue;
        };
        assert_eq!(registry.text("sku/name"), Some("Premium"));
        assert_eq!(registry.text("properties/publicNetworkAccess"), Some("Disabled"));
        assert_eq!(registry.text("properties/networkRuleSet/defaultAction"), Some("Deny"));
        assert_eq!(registry.text("properties/policies/exportPolicy/status"), Some("disabled"));
        assert_eq!(registry.text("properties/policies/retentionPolicy/status"), Some("enabled"));
        for path in ["adminUserEnabled", "anonymousPullEnabled"] {
            assert_eq!(registry.find(&format!("properties/{path}")), Some(&Value::Bool(false)), "{path}");
        }
        assert!(
            declared
                .named("registry/private-service/zone-group")
                .waits_for()
                .contains(&"registry/private-service/endpoint")
        );
    }
}

#[test]
fn where_there_are_zones_everything_is_spread_over_them() {
    let zones: Vec<usize> = all()
        .iter()
        .map(|declared| {
            let spread = |pool: &Resource| {
                pool.find("properties/availabilityZones").map_or(0, |z| z.as_list().unwrap().len())
            };
            let counts: Vec<usize> = declared.of_type(POOL).into_iter().map(spread).collect();
            assert!(counts.windows(2).all(|pair| pair[0] == pair[1]), "{counts:?}");
            counts[0]
        })
        .collect();
    assert_eq!(zones, [0, 3, 3, 3, 3]);
    assert_eq!(prod().named("registry/registry").text("properties/zoneRedundancy"), Some("Enabled"));
}

#[test]
fn only_in_prod_the_cluster_and_the_registry_are_protected_and_pools_are_not() {
    for ((environment, _), declared) in SITES.iter().zip(all()) {
        let protected: Vec<&str> =
            declared.0.iter().filter(|r| r.registration.protect()).map(Resource::name).collect();
        match *environment {
            "prod" => assert_eq!(protected.last(), Some(&CLUSTER)),
            _ => assert!(protected.is_empty(), "{environment}: {protected:?}"),
        }
        assert!(protected.iter().all(|name| !name.contains("pool")), "{protected:?}");
    }
}

#[test]
fn only_the_tier_without_a_promise_is_free() {
    let tiers: Vec<String> =
        all().iter().map(|d| d.named(CLUSTER).text("sku/tier").unwrap().to_owned()).collect();
    assert_eq!(tiers, ["Free", "Standard", "Standard", "Standard", "Standard"]);
}

#[test]
fn logs_of_the_cluster_and_of_the_registry_go_to_the_workspace() {
    let prod = prod();
    for (name, target) in [("cluster/diagnostics", CLUSTER), ("registry/diagnostics", "registry/registry")] {
        let setting = prod.named(name);
        assert!(setting.waits_for().contains(&target));
        let logs = setting.find("properties/logs").unwrap().as_list().unwrap();
        assert_eq!(logs[0].get("categoryGroup"), Some(&"allLogs".into()));
    }
}

#[test]
fn nodes_start_again_in_windows_only() {
    for declared in all() {
        let windows =
            declared.of_type("Microsoft.ContainerService/managedClusters/maintenanceConfigurations");
        let names: Vec<&str> = windows.iter().filter_map(|window| window.text("name")).collect();
        assert_eq!(names, ["default", "aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"]);
    }
}
