//! The conformance suite of the engine, on a handful of types that differ in what they need.

use super::{SUBSCRIPTION, world};
use atp_azure_sim::Settings;
use atp_iac::Value;
use atp_iac::testing::conformance::{Check, Conformance, Outcome, Report, Sample};
use serde_json::json;
use std::sync::Arc;

const GROUP: &str = "Microsoft.Resources/resourceGroups";

fn group_id() -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-conformance")
}

fn group(name: &str, tag: &str) -> Value {
    Value::from(json!({"name": name, "location": "westeurope", "tags": {"tag": tag}}))
}

/// Of a type that lies in a group; the texts at `secrets` are secret.
fn in_group(kind: &str, secrets: &Value, body: impl Fn(bool) -> serde_json::Value) -> Sample {
    let inputs = |name: &str, is_changed: bool| {
        let mut body = body(is_changed);
        body["parent"] = group_id().into();
        body["name"] = name.into();
        body["location"] = "westeurope".into();
        Value::from(body).with_secrets_of(secrets)
    };
    let sample = Sample::new(kind, inputs("conformance1", false)).changed(inputs("conformance1", true));
    sample.replaced(inputs("conformance2", false)).within(GROUP, group("rg-conformance", "a"))
}

async fn report(sample: Sample) -> Report {
    let (simulator, provider) = world(Settings::default());
    let report = Conformance::new(Arc::new(provider)).with_sample(sample).run().await;
    assert!(report.is_conformant(), "{report}");
    assert_eq!(simulator.resources().unwrap().len(), 0);
    report
}

#[tokio::test]
async fn groups() {
    let sample = Sample::new(GROUP, group("rg-a", "a")).changed(group("rg-a", "b"));
    report(sample.replaced(group("rg-b", "a"))).await;
}

#[tokio::test]
async fn networks() {
    let network = |is_changed: bool| {
        let space = if is_changed { "10.0.0.0/15" } else { "10.0.0.0/16" };
        let subnet = json!({"name": "inner", "properties": {"addressPrefix": "10.0.1.0/24"}});
        json!({"properties": {"addressSpace": {"addressPrefixes": [space]}, "subnets": [subnet]}})
    };
    report(in_group("Microsoft.Network/virtualNetworks", &Value::Null, network)).await;
}

#[tokio::test]
async fn storage_accounts() {
    let account = |is_changed: bool| {
        let tier = if is_changed { "Cool" } else { "Hot" };
        let sku = json!({"name": "Standard_LRS"});
        json!({"kind": "StorageV2", "sku": sku, "properties": {"accessTier": tier}})
    };
    report(in_group("Microsoft.Storage/storageAccounts", &Value::Null, account)).await;
}

#[tokio::test]
async fn identities() {
    let identity = |is_changed: bool| json!({"tags": {"changed": is_changed.to_string()}});
    report(in_group("Microsoft.ManagedIdentity/userAssignedIdentities", &Value::Null, identity)).await;
}

#[tokio::test]
async fn servers_with_a_password() {
    let secret = Value::from([("administratorLoginPassword", Value::Null.into_secret())]);
    let server = |is_changed: bool| {
        let access = if is_changed { "Disabled" } else { "Enabled" };
        let password = "correct-horse-4-Staple";
        json!({"properties": {
            "administratorLogin": "operator",
            "administratorLoginPassword": password,
            "publicNetworkAccess": access,
        }})
    };
    let secrets = Value::from([("properties", secret)]);
    let report = report(in_group("Microsoft.Sql/servers", &secrets, server)).await;
    let secrets = report.checks.iter().find(|checked| checked.check == Check::Secrets).unwrap();
    assert_eq!(secrets.outcome, Outcome::Passed);
}
