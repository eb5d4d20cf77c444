//! Errors.

use atp_azure_sim::{Method, Request};
use serde_json::{Value, json};

use crate::support::{SUBSCRIPTION, group, id, network, network_body, storage, vault, world};

#[test]
fn fact_028_every_error_has_one_shape() {
    let world = world();
    world.make(&network(), network_body());
    let lock = format!("{}/providers/Microsoft.Authorization/locks/keep", network());
    world.make(&lock, json!({ "properties": { "level": "CanNotDelete" } }));
    let answers = [
        world.send(Request::new(Method::Get, SUBSCRIPTION)),
        world.send(Request::new(Method::Get, "/nowhere?api-version=2025-04-01")),
        world.get(&vault()),
        world.get(&group("other")),
        world.get(&id("Microsoft.Nothing/things/a")),
        world.post(&network(), json!({})),
        world.put(&storage(), json!({ "location": 7 })),
        world.put(&storage(), json!({})),
        world.delete(&network()),
    ];
    for response in answers {
        let body = response.value();
        assert!(response.status >= 400, "{body}");
        let error = body["error"].as_object().unwrap();
        let code = error["code"].as_str().unwrap();
        assert!(code.starts_with(char::is_uppercase) && code.chars().all(char::is_alphanumeric), "{code}");
        assert!(error["message"].as_str().unwrap().len() > 10, "{body}");
        let known = ["code", "message", "target", "details", "additionalInfo"];
        assert!(error.keys().all(|key| known.contains(&key.as_str())), "{body}");
        assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
        assert_eq!(response.header("x-ms-error-code"), Some(code));
        assert_eq!(response.header("content-type"), Some("application/json; charset=utf-8"));
    }
}

#[test]
fn fact_028_details_are_errors_in_small() {
    let world = world();
    let rules = id("Microsoft.Network/networkSecurityGroups/rules");
    world.make(&rules, json!({ "location": "westeurope" }));
    let mut body = network_body();
    body["properties"]["subnets"] = json!([{
        "name": "a", "properties": { "addressPrefix": "10.0.0.0/24", "networkSecurityGroup": { "id": rules } },
    }]);
    world.make(&network(), body);
    let refusal = world.delete(&rules).value();
    let detail: &Value = &refusal["error"]["details"][0];
    assert!(detail["code"].is_string() && detail["message"].is_string(), "{refusal}");
    assert_eq!(refusal["error"]["target"], json!(rules));
}
