//! What is declared: roles, trusted service accounts, Flux.

use super::*;
use stacks::helpers::BuiltInRole;

const ROLES: [BuiltInRole; 8] = [
    BuiltInRole::ServiceBusDataSender,
    BuiltInRole::ServiceBusDataReceiver,
    BuiltInRole::StorageBlobDataReader,
    BuiltInRole::StorageBlobDataContributor,
    BuiltInRole::KeyVaultSecretsUser,
    BuiltInRole::KeyVaultCryptoUser,
    BuiltInRole::MonitoringMetricsPublisher,
    BuiltInRole::AcrPull,
];

/// Every role assignment: what it is called, the role, the containers that it is for.
fn roles(declared: &Declared) -> Vec<String> {
    let role = |resource: &Resource| {
        let id = resource.text("properties/roleDefinitionId").unwrap();
        let role = ROLES.iter().find(|role| id.ends_with(role.guid())).unwrap();
        let condition = resource.text("properties/condition").unwrap_or_default();
        let containers = condition.split('\'').rev().find(|part| part.starts_with("atp-"));
        let containers = containers.map(|containers| format!(" {containers}")).unwrap_or_default();
        format!("{} {role:?}{containers}", resource.name())
    };
    declared.of_type(ASSIGNMENT).into_iter().map(role).collect()
}

#[test]
fn every_service_has_exactly_the_roles_in_this_table() {
    let expected = [
        "ingestion/sends-audit-events ServiceBusDataSender",
        "ingestion/receives-audit-events-ingestion ServiceBusDataReceiver",
        "ingestion/receives-policy-decisions ServiceBusDataReceiver",
        "ingestion/writes-hot-blobs StorageBlobDataContributor atp-*-hot",
        "ingestion/keeps-audit-logs-in-archive StorageBlobDataContributor atp-*-audit-logs",
        "query/reads-hot-blobs StorageBlobDataReader atp-*-hot",
        "projection/receives-audit-events-projection ServiceBusDataReceiver",
        "projection/reads-hot-blobs StorageBlobDataReader atp-*-hot",
        "export/receives-export-requests ServiceBusDataReceiver",
        "export/reads-hot-blobs StorageBlobDataReader atp-*-hot",
        "export/reads-audit-logs-in-archive StorageBlobDataReader atp-*-audit-logs",
        "export/writes-exports-in-hot StorageBlobDataContributor atp-*-exports",
        "integrity/receives-audit-events-integrity ServiceBusDataReceiver",
        "integrity/reads-audit-logs-in-archive StorageBlobDataReader atp-*-audit-logs",
        "integrity/signs KeyVaultCryptoUser",
        "integrity/reads-secrets KeyVaultSecretsUser",
        "integrity/publishes-metrics MonitoringMetricsPublisher",
        "gateway/sends-export-requests ServiceBusDataSender",
        "gateway/reads-secrets KeyVaultSecretsUser",
        "gateway/publishes-metrics MonitoringMetricsPublisher",
        "admin/sends-policy-decisions ServiceBusDataSender",
        "admin/reads-secrets KeyVaultSecretsUser",
        "admin/publishes-metrics MonitoringMetricsPublisher",
        "gitops/pulls-images AcrPull",
    ];
    for (site, declared) in SITES.iter().zip(all()).take(4) {
        assert_eq!(roles(&declared), expected, "{site:?}");
    }
}

#[test]
fn in_the_region_for_recovery_rights_to_messages_are_at_the_namespace_and_each_is_given_once() {
    let recovery = declare(&APPLICATION, "prod", "eastus");
    let messages: Vec<String> =
        roles(&recovery).into_iter().filter(|role| role.contains("ServiceBus")).collect();
    let expected = [
        "ingestion/sends ServiceBusDataSender",
        "ingestion/receives ServiceBusDataReceiver",
        "projection/receives ServiceBusDataReceiver",
        "export/receives ServiceBusDataReceiver",
        "integrity/receives ServiceBusDataReceiver",
        "gateway/sends ServiceBusDataSender",
        "admin/sends ServiceBusDataSender",
    ];
    assert_eq!(messages, expected);
    assert_eq!(roles(&recovery).len(), roles(&prod()).len() - 1);
}

#[test]
fn who_keeps_the_archive_deletes_nothing_in_it() {
    let prod = prod();
    let condition = |name: &str| prod.named(name).text("properties/condition").unwrap().to_owned();
    let keeps = condition("ingestion/keeps-audit-logs-in-archive");
    assert!(keeps.ends_with("AND (!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete'})))"), "{keeps}");
    assert!(!condition("ingestion/writes-hot-blobs").ends_with("delete'})))"));
    assert_eq!(prod.named("ingestion/writes-hot-blobs").text("properties/conditionVersion"), Some("2.0"));
}

#[test]
fn each_identity_trusts_the_service_accounts_of_its_service_and_no_others() {
    let prod = prod();
    let trusted: Vec<(&str, &str)> = prod
        .of_type(CREDENTIAL)
        .into_iter()
        .map(|credential| {
            let audiences = credential.find("properties/audiences").unwrap().as_list().unwrap();
            assert_eq!(audiences, ["api://AzureADTokenExchange".into()]);
            let service = credential.name().split('/').next().unwrap();
            (service, credential.text("properties/subject").unwrap())
        })
        .collect();
    let expected = [
        ("ingestion", "system:serviceaccount:atp:ingestion"),
        ("query", "system:serviceaccount:atp:query"),
        ("projection", "system:serviceaccount:atp:projection"),
        ("export", "system:serviceaccount:atp:export"),
        ("integrity", "system:serviceaccount:atp:integrity"),
        ("gateway", "system:serviceaccount:atp:gateway"),
        ("admin", "system:serviceaccount:atp:admin"),
        ("gitops", "system:serviceaccount:flux-system:kustomize-controller"),
        ("gitops", "system:serviceaccount:flux-system:source-controller"),
    ];
    assert_eq!(trusted, expected);
}

#[test]
fn an_identity_is_made_where_the_foundation_has_none() {
    for declared in all() {
        let made: Vec<&str> = declared
            .of_type("Microsoft.ManagedIdentity/userAssignedIdentities")
            .into_iter()
            .map(Resource::name)
            .collect();
        assert_eq!(made, ["integrity/identity", "gateway/identity", "admin/identity"]);
    }
}

#[test]
fn flux_brings_the_cluster_to_the_repository_of_the_environment() {
    for ((environment, _), declared) in SITES.iter().zip(all()) {
        let extension = declared.named("flux/extension");
        assert_eq!(extension.text("properties/extensionType"), Some("microsoft.flux"));
        assert_eq!(extension.text("properties/configurationSettings/multiTenancy.enforce"), Some("true"));
        let repository = declared.named("flux/repository");
        assert!(repository.waits_for().contains(&"flux/extension"));
        let url = repository.text("properties/gitRepository/url").unwrap();
        assert!(url.starts_with("https://"), "{url}");
        let path = repository.text("properties/kustomizations/services/path").unwrap();
        assert!(path.contains(environment), "{environment}: {path}");
        let facts = repository.find("properties/kustomizations/services/postBuild/substitute").unwrap();
        assert_eq!(facts.get("namespace"), Some(&"atp".into()));
        for fact in ["client_id_ingestion", "client_id_admin", "key_vault_uri", "service_bus", "registry"] {
            assert!(facts.get(fact).is_some(), "{fact}");
        }
    }
}
