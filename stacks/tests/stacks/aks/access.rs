//! Who may do what with the cluster and the registry.

use super::*;
use stacks::helpers::BuiltInRole;

/// Name, role and kind of principal of each assignment.
fn assignments(declared: &Declared) -> Vec<(String, BuiltInRole, String)> {
    let known = [
        BuiltInRole::ManagedIdentityOperator,
        BuiltInRole::AcrPull,
        BuiltInRole::AksClusterUser,
        BuiltInRole::AksRbacReader,
    ];
    let assignment = |resource: &Resource| {
        let role = resource.text("properties/roleDefinitionId").unwrap();
        let role = *known.iter().find(|known| role.ends_with(known.guid())).unwrap();
        let name = resource.name().split("-00000000").next().unwrap().to_owned();
        (name, role, resource.text("properties/principalType").unwrap().to_owned())
    };
    declared.of_type("Microsoft.Authorization/roleAssignments").into_iter().map(assignment).collect()
}

#[test]
fn nobody_has_more_than_the_roles_in_this_table() {
    use BuiltInRole::*;
    let expected = [
        ("cluster/control-plane-gives-kubelet-identity", ManagedIdentityOperator, "ServicePrincipal"),
        ("nodes-pull-images", AcrPull, "ServicePrincipal"),
        ("admins-sign-in", AksClusterUser, "Group"),
        ("readers-sign-in", AksClusterUser, "Group"),
        ("readers-look", AksRbacReader, "Group"),
    ];
    let expected = expected.map(|(name, role, kind)| (name.to_owned(), role, kind.to_owned()));
    assert_eq!(assignments(&prod()), expected);
    let dev = assignments(&declare(&AKS, "dev", "westeurope"));
    assert_eq!(dev, expected[..3]);
}

#[test]
fn the_cluster_waits_until_its_control_plane_may_give_nodes_their_identity() {
    let waits = prod();
    let waits = waits.named(CLUSTER).waits_for();
    assert!(waits.contains(&"cluster/control-plane-gives-kubelet-identity"), "{waits:?}");
}
