//! Plans of Defender for Cloud: a subscription has all of them, free until somebody pays.

use serde_json::{Value, json};

use crate::store::Resource;

const TYPE: &str = "Microsoft.Security/pricings";

const PLANS: [&str; 13] = [
    "AI",
    "Api",
    "AppServices",
    "Arm",
    "CloudPosture",
    "Containers",
    "CosmosDbs",
    "KeyVaults",
    "OpenSourceRelationalDatabases",
    "SqlServerVirtualMachines",
    "SqlServers",
    "StorageAccounts",
    "VirtualMachines",
];

/// Whether an id is that of a plan of a whole subscription, which cannot be deleted.
pub(crate) fn is_of_subscription(type_name: &str, id: &str) -> bool {
    type_name.eq_ignore_ascii_case(TYPE) && id.matches('/').count() == 6
}

/// The plan with this id as it is before anybody pays for it.
pub(crate) fn free(type_name: &str, id: &str) -> Option<Value> {
    let name = id.rsplit('/').next()?;
    let name = PLANS.iter().find(|plan| plan.eq_ignore_ascii_case(name))?;
    is_of_subscription(type_name, id)
        .then(|| json!({ "id": id, "name": name, "type": TYPE, "properties": { "pricingTier": "Free" } }))
}

/// Whether a resource is a plan that is as it was in the beginning.
pub(crate) fn is_free(resource: &Resource) -> bool {
    is_of_subscription(&resource.type_name, &resource.id)
        && resource.body.get("properties").and_then(|properties| properties.get("pricingTier"))
            == Some(&json!("Free"))
}
