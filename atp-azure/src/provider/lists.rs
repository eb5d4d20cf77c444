//! Which list calls show many resources at once.

use super::catalog::Catalog;
use super::kind::API_VERSION;
use crate::descriptor::{Parent, TypeDescriptor};
use atp_iac::provider::Known;
use std::collections::BTreeMap;

/// Types whose lists show each item as a GET of it does. Of a type that is not here, an item tells no more than that a
/// resource is there, and by its etag that it is unchanged.
const WHOLE: &[&str] = &[
    "Microsoft.Authorization/locks",
    "Microsoft.Authorization/roleAssignments",
    "Microsoft.KeyVault/vaults",
    "Microsoft.ManagedIdentity/userAssignedIdentities",
    "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
    "Microsoft.Network/natGateways",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Network/networkSecurityGroups/securityRules",
    "Microsoft.Network/privateDnsZones",
    "Microsoft.Network/privateDnsZones/A",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    "Microsoft.Network/privateEndpoints",
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
    "Microsoft.Network/publicIPAddresses",
    "Microsoft.Network/routeTables",
    "Microsoft.Network/routeTables/routes",
    "Microsoft.Network/virtualNetworks",
    "Microsoft.Network/virtualNetworks/subnets",
    "Microsoft.OperationalInsights/workspaces",
    "Microsoft.Resources/resourceGroups",
];

/// Extension types whose lists show also what is on everything below the scope.
const DEEP: &[&str] = &["Microsoft.Authorization/locks", "Microsoft.Authorization/roleAssignments"];

/// From so many groups on, a list of the whole subscription is asked for instead of one per group.
const MANY_GROUPS: usize = 3;

/// A list call, and what it is hoped to show.
#[derive(Debug, PartialEq)]
pub(super) struct List {
    /// The path, without query.
    pub path: String,
    /// The api-version.
    pub api_version: &'static str,
    /// Positions of the resources that it should show.
    pub members: Vec<usize>,
}

/// Whether an item of a list is all that a GET would show.
pub(super) fn is_whole(descriptor: &TypeDescriptor) -> bool {
    is_among(WHOLE, descriptor)
}

fn is_among(types: &[&str], descriptor: &TypeDescriptor) -> bool {
    types.iter().any(|name| name.eq_ignore_ascii_case(descriptor.name))
}

/// The lists that are worth asking for: each shows two resources or more.
pub(super) fn plan(catalog: &Catalog, known: &[Known<'_>]) -> Vec<List> {
    let mut places: BTreeMap<&str, BTreeMap<String, List>> = BTreeMap::new();
    for (index, known) in known.iter().enumerate() {
        let Some(descriptor) = catalog.find(known.target.kind) else { continue };
        // Another version may have other properties, and other lists.
        if known.target.inputs.get(API_VERSION).is_some() {
            continue;
        }
        if !is_whole(descriptor) && known.outputs.get("etag").is_none() {
            continue;
        }
        let Some(path) = narrow(descriptor, known.target.id) else { continue };
        let api_version = descriptor.api_version;
        let lists = places.entry(descriptor.name).or_default();
        let list = lists.entry(path.to_ascii_lowercase());
        list.or_insert(List { path, api_version, members: Vec::new() }).members.push(index);
    }
    let mut plan = Vec::new();
    for (name, lists) in places {
        let descriptor = catalog.find(name);
        let lists = match descriptor.filter(|_| lists.len() >= MANY_GROUPS) {
            Some(descriptor) => widen(descriptor, lists),
            None => lists,
        };
        plan.extend(lists.into_values().filter(|list| list.members.len() > 1));
    }
    plan
}

/// The list of the group, parent or subscription that an id is in, when the type has it.
fn narrow(descriptor: &TypeDescriptor, id: &str) -> Option<String> {
    let group = segments(id, 4).filter(|group| is_group(group));
    let path = match descriptor.parent {
        // Every subscription can list its groups; their descriptor has no word about it.
        Parent::Subscription => return Some(format!("{}/resourcegroups", segments(id, 2)?)),
        Parent::ResourceGroup => format!("{}/providers/{}", group?, descriptor.name),
        Parent::Resource(_) => id.rsplit_once('/')?.0.to_owned(),
        Parent::Scope if is_among(DEEP, descriptor) => {
            let scope = group.or_else(|| segments(id, 2))?;
            format!("{scope}/providers/{}", descriptor.name)
        }
        Parent::Scope => return None,
    };
    has_list(descriptor, &path).then_some(path)
}

/// The lists of whole subscriptions instead of those of groups, where the type has them.
fn widen(descriptor: &TypeDescriptor, lists: BTreeMap<String, List>) -> BTreeMap<String, List> {
    let mut wide: BTreeMap<String, List> = BTreeMap::new();
    for (key, list) in lists {
        let path = segments(&list.path, 2)
            .map(|subscription| format!("{subscription}/providers/{}", descriptor.name));
        let path = path.filter(|path| has_list(descriptor, path));
        let key = path.as_ref().map_or(key, |path| path.to_ascii_lowercase());
        let path = path.unwrap_or(list.path);
        let entry = wide.entry(key).or_insert(List { path, members: Vec::new(), ..list });
        entry.members.extend(list.members);
    }
    wide
}

/// The beginning of an id: its first `count` segments.
fn segments(id: &str, count: usize) -> Option<&str> {
    let end = id.match_indices('/').nth(count).map_or(id.len(), |(offset, _)| offset);
    let start = id.get(..end)?;
    (start.matches('/').count() == count).then_some(start)
}

fn is_group(path: &str) -> bool {
    path.split('/').nth(3).is_some_and(|word| word.eq_ignore_ascii_case("resourceGroups"))
}

/// Whether the type has a list call of this form.
pub(super) fn has_list(descriptor: &TypeDescriptor, path: &str) -> bool {
    descriptor.lists.iter().any(|template| {
        let (template, path): (Vec<&str>, Vec<&str>) =
            (template.split('/').collect(), path.split('/').collect());
        template.len() == path.len()
            && template.iter().zip(&path).all(|(template, own)| {
                template.eq_ignore_ascii_case(own) || template.starts_with('{') && !own.is_empty()
            })
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{DESCRIPTORS, GROUP, NETWORK, SUBNET, ZONE};
    use super::*;
    use atp_iac::provider::Target;
    use atp_iac::value::{Map, Value};
    use serde_json::json;

    static NOTHING: Value = Value::Map(Map::new());

    fn paths(resources: &[(&'static TypeDescriptor, String)], outputs: &Value) -> Vec<(String, usize)> {
        planned(resources, outputs, &NOTHING)
    }

    fn planned(
        resources: &[(&'static TypeDescriptor, String)],
        outputs: &Value,
        inputs: &Value,
    ) -> Vec<(String, usize)> {
        let known: Vec<Known<'_>> = resources
            .iter()
            .map(|(descriptor, id)| Known { target: Target { kind: descriptor.name, id, inputs }, outputs })
            .collect();
        let plan = plan(&Catalog::new(DESCRIPTORS), &known);
        plan.into_iter().map(|list| (list.path, list.members.len())).collect()
    }

    fn network(group: usize, name: usize) -> (&'static TypeDescriptor, String) {
        let id = format!(
            "/subscriptions/s/resourceGroups/g{group}/providers/Microsoft.Network/virtualNetworks/n{name}"
        );
        (&NETWORK, id)
    }

    #[test]
    fn few_groups_are_listed_each_and_many_as_a_subscription() {
        assert_eq!(paths(&[network(1, 1)], &NOTHING), [], "one GET costs the same");
        let few = [network(1, 1), network(1, 2), network(2, 1)];
        let path = "/subscriptions/s/resourceGroups/g1/providers/Microsoft.Network/virtualNetworks";
        assert_eq!(paths(&few, &NOTHING), [(path.to_owned(), 2)]);
        let many: Vec<_> = (0..3).map(|group| network(group, 1)).collect();
        let path = "/subscriptions/s/providers/Microsoft.Network/virtualNetworks";
        assert_eq!(paths(&many, &NOTHING), [(path.to_owned(), 3)]);
    }

    #[test]
    fn a_resource_of_another_version_is_read_on_its_own() {
        let two = [network(1, 1), network(1, 2)];
        assert_eq!(paths(&two, &NOTHING).len(), 1);
        let inputs = Value::from(json!({"$apiVersion": "2030-01-01"}));
        assert_eq!(planned(&two, &NOTHING, &inputs), []);
    }

    #[test]
    fn children_are_listed_by_their_parent_and_groups_by_their_subscription() {
        let (_, network) = network(1, 1);
        let children = ["a", "b"].map(|name| (&SUBNET as _, format!("{network}/subnets/{name}")));
        assert_eq!(paths(&children, &NOTHING), [(format!("{network}/subnets"), 2)]);
        let groups = ["a", "b"].map(|name| (&GROUP as _, format!("/subscriptions/s/resourceGroups/{name}")));
        assert_eq!(paths(&groups, &NOTHING), [("/subscriptions/s/resourcegroups".to_owned(), 2)]);
    }

    #[test]
    fn a_type_whose_list_may_leave_something_out_needs_an_etag() {
        let zone = |name: &str| {
            (
                &ZONE as _,
                format!("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/dnsZones/{name}"),
            )
        };
        let zones = [zone("a"), zone("b")];
        assert_eq!(paths(&zones, &NOTHING), []);
        assert_eq!(paths(&zones, &Value::from(json!({"etag": "1"}))).len(), 1);
    }
}
