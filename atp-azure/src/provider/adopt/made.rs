//! What services make by themselves: nobody declares it, and it goes with what it lies in.

use atp_iac::value::Value;

/// Instances that come with their parents, by type and name. A name that ends with `*` stands for all that begin so.
const MADE: &[(&str, &str)] = &[
    ("Microsoft.ContainerRegistry/registries/scopeMaps", "_repositories_*"),
    ("Microsoft.DocumentDB/databaseAccounts/sqlRoleDefinitions", "00000000-0000-0000-0000-0000000000*"),
    ("Microsoft.EventHub/namespaces/authorizationRules", "RootManageSharedAccessKey"),
    ("Microsoft.Network/dnsZones/NS", "@"),
    ("Microsoft.ServiceBus/namespaces/AuthorizationRules", "RootManageSharedAccessKey"),
    ("Microsoft.ServiceBus/namespaces/topics/subscriptions/rules", "$Default"),
    ("Microsoft.Sql/servers/databases", "master"),
    ("Microsoft.Storage/storageAccounts/blobServices/containers", "$*"),
];

/// The ends of the names of tables that somebody made: every other one of a workspace is Azure's.
const OWN_TABLES: [&str; 3] = ["_CL", "_RST", "_SRCH"];

/// Types whose instances come and go with something else: connections with the private endpoints that they are of,
/// entries of access policies with the list that the vault shows, deployments with whoever deploys.
const ALWAYS_MADE: &[&str] = &[
    "Microsoft.Authorization/denyAssignments",
    "Microsoft.KeyVault/vaults/accessPolicies",
    "Microsoft.KeyVault/vaults/privateEndpointConnections",
    "Microsoft.Resources/deployments",
    "Microsoft.ServiceBus/namespaces/privateEndpointConnections",
    "Microsoft.Storage/storageAccounts/privateEndpointConnections",
];

/// Whether the services make all instances of a type by themselves.
pub(super) fn is_always_made(kind: &str) -> bool {
    ALWAYS_MADE.iter().any(|made| made.eq_ignore_ascii_case(kind))
}

/// Whether a service made the instance of a type with this id by itself.
pub(super) fn is_made(kind: &str, id: &str) -> bool {
    let name = id.rsplit('/').next().unwrap_or_default();
    let fits = |made: &str| match made.strip_suffix('*') {
        Some(start) => name.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start)),
        None => name.eq_ignore_ascii_case(made),
    };
    is_always_made(kind)
        || MADE.iter().any(|(own, made)| own.eq_ignore_ascii_case(kind) && fits(made))
        || kind.eq_ignore_ascii_case("Microsoft.OperationalInsights/workspaces/tables")
            && !OWN_TABLES.iter().any(|end| name.ends_with(end))
}

/// Whether what the service says of an instance tells that it belongs to another one: the interface of a private endpoint.
pub(super) fn belongs_to_another(kind: &str, outputs: &Value) -> bool {
    kind.eq_ignore_ascii_case("Microsoft.Network/networkInterfaces")
        && outputs.get("properties").is_some_and(|properties| properties.get("privateEndpoint").is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_with_a_service_is_known_by_its_name() {
        for (kind, name) in [
            ("Microsoft.Storage/storageAccounts/blobServices/containers", "$logs"),
            ("microsoft.sql/servers/databases", "master"),
            ("Microsoft.OperationalInsights/workspaces/tables", "Heartbeat"),
            ("Microsoft.KeyVault/vaults/privateEndpointConnections", "any"),
        ] {
            assert!(is_made(kind, &format!("/x/{name}")), "{kind} {name}");
        }
        for (kind, name) in [
            ("Microsoft.Storage/storageAccounts/blobServices/containers", "logs"),
            ("Microsoft.Sql/servers/databases", "audit"),
            ("Microsoft.OperationalInsights/workspaces/tables", "Audit_CL"),
        ] {
            assert!(!is_made(kind, &format!("/x/{name}")), "{kind} {name}");
        }
    }
}
