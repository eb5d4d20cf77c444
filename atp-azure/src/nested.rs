//! Where a parent shows its children, such as a network its subnets: the provider and the simulator both have to know.

use crate::descriptor::TypeDescriptor;

/// How the items of a list tell of the children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As the bodies of the children, each with its name.
    Bodies,
    /// As the properties of the children, each with its name beside them. A PUT that leaves one out does not remove it.
    Flat,
    /// As entries without names, which the child type adds and removes.
    Entries,
}

/// Child types whose parents show them under another name than their own, or in another form.
const SHOWN_AS: &[(&str, &str, Form)] = &[
    ("Microsoft.ContainerService/managedClusters/agentPools", "agentPoolProfiles", Form::Flat),
    ("Microsoft.KeyVault/vaults/accessPolicies", "accessPolicies", Form::Entries),
    ("Microsoft.Network/trafficmanagerprofiles/AzureEndpoints", "endpoints", Form::Bodies),
    ("Microsoft.Network/trafficmanagerprofiles/ExternalEndpoints", "endpoints", Form::Bodies),
    ("Microsoft.Network/trafficmanagerprofiles/NestedEndpoints", "endpoints", Form::Bodies),
];

/// The list in the `properties` of the parent that would show the instances of `child`, and in which form. Whether the
/// parent has such a list its descriptor says; several child types can share one, whose items then have a `type`.
pub fn shown_as(child: &TypeDescriptor) -> (&'static str, Form) {
    let other = SHOWN_AS.iter().find(|(kind, ..)| kind.eq_ignore_ascii_case(child.name));
    other.map_or((child.leaf(), Form::Bodies), |(_, list, form)| (*list, *form))
}
