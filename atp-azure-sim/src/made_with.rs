//! Children that the service makes with their parent, as far as the catalog has their types.

use atp_azure::descriptor::TypeDescriptor;
use serde_json::{Map, Value, json};

use crate::children::ChildList;
use crate::cloud::Cloud;

impl Cloud {
    /// What is there from the moment a resource of this type is.
    pub(crate) fn made_with(&self, parent: &TypeDescriptor, body: &Map<String, Value>) -> Vec<ChildList> {
        let made = children(parent.name, body).into_iter().filter_map(|(leaf, name, body)| {
            let descriptor = self.catalog.get(&format!("{}/{leaf}", parent.name))?;
            let Value::Object(body) = body else { return None };
            Some(ChildList { descriptor, items: vec![(name.to_owned(), body)] })
        });
        made.collect()
    }
}

/// Last part of the type, name and body of each child.
fn children(type_name: &str, parent: &Map<String, Value>) -> Vec<(&'static str, &'static str, Value)> {
    let empty = || json!({ "properties": {} });
    match type_name.to_ascii_lowercase().as_str() {
        "microsoft.servicebus/namespaces" | "microsoft.eventhub/namespaces" => vec![
            (
                "authorizationRules",
                "RootManageSharedAccessKey",
                json!({ "properties": { "rights": ["Listen", "Manage", "Send"] } }),
            ),
            (
                "networkRuleSets",
                "default",
                json!({ "properties": { "defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": [] } }),
            ),
        ],
        // A subscription without filters of its own gets everything.
        "microsoft.servicebus/namespaces/topics/subscriptions" => vec![(
            "rules",
            "$Default",
            json!({ "properties": { "filterType": "SqlFilter", "sqlFilter": { "sqlExpression": "1=1" } } }),
        )],
        "microsoft.sql/servers" => {
            let sku = json!({ "name": "System", "tier": "System", "capacity": 0 });
            vec![("databases", "master", json!({ "location": parent.get("location"), "sku": sku }))]
        }
        "microsoft.storage/storageaccounts" => {
            ["blobServices", "fileServices", "queueServices", "tableServices"]
                .map(|service| (service, "default", empty()))
                .to_vec()
        }
        _ => Vec::new(),
    }
}
