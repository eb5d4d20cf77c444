//! Which writes must not run at the same time.

use super::catalog::Catalog;
use crate::descriptor::{Parent, TypeDescriptor};

/// Types of which the service refuses two writes at a time in one parent, though that does not show them.
const ONE_AT_A_TIME: &[&str] = &[
    "microsoft.documentdb/databaseaccounts/sqlroleassignments",
    "microsoft.documentdb/databaseaccounts/sqlroledefinitions",
    "microsoft.managedidentity/userassignedidentities/federatedidentitycredentials",
];

/// Networking locks a whole top-level resource while one of its parts is written, and refuses the others; so the
/// parts of one share a key with it. Records and links of DNS zones are free of that.
pub(crate) fn key(catalog: &Catalog, descriptor: &TypeDescriptor, id: &str) -> Option<String> {
    let name = descriptor.name.to_ascii_lowercase();
    if ONE_AT_A_TIME.contains(&name.as_str()) {
        return Some(top_level(id).to_ascii_lowercase());
    }
    let Some(own) = name.strip_prefix("microsoft.network/") else { return whole(catalog, descriptor, id) };
    if own.starts_with("dnszones") || own.starts_with("privatednszones") {
        return None;
    }
    let is_part = matches!(descriptor.parent, Parent::Resource(_));
    (is_part || catalog.is_parent(descriptor)).then(|| top_level(id).to_ascii_lowercase())
}

/// Elsewhere, what a PUT of the parent carries along must not change between the reading and the writing: so parents that
/// show their children share a key with these.
fn whole(catalog: &Catalog, descriptor: &TypeDescriptor, id: &str) -> Option<String> {
    let is_shown = |parent| catalog.find(parent).is_some_and(|parent| catalog.shows(parent, descriptor));
    let is_part = matches!(descriptor.parent, Parent::Resource(parent) if is_shown(parent));
    (is_part || !catalog.nested_lists(descriptor).is_empty()).then(|| top_level(id).to_ascii_lowercase())
}

/// The id up to the name of the first resource below the last provider.
fn top_level(id: &str) -> &str {
    let lower = id.to_ascii_lowercase();
    let Some(start) = lower.rfind("/providers/") else { return id };
    let after = start + "/providers/".len();
    // Namespace, type and name.
    match lower.get(after..).and_then(|rest| rest.match_indices('/').nth(2)) {
        Some((offset, _)) => id.get(..after + offset).unwrap_or(id),
        None => id,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ACCOUNT, DESCRIPTORS, GROUP, NETWORK, SUBNET};
    use super::*;

    const ID: &str = "/subscriptions/S/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/Net";

    #[test]
    fn a_network_and_its_subnets_share_a_key() {
        let catalog = Catalog::new(DESCRIPTORS);
        let of_network = key(&catalog, &NETWORK, ID);
        assert_eq!(of_network, Some(ID.to_lowercase()));
        assert_eq!(key(&catalog, &SUBNET, &format!("{ID}/subnets/a")), of_network);
    }

    #[test]
    fn a_cluster_and_its_pools_share_a_key_and_what_it_does_not_show_is_free() {
        let catalog = Catalog::new(crate::descriptors());
        let key = |kind: &str, id: &str| key(&catalog, catalog.find(kind).unwrap(), id);
        let cluster =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c";
        let of_cluster = key("Microsoft.ContainerService/managedClusters", cluster);
        assert_eq!(of_cluster, Some(cluster.to_lowercase()));
        let pool = "Microsoft.ContainerService/managedClusters/agentPools";
        assert_eq!(key(pool, &format!("{cluster}/agentPools/a")), of_cluster);
        let other = "Microsoft.ContainerService/managedClusters/maintenanceConfigurations";
        assert_eq!(key(other, &format!("{cluster}/maintenanceConfigurations/a")), None);
    }

    #[test]
    fn federated_credentials_of_one_identity_share_a_key() {
        let catalog = Catalog::new(crate::descriptors());
        let kind = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials";
        let identity =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";
        let key = |name: &str| {
            let id = format!("{identity}/federatedIdentityCredentials/{name}");
            key(&catalog, catalog.find(kind).unwrap(), &id)
        };
        assert_eq!(key("a"), Some(identity.to_lowercase()));
        assert_eq!(key("a"), key("b"));
    }

    #[test]
    fn others_are_free() {
        let catalog = Catalog::new(DESCRIPTORS);
        assert_eq!(key(&catalog, &ACCOUNT, "/x"), None);
        assert_eq!(key(&catalog, &GROUP, "/x"), None);
    }
}
