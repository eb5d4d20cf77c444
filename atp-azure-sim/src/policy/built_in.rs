//! Policy definitions that Azure has built in.
//!
//! <https://learn.microsoft.com/azure/governance/policy/samples/built-in-policies>

use serde_json::{Value, json};

/// The type of policy definitions.
pub(crate) const DEFINITION: &str = "Microsoft.Authorization/policyDefinitions";

/// All built-in definitions, when that is the type.
pub(crate) fn definitions(type_name: &str) -> impl Iterator<Item = Value> + use<> {
    let known = type_name.eq_ignore_ascii_case(DEFINITION).then(all);
    known.into_iter().flatten().map(|(name, display, mode, parameters, rule)| {
        json!({
            "id": format!("/providers/{DEFINITION}/{name}"),
            "name": name,
            "type": DEFINITION,
            "properties": {
                "displayName": display,
                "policyType": "BuiltIn",
                "mode": mode,
                "parameters": parameters,
                "policyRule": rule,
            },
        })
    })
}

type Definition = (&'static str, &'static str, &'static str, Value, Value);

fn all() -> Vec<Definition> {
    let array = |name: &str| json!({ name: { "type": "Array" } });
    let tag = || json!({ "tagName": { "type": "String" } });
    let choice = || {
        let allowed = json!(["Audit", "Deny", "Disabled"]);
        json!({ "effect": { "type": "String", "allowedValues": allowed, "defaultValue": "Audit" } })
    };
    let deny = |condition: Value| json!({ "if": condition, "then": { "effect": "deny" } });
    let chosen =
        |condition: Value| json!({ "if": condition, "then": { "effect": "[parameters('effect')]" } });
    let group = "Microsoft.Resources/subscriptions/resourceGroups";
    let tag_field = "[concat('tags[', parameters('tagName'), ']')]";
    let account = "Microsoft.Storage/storageAccounts";
    vec![
        (
            "e56962a6-4747-49cd-b67b-bf8b01975c4c",
            "Allowed locations",
            "Indexed",
            array("listOfAllowedLocations"),
            deny(json!({ "allOf": [
                { "field": "location", "notIn": "[parameters('listOfAllowedLocations')]" },
                { "field": "location", "notEquals": "global" },
            ]})),
        ),
        (
            "e765b5de-1225-4ba3-bd56-1ac6695af988",
            "Allowed locations for resource groups",
            "All",
            array("listOfAllowedLocations"),
            deny(json!({ "allOf": [
                { "field": "type", "equals": group },
                { "field": "location", "notIn": "[parameters('listOfAllowedLocations')]" },
            ]})),
        ),
        (
            "a08ec900-254a-4555-9bf5-e42af04b5c5c",
            "Allowed resource types",
            "Indexed",
            array("listOfResourceTypesAllowed"),
            deny(json!({ "not": { "field": "type", "in": "[parameters('listOfResourceTypesAllowed')]" } })),
        ),
        (
            "6c112d4e-5bc7-47ae-a041-ea2d9dccd749",
            "Not allowed resource types",
            "Indexed",
            array("listOfResourceTypesNotAllowed"),
            deny(json!({ "field": "type", "in": "[parameters('listOfResourceTypesNotAllowed')]" })),
        ),
        (
            "871b6d14-10aa-478d-b590-94f262ecfa99",
            "Require a tag on resources",
            "Indexed",
            tag(),
            deny(json!({ "field": tag_field, "exists": "false" })),
        ),
        (
            "1e30110a-5ceb-460c-a204-c1c3969c6d62",
            "Require a tag and its value on resources",
            "Indexed",
            json!({ "tagName": { "type": "String" }, "tagValue": { "type": "String" } }),
            deny(json!({ "not": { "field": tag_field, "equals": "[parameters('tagValue')]" } })),
        ),
        (
            "96670d01-0a4d-4649-9c89-2d3abc0a5025",
            "Require a tag on resource groups",
            "All",
            tag(),
            deny(json!({ "allOf": [
                { "field": "type", "equals": group },
                { "field": tag_field, "exists": "false" },
            ]})),
        ),
        (
            "404c3081-a854-4457-ae30-26a93ef643f9",
            "Secure transfer to storage accounts should be enabled",
            "Indexed",
            choice(),
            chosen(json!({ "allOf": [
                { "field": "type", "equals": account },
                { "field": format!("{account}/supportsHttpsTrafficOnly"), "equals": "false" },
            ]})),
        ),
        (
            "4fa4b6c0-31ca-4c0d-b10d-24b96f62a751",
            "Storage account public access should be disallowed",
            "Indexed",
            choice(),
            chosen(json!({ "allOf": [
                { "field": "type", "equals": account },
                { "not": { "field": format!("{account}/allowBlobPublicAccess"), "equals": "false" } },
            ]})),
        ),
    ]
}
