//! The lists of children in a PUT over what is there.

use super::super::kind::Kind;
use super::super::shape;
use super::NestedList;
use crate::descriptor::{Shape, TypeDescriptor};
use crate::nested::Form;
use atp_iac::value::Value;
use serde_json::Value as Json;

/// Completes the body of a PUT over `current`: what others made is kept. Gives the ids of the children that the program
/// took out of the lists, and that no PUT removes.
pub(crate) fn carry_over(
    lists: &[NestedList],
    kind: &Kind<'_>,
    id: &str,
    body: &mut Json,
    former: &Value,
    current: &Json,
) -> Vec<(&'static TypeDescriptor, String)> {
    let mut to_delete = Vec::new();
    let (wanted, current) = (Value::from(body.clone()), Value::from(current.clone()));
    for list in lists {
        let given = list.items(&wanted);
        if given.is_some() && list.form == Form::Entries {
            continue;
        }
        let (named, former) = (list.identities(&wanted), list.identities(former));
        let mut kept = Vec::new();
        for item in list.items(&current).unwrap_or_default() {
            let Some(identity) = list.identity(item).filter(|identity| !named.contains(identity)) else {
                continue;
            };
            let is_removed = former.contains(&identity);
            if is_removed && list.form != Form::Flat {
                continue;
            }
            if is_removed && let (Some(child), Some(name)) = (list.child(item), item.get("name")) {
                to_delete.extend(name.as_str().map(|name| (child, child.id(id, name))));
            }
            kept.extend(item.to_json_exposed());
        }
        // Whether the list is left out of the body changes nothing where there is nothing to keep or to remove.
        if given.is_none() && kept.is_empty() && former.is_empty() {
            continue;
        }
        let item = shape::find(kind.body(), &format!("properties.{}[]", list.name));
        for kept in kept.iter_mut() {
            item.into_iter().for_each(|item| drop_read_only(item.shape, kept));
        }
        append(body, list.name, kept);
    }
    to_delete
}

fn append(body: &mut Json, list: &str, items: Vec<Json>) {
    let Some(object) = body.as_object_mut() else { return };
    let properties = object.entry("properties").or_insert_with(|| Json::Object(Default::default()));
    let Some(properties) = properties.as_object_mut() else { return };
    match properties.get_mut(list) {
        Some(Json::Array(given)) => given.extend(items),
        _ => {
            properties.insert(list.to_owned(), Json::Array(items));
        }
    }
}

fn is_empty(value: &Json) -> bool {
    value.as_object().is_some_and(serde_json::Map::is_empty)
}

/// Removes what only the service sets. `id` stays: it is how a child refers to others.
fn drop_read_only(shape: &'static Shape, value: &mut Json) {
    match (shape, value) {
        (Shape::Object(object), Json::Object(map)) => {
            map.retain(|key, _| {
                let read_only = object.properties.iter().any(|p| p.name == key && p.flags.read_only);
                !(key == "etag" || key == "provisioningState" || read_only && key != "id")
            });
            for property in object.properties {
                let Some(value) = map.get_mut(property.name) else { continue };
                let was_empty = is_empty(value);
                drop_read_only(property.shape, value);
                if !was_empty && is_empty(value) {
                    map.remove(property.name);
                }
            }
        }
        (Shape::List { item, .. }, Json::Array(items)) => {
            for value in items {
                drop_read_only(item, value);
            }
        }
        (Shape::Map(item), Json::Object(map)) => {
            for value in map.values_mut() {
                drop_read_only(item, value);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::catalog::Catalog;
    use super::*;
    use serde_json::json;

    /// What is sent where `current` is there, the program named `former`, and now says `body`.
    fn sent(kind: &str, body: Json, former: Json, current: Json) -> (Json, Vec<String>) {
        let catalog = Catalog::new(crate::descriptors());
        let descriptor = catalog.find(kind).unwrap();
        let (mut body, inputs) = (json!({"properties": body}), Value::map());
        let kind = Kind::new(kind, Some(descriptor), &inputs).unwrap();
        let former = Value::from(json!({"properties": former}));
        let current = json!({"properties": current});
        let lists = catalog.nested_lists(descriptor);
        let deleted = carry_over(lists, &kind, "/p", &mut body, &former, &current);
        (body["properties"].take(), deleted.into_iter().map(|(_, id)| id).collect())
    }

    #[test]
    fn a_put_has_what_the_program_names_and_what_others_made_and_not_what_the_program_took_out() {
        let item = |name: &str, prefix: &str| json!({"name": name, "properties": {"addressPrefix": prefix}});
        let mut other = item("other", "3");
        other["etag"] = json!("W/1");
        other["properties"]["provisioningState"] = json!("Succeeded");
        let current = json!({"subnets": [item("A", "1"), item("b", "2"), other]});
        let former = json!({"subnets": [item("a", "1"), item("b", "2")]});
        let network = "Microsoft.Network/virtualNetworks";
        let (body, deleted) =
            sent(network, json!({"subnets": [item("a", "9")]}), former.clone(), current.clone());
        assert_eq!(body, json!({"subnets": [item("a", "9"), item("other", "3")]}));
        assert!(deleted.is_empty(), "the PUT removes what it leaves out");
        assert_eq!(
            sent(network, json!({}), former, current.clone()).0,
            json!({"subnets": [item("other", "3")]})
        );
        let only_own = json!({"subnets": [item("a", "1")]});
        assert_eq!(sent(network, json!({}), only_own.clone(), only_own).0, json!({"subnets": []}));
        let unset = sent(network, json!({}), json!({}), current).0;
        assert_eq!(unset["subnets"].as_array().unwrap().len(), 3);
        assert_eq!(sent(network, json!({}), json!({}), json!({"subnets": []})).0, json!({}));
    }

    #[test]
    fn a_pool_that_is_taken_out_is_sent_and_then_deleted_by_itself() {
        let pool = |name: &str| json!({"name": name, "count": 1});
        let pools = |names: &[&str]| json!({"agentPoolProfiles": names.iter().map(|name| pool(name)).collect::<Vec<_>>()});
        let kind = "Microsoft.ContainerService/managedClusters";
        let (body, deleted) =
            sent(kind, pools(&["system"]), pools(&["system", "user"]), pools(&["system", "user", "x"]));
        assert_eq!(body, pools(&["system", "user", "x"]));
        assert_eq!(deleted, ["/p/agentPools/user"]);
    }

    #[test]
    fn access_policies_are_kept_where_the_vault_leaves_them_out_and_are_the_programs_where_it_sets_them() {
        let policy =
            |object: &str| json!({"tenantId": "t", "objectId": object, "permissions": {"keys": ["get"]}});
        let policies = |objects: &[&str]| json!({"accessPolicies": objects.iter().map(|object| policy(object)).collect::<Vec<_>>()});
        let kind = "Microsoft.KeyVault/vaults";
        let sent = |body: Json, former: Json| sent(kind, body, former, policies(&["a", "b"])).0;
        assert_eq!(sent(json!({}), json!({})), policies(&["a", "b"]));
        assert_eq!(sent(json!({}), policies(&["A"])), policies(&["b"]));
        assert_eq!(sent(policies(&["c"]), json!({})), policies(&["c"]));
        assert_eq!(sent(policies(&[]), json!({})), policies(&[]));
    }
}
