//! Who reaches what, and how they sign in.

use super::must::{Must, Wanted, check};
use super::{Problems, Stack};

const CLOSED: Wanted = Wanted::Is(&["Disabled"]);
const PUBLIC: &str = "properties/publicNetworkAccess";
const INGESTION: &str = "properties/publicNetworkAccessForIngestion";
const QUERY: &str = "properties/publicNetworkAccessForQuery";

const PRIVATE: &[Must] = &[
    Must::new("Microsoft.ContainerRegistry/registries", PUBLIC, CLOSED),
    Must::new(
        "Microsoft.ContainerService/managedClusters",
        "properties/apiServerAccessProfile/enablePrivateCluster",
        Wanted::Yes,
    ),
    Must::new("Microsoft.Dashboard/grafana", PUBLIC, CLOSED),
    Must::new("Microsoft.DocumentDB/databaseAccounts", PUBLIC, CLOSED),
    Must::new("Microsoft.EventHub/namespaces", PUBLIC, CLOSED),
    Must::new("Microsoft.Insights/components", INGESTION, CLOSED),
    Must::new("Microsoft.Insights/components", QUERY, CLOSED),
    Must::new(
        "Microsoft.Insights/dataCollectionEndpoints",
        "properties/networkAcls/publicNetworkAccess",
        CLOSED,
    ),
    Must::new(
        "Microsoft.Insights/privateLinkScopes",
        "properties/accessModeSettings/ingestionAccessMode",
        Wanted::Is(&["PrivateOnly"]),
    ),
    Must::new("Microsoft.KeyVault/managedHSMs", PUBLIC, CLOSED),
    Must::new("Microsoft.KeyVault/vaults", PUBLIC, CLOSED),
    Must::new("Microsoft.KeyVault/vaults", "properties/networkAcls/defaultAction", Wanted::Is(&["Deny"])),
    Must::new("Microsoft.Monitor/accounts", PUBLIC, CLOSED),
    Must::new("Microsoft.OperationalInsights/workspaces", INGESTION, CLOSED),
    Must::new("Microsoft.OperationalInsights/workspaces", QUERY, CLOSED),
    Must::new("Microsoft.ServiceBus/namespaces", PUBLIC, CLOSED),
    Must::new("Microsoft.Sql/servers", PUBLIC, CLOSED),
    Must::new("Microsoft.Storage/storageAccounts", PUBLIC, CLOSED),
    Must::new(
        "Microsoft.Storage/storageAccounts",
        "properties/networkAcls/defaultAction",
        Wanted::Is(&["Deny"]),
    ),
];

/// What would let the internet into a server that is closed to it.
const OPENINGS: &[&str] =
    &["Microsoft.Sql/servers/firewallRules", "Microsoft.ServiceBus/namespaces/networkRuleSets"];

pub(super) fn no_public_access(stack: &Stack<'_>, problems: &mut Problems<'_>) {
    check(PRIVATE, stack, |resource| stack.is_excepted(resource), problems);
    for kind in OPENINGS {
        for resource in stack.of_type(kind).filter(|resource| !opens_nothing(resource.inputs())) {
            // What may be public has to say to whom.
            if stack.parent(resource).is_some_and(|parent| stack.is_excepted(parent)) {
                continue;
            }
            problems.add(resource, "opens a service to addresses outside of its network");
        }
    }
}

/// A set of rules may be there to deny what it does not name, as long as it names nothing.
fn opens_nothing(inputs: &atp_iac::Value) -> bool {
    let one = |path| super::must::values(inputs, path).into_iter().flatten().next();
    let closed = |path, word| one(path).and_then(atp_iac::Value::as_str) == Some(word);
    let empty = one("properties/ipRules").and_then(atp_iac::Value::as_list).is_none_or(<[_]>::is_empty);
    empty && closed("properties/defaultAction", "Deny") && closed(PUBLIC, "Disabled")
}

pub(super) fn no_public_address(stack: &Stack<'_>, problems: &mut Problems<'_>) {
    let kinds = ["Microsoft.Network/publicIPAddresses", "Microsoft.Network/publicIPPrefixes"];
    for resource in kinds.into_iter().flat_map(|kind| stack.of_type(kind)) {
        if !stack.is_excepted(resource) {
            problems
                .add(resource, "is public, and no granted exception stands in its tag `public-exception`");
        }
    }
    let nodes = [
        ("Microsoft.ContainerService/managedClusters", "properties/agentPoolProfiles/*/enableNodePublicIP"),
        ("Microsoft.ContainerService/managedClusters/agentPools", "properties/enableNodePublicIP"),
    ];
    for (kind, path) in nodes {
        for resource in stack.of_type(kind) {
            let values = super::must::values(resource.inputs(), path);
            if values.contains(&Some(&atp_iac::Value::Bool(true))) {
                problems.add(resource, "gives its nodes public addresses");
            }
        }
    }
}

pub(super) fn no_anonymous_blobs(stack: &Stack<'_>, problems: &mut Problems<'_>) {
    let account = "Microsoft.Storage/storageAccounts";
    let table = [Must::new(account, "properties/allowBlobPublicAccess", Wanted::No)];
    check(&table, stack, |_| false, problems);
    for container in stack.of_type("Microsoft.Storage/storageAccounts/blobServices/containers") {
        if container.text("properties/publicAccess").is_some_and(|access| access != "None") {
            problems.add(container, "can be read without signing in");
        }
    }
}

pub(super) fn no_shared_keys(stack: &Stack<'_>, problems: &mut Problems<'_>) {
    const NO_LOCAL: &str = "properties/disableLocalAuth";
    let table = [
        Must::new("Microsoft.Storage/storageAccounts", "properties/allowSharedKeyAccess", Wanted::No),
        Must::new("Microsoft.ServiceBus/namespaces", NO_LOCAL, Wanted::Yes),
        Must::new("Microsoft.EventHub/namespaces", NO_LOCAL, Wanted::Yes),
        Must::new("Microsoft.DocumentDB/databaseAccounts", NO_LOCAL, Wanted::Yes),
        Must::new(
            "Microsoft.Sql/servers",
            "properties/administrators/azureADOnlyAuthentication",
            Wanted::Yes,
        ),
        Must::new(
            "Microsoft.ContainerService/managedClusters",
            "properties/disableLocalAccounts",
            Wanted::Yes,
        ),
        Must::new("Microsoft.ContainerRegistry/registries", "properties/adminUserEnabled", Wanted::No),
        Must::new("Microsoft.Insights/components", "properties/DisableLocalAuth", Wanted::Yes),
        Must::new(
            "Microsoft.OperationalInsights/workspaces",
            "properties/features/disableLocalAuth",
            Wanted::Yes,
        ),
    ];
    check(&table, stack, |_| false, problems);
    let keys = [
        "Microsoft.ServiceBus/namespaces/authorizationRules",
        "Microsoft.EventHub/namespaces/authorizationRules",
    ];
    for resource in keys.into_iter().flat_map(|kind| stack.of_type(kind)) {
        problems.add(resource, "makes keys that whoever has them may use");
    }
}

pub(super) fn vault_hardening(stack: &Stack<'_>, problems: &mut Problems<'_>) {
    let (vault, hsm) = ("Microsoft.KeyVault/vaults", "Microsoft.KeyVault/managedHSMs");
    let table = [
        Must::new(vault, "properties/enableRbacAuthorization", Wanted::Yes),
        Must::new(vault, "properties/enableSoftDelete", Wanted::Yes),
        Must::new(vault, "properties/enablePurgeProtection", Wanted::Yes),
        Must::new(hsm, "properties/enableSoftDelete", Wanted::Yes),
        Must::new(hsm, "properties/enablePurgeProtection", Wanted::Yes),
    ];
    check(&table, stack, |_| false, problems);
    for resource in stack.of_type(vault).filter(|vault| !vault.items("properties/accessPolicies").is_empty())
    {
        problems.add(resource, "has access policies beside roles");
    }
}
