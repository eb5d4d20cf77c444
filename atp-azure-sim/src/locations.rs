//! The regions that a subscription can use.

use atp_azure::descriptor::TypeDescriptor;
use serde_json::{Value, json};

/// Name, how people write it, and geography.
/// <https://learn.microsoft.com/azure/reliability/regions-list>
const REGIONS: [(&str, &str, &str); 20] = [
    ("australiaeast", "Australia East", "Asia Pacific"),
    ("brazilsouth", "Brazil South", "South America"),
    ("canadacentral", "Canada Central", "Canada"),
    ("centralindia", "Central India", "Asia Pacific"),
    ("centralus", "Central US", "US"),
    ("eastasia", "East Asia", "Asia Pacific"),
    ("eastus", "East US", "US"),
    ("eastus2", "East US 2", "US"),
    ("francecentral", "France Central", "Europe"),
    ("germanywestcentral", "Germany West Central", "Europe"),
    ("japaneast", "Japan East", "Asia Pacific"),
    ("northeurope", "North Europe", "Europe"),
    ("southcentralus", "South Central US", "US"),
    ("southeastasia", "Southeast Asia", "Asia Pacific"),
    ("swedencentral", "Sweden Central", "Europe"),
    ("switzerlandnorth", "Switzerland North", "Europe"),
    ("uksouth", "UK South", "Europe"),
    ("westeurope", "West Europe", "Europe"),
    ("westus2", "West US 2", "US"),
    ("westus3", "West US 3", "US"),
];

/// What `/subscriptions/{s}/locations` lists.
pub(crate) fn list(subscription: &str) -> Vec<Value> {
    let shown = REGIONS.iter().map(|(name, display, geography)| {
        json!({
            "id": format!("/subscriptions/{subscription}/locations/{name}"),
            "name": name,
            "type": "Region",
            "displayName": display,
            "regionalDisplayName": format!("({geography}) {display}"),
            "metadata": { "regionType": "Physical", "regionCategory": "Recommended", "geographyGroup": geography },
        })
    });
    shown.collect()
}

/// How people write the names of the regions, as providers list them.
pub(crate) fn display_names() -> Vec<&'static str> {
    REGIONS.iter().map(|(_, display, _)| *display).collect()
}

/// Where instances of a type can be, as errors list it: the regions, or `global` for a type that has no location.
pub(crate) fn supported(descriptor: &TypeDescriptor) -> String {
    if !descriptor.has_location() {
        return "global".to_owned();
    }
    REGIONS.map(|(name, ..)| name).join(", ")
}
