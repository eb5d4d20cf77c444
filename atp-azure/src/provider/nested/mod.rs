//! Parts of a resource that are resources of their own: the subnets of a network, the pools of a cluster.
//!
//! They can be declared in a list of their parent or by themselves. A PUT of the parent replaces its whole list, so an
//! update sends three things: the items that the program names, those that are there and that the program did not name
//! when it was applied last, and not those that it named then and names no more. What others made is kept that way.

mod carry;

pub(crate) use carry::carry_over;

use super::shape;
use crate::descriptor::{Object, Parent, Shape, TypeDescriptor};
use crate::nested::{Form, shown_as};
use atp_iac::provider::Nested;
use atp_iac::value::{Kind as ValueKind, Map, Path, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What tells entries without names apart.
const IDENTITY: [&str; 3] = ["tenantId", "objectId", "applicationId"];

/// A list in the `properties` of a type whose items are resources of their own.
#[derive(Debug)]
pub(crate) struct NestedList {
    /// The name of the list.
    pub name: &'static str,
    /// The types of the items; where there are several, the `type` of an item says which.
    children: Vec<&'static TypeDescriptor>,
    form: Form,
    /// Whether whoever takes over the parent takes over the items as resources of their own.
    apart: bool,
}

/// The lists of each type, by its name in lower case. Types that others live in have an entry, if only an empty one.
pub(crate) fn lists(types: &BTreeMap<String, &'static TypeDescriptor>) -> BTreeMap<String, Vec<NestedList>> {
    let mut lists: BTreeMap<String, Vec<NestedList>> = BTreeMap::new();
    for child in types.values() {
        let Parent::Resource(parent) = child.parent else { continue };
        let parent = parent.to_ascii_lowercase();
        let body = types.get(&parent).map(|parent| parent.body);
        let own = lists.entry(parent).or_default();
        let (name, form) = shown_as(child);
        if !body.is_some_and(|body| holds(body, name, form)) {
            continue;
        }
        let is_apart = form == Form::Bodies
            && (is_referred_to(types, child.name)
                || child.references.iter().any(|(_, to)| child.lives_in(to)));
        match own.iter_mut().find(|list| list.name == name) {
            Some(list) => {
                list.children.push(child);
                list.apart |= is_apart;
            }
            None => own.push(NestedList { name, children: vec![child], form, apart: is_apart }),
        }
    }
    lists
}

/// Whether properties of some type hold ids of this one.
fn is_referred_to(types: &BTreeMap<String, &'static TypeDescriptor>, kind: &str) -> bool {
    types.values().any(|other| other.references.iter().any(|(_, to)| to.eq_ignore_ascii_case(kind)))
}

/// Whether a body has such a list, and takes it from clients.
fn holds(body: &'static Shape, name: &str, form: Form) -> bool {
    let Some(list) = shape::find(body, &format!("properties.{name}")) else { return false };
    let Shape::List { item: Shape::Object(Object { properties, .. }), .. } = list.shape else { return false };
    let takes = |name: &str| properties.iter().any(|own| own.name == name && !own.flags.read_only);
    !list.flags.read_only
        && match form {
            Form::Bodies => takes("name") && takes("properties"),
            Form::Flat => takes("name"),
            Form::Entries => IDENTITY.into_iter().any(takes),
        }
}

impl NestedList {
    /// Whether the items have names.
    pub fn is_named(&self) -> bool {
        self.form != Form::Entries
    }

    /// Whether whoever takes over the parent takes over the items as resources of their own: where others refer to them,
    /// and where they refer to other parents, which would make circles. A parent may not be made without those that it
    /// shows as its own properties.
    pub fn is_apart(&self) -> bool {
        self.apart
    }

    /// Whether instances of a type are items.
    pub fn holds(&self, child: &TypeDescriptor) -> bool {
        self.children.iter().any(|own| own.name == child.name)
    }

    /// The items in `said`, if it has the list.
    fn items<'v>(&self, said: &'v Value) -> Option<&'v [Value]> {
        said.exposed().get("properties")?.exposed().get(self.name)?.exposed().as_list()
    }

    /// What tells an item from the others.
    fn identity(&self, item: &Value) -> Option<String> {
        let text = |key: &str| Some(item.exposed().get(key)?.exposed().as_str()?.to_lowercase());
        match self.is_named() {
            true => text("name"),
            false => Some(IDENTITY.map(|key| text(key).unwrap_or_default()).join("/")),
        }
    }

    fn identities(&self, said: &Value) -> BTreeSet<String> {
        let items = self.items(said).unwrap_or_default();
        items.iter().filter_map(|item| self.identity(item)).collect()
    }

    fn child(&self, item: &Value) -> Option<&'static TypeDescriptor> {
        match self.children.as_slice() {
            [only] => Some(only),
            several => {
                let kind = item.exposed().get("type")?.exposed().as_str()?;
                several.iter().copied().find(|child| child.name.eq_ignore_ascii_case(kind))
            }
        }
    }

    /// What an item says, as inputs of a resource of its own.
    fn inputs(&self, parent: &str, item: &Map, hidden: bool) -> Value {
        let mut inputs = item.clone();
        let name = inputs.remove("name").unwrap_or(Value::Null);
        match self.form {
            // There `type` is one of the properties.
            Form::Flat => inputs = Map::from([("properties".to_owned(), Value::Map(inputs))]),
            _ => drop(inputs.remove("type")),
        }
        if hidden {
            inputs = inputs.into_iter().map(|(key, value)| (key, value.into_secret())).collect();
        }
        inputs.insert("parent".to_owned(), parent.into());
        inputs.insert("name".to_owned(), name);
        Value::Map(inputs)
    }

    /// The item for a resource of its own.
    fn item(&self, child: &Nested) -> Option<Value> {
        let inputs = child.inputs.as_ref()?;
        let name = inputs.get("name").cloned()?;
        let Value::Map(mut item) = super::body::without_address(inputs) else { return None };
        if self.form == Form::Flat {
            let properties = item.remove("properties").unwrap_or_else(Value::map);
            let hidden = matches!(properties, Value::Secret(_));
            let entries = properties.exposed().as_map().cloned().unwrap_or_default().into_iter();
            item = match hidden {
                true => entries.map(|(key, value)| (key, value.into_secret())).collect(),
                false => entries.collect(),
            };
        }
        item.insert("name".to_owned(), name);
        if self.children.len() > 1 {
            item.insert("type".to_owned(), child.kind.as_str().into());
        }
        Some(Value::Map(item))
    }
}

/// The parts of the resource `id` of which `said` tells.
pub(crate) fn parts(lists: &[NestedList], id: &str, said: &Value) -> Vec<Nested> {
    let mut parts = Vec::new();
    for list in lists {
        let mut path = Path::of_keys(&format!("properties/{}", list.name));
        if list.form == Form::Entries {
            // Whoever sets the list owns all of it, whatever is in it.
            let children = list.children.iter().filter(|_| list.items(said).is_some());
            let names = ["add", "remove", "replace"];
            parts.extend(children.flat_map(|child| names.map(|name| (child, name))).map(|(child, name)| {
                Nested {
                    path: path.clone(),
                    kind: child.name.to_owned(),
                    id: child.id(id, name),
                    inputs: None,
                }
            }));
            continue;
        }
        let hidden = hides(said, list.name);
        for item in list.items(said).unwrap_or_default() {
            let (Some(child), Value::Map(map)) = (list.child(item), item.exposed()) else { continue };
            let Some(name) = map.get("name").and_then(|name| name.exposed().as_str()) else { continue };
            path.push_item(name);
            parts.push(Nested {
                path: path.clone(),
                kind: child.name.to_owned(),
                id: child.id(id, name),
                inputs: Some(list.inputs(id, map, hidden || matches!(item, Value::Secret(_)))),
            });
            path.pop();
        }
    }
    parts
}

/// Whether the list stands in something secret.
fn hides(said: &Value, list: &str) -> bool {
    let properties = said.exposed().get("properties");
    let list = properties.and_then(|properties| properties.exposed().get(list));
    [Some(said), properties, list].into_iter().flatten().any(|value| matches!(value, Value::Secret(_)))
}

/// What was said of a resource with one item more.
pub(crate) fn with(lists: &[NestedList], inputs: &Value, child: &Nested) -> Value {
    let Some((list, item)) = list_of(lists, child).and_then(|list| Some((list, list.item(child)?))) else {
        return inputs.clone();
    };
    let identity = list.identity(&item);
    let mut inputs = inputs.clone();
    if let Value::Map(map) = &mut inputs
        && let Value::Map(properties) = map.entry("properties".to_owned()).or_insert_with(Value::map)
        && let Value::List(items) =
            properties.entry(list.name.to_owned()).or_insert_with(|| Value::List(Vec::new()))
    {
        items.retain(|other| list.identity(other) != identity);
        items.push(item);
    }
    inputs
}

/// Inputs with one item less; a list that gets empty goes.
pub(crate) fn without(lists: &[NestedList], inputs: &Value, child: &Nested) -> Value {
    let name = child.inputs.as_ref().and_then(|inputs| inputs.get("name")?.exposed().as_str());
    let (Some(list), Some(name)) = (list_of(lists, child), name) else { return inputs.clone() };
    let mut inputs =
        edited(inputs, list, |item| list.identity(item).as_deref() != Some(name.to_lowercase().as_str()));
    if list.items(&inputs).is_some_and(<[Value]>::is_empty)
        && let Value::Map(map) = &mut inputs
        && let Some(Value::Map(properties)) = map.get_mut("properties")
    {
        properties.remove(list.name);
    }
    inputs
}

fn list_of<'l>(lists: &'l [NestedList], child: &Nested) -> Option<&'l NestedList> {
    let is_of =
        |list: &&NestedList| list.children.iter().any(|own| own.name.eq_ignore_ascii_case(&child.kind));
    lists.iter().filter(|list| list.is_named()).find(is_of)
}

/// What the service said, without the items of which the program says nothing.
pub(crate) fn only_own(lists: &[NestedList], inputs: &Value, said: &Value) -> Value {
    lists.iter().filter(|list| list.is_named()).fold(said.clone(), |said, list| {
        let own = list.identities(inputs);
        edited(&said, list, |item| list.identity(item).is_none_or(|identity| own.contains(&identity)))
    })
}

/// Forgets what a prediction says of lists to which others may add: those that the program leaves out, and those in
/// which the service has other items than the program.
pub(crate) fn forget_shared(lists: &[NestedList], inputs: &Value, current: &Value, predicted: &mut Value) {
    let Value::Map(map) = predicted else { return };
    let Some(Value::Map(properties)) = map.get_mut("properties") else { return };
    for list in lists {
        let is_settled = list.items(inputs).is_some() && list.identities(inputs) == list.identities(current);
        if !is_settled && let Some(predicted) = properties.get_mut(list.name) {
            *predicted = Value::unknown(ValueKind::List, "known after apply");
        }
    }
}

/// The value with those items of a list that are kept; marks of secrets stay.
fn edited(value: &Value, list: &NestedList, keep: impl Fn(&Value) -> bool) -> Value {
    fn at(value: &Value, way: &[&str], keep: &dyn Fn(&Value) -> bool) -> Value {
        match (value, way) {
            (Value::Secret(inner), way) => at(inner, way, keep).into_secret(),
            (Value::Map(map), [key, way @ ..]) => Value::Map(
                map.iter()
                    .map(|(own, value)| match own == key {
                        true => (own.clone(), at(value, way, keep)),
                        false => (own.clone(), value.clone()),
                    })
                    .collect(),
            ),
            (Value::List(items), []) => {
                Value::List(items.iter().filter(|item| keep(item)).cloned().collect())
            }
            (other, _) => other.clone(),
        }
    }
    at(value, &["properties", list.name], &keep)
}

#[cfg(test)]
mod tests {
    use super::super::catalog::Catalog;
    use super::super::testing::{DESCRIPTORS, NETWORK, NETWORK_ID};
    use super::*;
    use serde_json::json;

    fn lists_of(kind: &str) -> Vec<String> {
        let catalog = Catalog::new(crate::descriptors());
        let Some(descriptor) = catalog.find(kind) else { return Vec::new() };
        let lists = catalog.nested_lists(descriptor).iter();
        lists.map(|list| format!("{} {:?}", list.name, list.form)).collect()
    }

    #[test]
    fn of_all_types_six_show_children_in_lists_that_clients_write() {
        let catalog = Catalog::new(crate::descriptors());
        let names = crate::descriptors().iter().filter(|kind| !catalog.nested_lists(kind).is_empty());
        let names: BTreeSet<&str> = names.map(|descriptor| descriptor.name).collect();
        let expected = [
            "Microsoft.ContainerService/managedClusters",
            "Microsoft.KeyVault/vaults",
            "Microsoft.Network/networkSecurityGroups",
            "Microsoft.Network/routeTables",
            "Microsoft.Network/trafficmanagerprofiles",
            "Microsoft.Network/virtualNetworks",
        ];
        assert_eq!(names, BTreeSet::from(expected));
        let network = ["subnets Bodies", "virtualNetworkPeerings Bodies"];
        assert_eq!(lists_of("Microsoft.Network/virtualNetworks"), network);
        assert_eq!(lists_of("Microsoft.ContainerService/managedClusters"), ["agentPoolProfiles Flat"]);
        assert_eq!(lists_of("Microsoft.KeyVault/vaults"), ["accessPolicies Entries"]);
        for shown_only in ["Microsoft.Network/firewallPolicies", "Microsoft.ServiceBus/namespaces"] {
            assert!(lists_of(shown_only).is_empty(), "{shown_only}");
        }
    }

    #[test]
    fn what_others_refer_to_and_what_could_be_a_circle_is_taken_over_apart_from_its_parent() {
        let catalog = Catalog::new(crate::descriptors());
        let lists = crate::descriptors().iter().flat_map(|kind| catalog.nested_lists(kind));
        let (apart, parts): (Vec<&NestedList>, Vec<_>) = lists.partition(|list| list.is_apart());
        let names =
            |lists: Vec<&NestedList>| lists.into_iter().map(|list| list.name).collect::<BTreeSet<_>>();
        assert_eq!(names(apart), BTreeSet::from(["subnets", "virtualNetworkPeerings"]));
        let expected = ["accessPolicies", "agentPoolProfiles", "endpoints", "routes", "securityRules"];
        assert_eq!(names(parts), BTreeSet::from(expected));
    }

    #[test]
    fn a_part_becomes_a_resource_and_a_part_again_without_a_change() {
        let catalog = Catalog::new(crate::descriptors());
        for (kind, properties, child) in [
            (
                "Microsoft.Network/virtualNetworks",
                json!({"subnets": [{"name": "b", "properties": {"addressPrefix": "1"}}]}),
                json!({"parent": "/p", "name": "b", "properties": {"addressPrefix": "1"}}),
            ),
            (
                "Microsoft.ContainerService/managedClusters",
                json!({"agentPoolProfiles": [{"name": "b", "count": 1, "type": "VirtualMachineScaleSets"}]}),
                json!({"parent": "/p", "name": "b", "properties": {"count": 1, "type": "VirtualMachineScaleSets"}}),
            ),
            (
                "Microsoft.Network/trafficmanagerprofiles",
                json!({"endpoints": [{"name": "b", "type": "Microsoft.Network/trafficmanagerprofiles/ExternalEndpoints",
                    "properties": {"target": "t"}}]}),
                json!({"parent": "/p", "name": "b", "properties": {"target": "t"}}),
            ),
        ] {
            let lists = catalog.nested_lists(catalog.find(kind).unwrap());
            let inputs = Value::from(json!({"properties": properties}));
            let [part] = parts(lists, "/p", &inputs).try_into().unwrap();
            assert_eq!(part.inputs, Some(Value::from(child)));
            assert!(part.path.to_string().ends_with("[b]") && part.id.ends_with("/b"), "{part:?}");
            let left = without(lists, &inputs, &part);
            assert_eq!(left, Value::from(json!({"properties": {}})));
            assert_eq!(with(lists, &left, &part), inputs);
        }
    }

    #[test]
    fn what_is_secret_stays_so_when_it_moves() {
        let lists = Catalog::new(DESCRIPTORS);
        let lists = lists.nested_lists(&NETWORK);
        let subnets = Value::from(json!([{"name": "b", "properties": {"addressPrefix": "hunter2"}}]));
        let inputs = Value::from([("properties", Value::from([("subnets", subnets.into_secret())]))]);
        let [part] = parts(lists, NETWORK_ID, &inputs).try_into().unwrap();
        assert!(!format!("{part:?}").contains("hunter2"), "{part:?}");
        assert!(!format!("{:?}", only_own(lists, &inputs, &inputs)).contains("hunter2"));
    }
}
