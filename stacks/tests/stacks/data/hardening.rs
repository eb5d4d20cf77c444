//! What must hold in every environment.

use super::*;
use atp_iac::Value;
use std::collections::BTreeSet;

fn everywhere() -> impl Iterator<Item = Declared> {
    SITES.into_iter().map(|(environment, region)| declare(&DATA, environment, region))
}

fn expect(resource: &Resource, expected: &[(&str, Value)]) {
    for (path, value) in expected {
        assert_eq!(resource.find(&format!("properties/{path}")), Some(value), "{}: {path}", resource.name());
    }
}

#[test]
fn storage_is_reached_by_private_networks_and_opened_by_roles_only() {
    for declared in everywhere() {
        let accounts = declared.of_type("Microsoft.Storage/storageAccounts");
        assert_eq!(accounts.len(), 2);
        for account in accounts {
            expect(
                account,
                &[
                    ("allowSharedKeyAccess", false.into()),
                    ("allowBlobPublicAccess", false.into()),
                    ("allowCrossTenantReplication", false.into()),
                    ("publicNetworkAccess", "Disabled".into()),
                    ("networkAcls/defaultAction", "Deny".into()),
                    ("minimumTlsVersion", "TLS1_2".into()),
                    ("supportsHttpsTrafficOnly", true.into()),
                    ("encryption/requireInfrastructureEncryption", true.into()),
                ],
            );
        }
        for container in declared.of_type("Microsoft.Storage/storageAccounts/blobServices/containers") {
            expect(container, &[("publicAccess", "None".into())]);
        }
    }
}

#[test]
fn every_version_in_the_archive_is_retained() {
    for declared in everywhere() {
        let archive = declared.named("archive/account");
        expect(archive, &[("immutableStorageWithVersioning/enabled", true.into())]);
        expect(declared.named("archive/blobs"), &[("isVersioningEnabled", true.into())]);
        let policy = "properties/immutableStorageWithVersioning/immutabilityPolicy";
        let days = archive.find(&format!("{policy}/immutabilityPeriodSinceCreationInDays"));
        assert!(days.is_some_and(|days| *days != Value::from(0_i64)), "{days:?}");
    }
}

#[test]
fn nobody_signs_in_to_sql_with_a_password() {
    for declared in everywhere() {
        let server = declared.named("sql/server");
        expect(
            server,
            &[
                ("administrators/azureADOnlyAuthentication", true.into()),
                ("minimalTlsVersion", "1.2".into()),
                ("publicNetworkAccess", "Disabled".into()),
                ("restrictOutboundNetworkAccess", "Enabled".into()),
            ],
        );
        for path in ["administratorLogin", "administratorLoginPassword"] {
            assert_eq!(server.find(&format!("properties/{path}")), None);
        }
        assert!(declared.of_type("Microsoft.Sql/servers/firewallRules").is_empty());
        expect(declared.named("sql/auditing"), &[("isAzureMonitorTargetEnabled", true.into())]);
        expect(declared.named("sql/threat-protection"), &[("state", "Enabled".into())]);
    }
}

#[test]
fn cosmos_has_no_keys_and_no_public_address() {
    for declared in everywhere() {
        for account in declared.of_type("Microsoft.DocumentDB/databaseAccounts") {
            expect(
                account,
                &[
                    ("disableLocalAuth", true.into()),
                    ("publicNetworkAccess", "Disabled".into()),
                    ("minimalTlsVersion", "Tls12".into()),
                ],
            );
        }
    }
}

#[test]
fn connection_strings_are_secrets_of_the_vault_without_a_password() {
    let prod = prod();
    let secrets = prod.of_type("Microsoft.KeyVault/vaults/secrets");
    assert_eq!(secrets.len(), 2);
    for secret in secrets {
        let value = secret.find("properties/value").unwrap();
        assert!(format!("{value:?}").contains("[secret]"), "{value:?}");
    }
    let database = prod.named("sql/catalog-encryption");
    expect(database, &[("state", "Enabled".into())]);
}

#[test]
fn every_service_has_a_private_endpoint_and_logs_to_the_workspace() {
    for declared in everywhere() {
        let linked: BTreeSet<&str> = declared
            .of_type("Microsoft.Network/privateEndpoints")
            .iter()
            .flat_map(|endpoint| endpoint.waits_for())
            .collect();
        let logged: BTreeSet<&str> = declared
            .of_type("Microsoft.Insights/diagnosticSettings")
            .iter()
            .flat_map(|setting| setting.waits_for())
            .collect();
        let private = [
            "Microsoft.Storage/storageAccounts",
            "Microsoft.Sql/servers",
            "Microsoft.DocumentDB/databaseAccounts",
        ];
        let diagnosable = [
            "Microsoft.Storage/storageAccounts",
            "Microsoft.Storage/storageAccounts/blobServices",
            "Microsoft.Sql/servers",
            "Microsoft.Sql/servers/databases",
            "Microsoft.Sql/servers/elasticPools",
            "Microsoft.DocumentDB/databaseAccounts",
        ];
        for resource in &declared.0 {
            if private.contains(&resource.kind()) {
                assert!(linked.contains(resource.name()), "{} has no private endpoint", resource.name());
            }
            if diagnosable.contains(&resource.kind()) {
                assert!(logged.contains(resource.name()), "{} logs nothing", resource.name());
            }
        }
    }
}

#[test]
fn a_lock_waits_for_everything_in_its_scope() {
    let prod = prod();
    let lock = prod.named("keep-archive");
    for name in ["archive-group", "archive/account", "archive/contoso-audit-logs", "archive-key/identity"] {
        assert!(lock.waits_for().contains(&name), "{name}: {:?}", lock.waits_for());
    }
    assert!(!lock.waits_for().contains(&"sql/server"));
    let lock = prod.named("keep-data");
    for name in ["data-group", "sql/server", "sql/catalog", "hot-storage/account", "cosmos/account"] {
        assert!(lock.waits_for().contains(&name), "{name}: {:?}", lock.waits_for());
    }
}
