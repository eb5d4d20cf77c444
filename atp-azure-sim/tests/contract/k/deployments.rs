//! Deployments of templates.

use atp_azure_sim::{Method, Response};
use serde_json::{Value, json};

use crate::support::{
    OPERATION, SUBSCRIPTION, World, accepted, group, id, message, network, network_body, refused,
    storage_body, version, world,
};

pub fn deployment(name: &str) -> String {
    id(&format!("Microsoft.Resources/deployments/{name}"))
}

/// A deployment's body.
pub fn deploy(mode: &str, template: Value, parameters: Value) -> Value {
    json!({ "properties": { "mode": mode, "template": template, "parameters": parameters } })
}

/// A template without parameters.
pub fn template(resources: Value) -> Value {
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": resources,
    })
}

pub fn resource(type_name: &str, name: &str, mut body: Value) -> Value {
    let path = format!("/providers/{type_name}/x");
    body["type"] = json!(type_name);
    body["apiVersion"] = json!(version(&path));
    body["name"] = json!(name);
    body
}

fn network_resource(name: &str) -> Value {
    resource("Microsoft.Network/virtualNetworks", name, network_body())
}

/// PUT of a deployment, and time until all of its resources are there.
#[track_caller]
fn run(world: &World, path: &str, body: Value) -> Value {
    accepted(&world.put(path, body));
    for _ in 0..10 {
        world.time.pass(OPERATION);
        let shown = world.get(path).value();
        if shown["properties"]["provisioningState"] != "Running" {
            return shown;
        }
    }
    panic!("{path} does not end");
}

#[track_caller]
fn state(world: &World, path: &str) -> String {
    world.get(path).value()["properties"]["provisioningState"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_template_is_read_as_azure_cli_sends_it_with_comments_and_under_a_name_without_quotes() {
    let world = world();
    let text = template(json!([network_resource("net")])).to_string();
    let text = text.replacen('{', "{ // what it makes\n /* a network */", 1);
    let body = format!(r#"{{"properties": {{"mode": "Incremental", template:{text}}}}}"#);
    let mut request = world.request(Method::Put, &deployment("d"));
    request.body = body.into_bytes();
    accepted(&world.send(request));
    assert_eq!(world.get(&deployment("d")).status, 200);
    let mut request = world.request(Method::Put, &deployment("e"));
    request.body = b"{ properties: ".to_vec();
    refused(&world.send(request), 400, "InvalidRequestContent");
}

#[test]
fn fact_105_a_deployment_is_accepted_and_followed_at_its_operation_status() {
    let world = world();
    let path = deployment("first");
    let response =
        world.put(&path, deploy("Incremental", template(json!([network_resource("net")])), json!({})));
    assert_eq!(
        (response.status, &response.value()["properties"]["provisioningState"]),
        (201, &json!("Accepted"))
    );
    let status = response.header("azure-asyncoperation").unwrap().to_owned();
    assert!(status.contains("/deployments/first/operationStatuses/"), "{status}");
    assert_eq!(world.follow(&status).value()["status"], "InProgress");
    assert_eq!(state(&world, &path), "Running");
    world.time.pass(OPERATION);
    assert_eq!(world.follow(&status).value()["status"], "Succeeded");
    let shown = world.get(&path).value();
    assert_eq!(shown["properties"]["provisioningState"], "Succeeded");
    assert_eq!(shown["properties"]["outputResources"], json!([{ "id": network() }]));
    assert_eq!(state(&world, &network()), "Succeeded");
    let again = world.put(&path, deploy("Incremental", template(json!([])), json!({})));
    assert_eq!(again.status, 200);
}

#[test]
fn fact_105_resources_are_deployed_in_the_order_of_their_dependencies() {
    let world = world();
    let subnet = |name: &str, after: Value| {
        let body = json!({ "dependsOn": after, "properties": { "addressPrefix": "10.0.1.0/24" } });
        resource("Microsoft.Network/virtualNetworks/subnets", &format!("net/{name}"), body)
    };
    let first = "[resourceId('Microsoft.Network/virtualNetworks', 'net')]";
    let second = "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'a')]";
    let resources =
        json!([subnet("b", json!([second])), subnet("a", json!([first])), network_resource("net")]);
    accepted(&world.put(&deployment("d"), deploy("Incremental", template(resources), json!({}))));
    let there = || {
        ["net", "net/subnets/a", "net/subnets/b"]
            .map(|name| world.get(&id(&format!("Microsoft.Network/virtualNetworks/{name}"))).status == 200)
    };
    assert_eq!(there(), [true, false, false]);
    world.time.pass(OPERATION);
    assert_eq!(there(), [true, true, false]);
    world.time.pass(OPERATION);
    assert_eq!(there(), [true, true, true]);
    assert_eq!(state(&world, &deployment("d")), "Running");
    world.time.pass(OPERATION);
    assert_eq!(state(&world, &deployment("d")), "Succeeded");
}

#[test]
fn fact_105_parameters_variables_functions_and_references_have_values() {
    let world = world();
    let mut account = resource("Microsoft.Storage/storageAccounts", "[variables('account')]", storage_body());
    account["location"] = json!("[resourceGroup().location]");
    account["tags"] = json!({ "net": "[reference('net').resourceGuid]", "plain": "[[kept]" });
    let mut whole = template(json!([network_resource("net"), account]));
    whole["parameters"] = json!({
        "name": { "type": "string", "minLength": 2 },
        "secret": { "type": "securestring", "defaultValue": "hush" },
        "count": { "type": "int", "defaultValue": "[length(parameters('name'))]" },
    });
    whole["variables"] =
        json!({ "account": "[toLower(concat(parameters('name'), uniqueString(resourceGroup().id)))]" });
    let keys = version("/providers/Microsoft.Storage/storageAccounts/x");
    let keys = format!("[listKeys(variables('account'), '{keys}').keys[0].value]");
    whole["outputs"] = json!({
        "account": { "type": "string", "value": "[variables('account')]" },
        "where": { "type": "string", "value": "[format('{0}/{1}', subscription().subscriptionId, parameters('count'))]" },
        "state": { "type": "string", "value": "[reference(resourceId('Microsoft.Storage/storageAccounts', variables('account'))).provisioningState]" },
        "key": { "type": "securestring", "value": keys },
    });
    let shown =
        run(&world, &deployment("d"), deploy("Incremental", whole, json!({ "name": { "value": "ST" } })));
    let (properties, error) = (&shown["properties"], &shown["properties"]["error"]);
    assert_eq!(properties["provisioningState"], "Succeeded", "{error}");
    assert_eq!(properties["parameters"]["name"], json!({ "type": "String", "value": "ST" }));
    assert_eq!(properties["parameters"]["secret"], json!({ "type": "SecureString" }));
    let account = properties["outputs"]["account"]["value"].as_str().unwrap();
    assert!(account.starts_with("st") && account.len() == 15, "{account}");
    assert_eq!(
        properties["outputs"]["where"]["value"],
        json!(format!("{}/2", SUBSCRIPTION.trim_start_matches("/subscriptions/")))
    );
    assert_eq!(properties["outputs"]["state"]["value"], "Succeeded");
    assert_eq!(properties["outputs"]["key"], json!({ "type": "securestring" }));
    let stored = world.get(&id(&format!("Microsoft.Storage/storageAccounts/{account}"))).value();
    let guid = &world.get(&network()).value()["properties"]["resourceGuid"];
    assert_eq!((&stored["location"], &stored["tags"]["net"]), (&json!("westeurope"), guid));
    assert_eq!(stored["tags"]["plain"], "[kept]");
}

#[test]
fn fact_105_conditions_loops_and_symbolic_names_are_understood() {
    let world = world();
    let mut looped = network_resource("[format('net{0}', copyIndex(1))]");
    looped["copy"] = json!({ "name": "networks", "count": 2 });
    let mut absent = network_resource("absent");
    absent["condition"] = json!(false);
    let mut whole = template(json!({ "loop": looped, "absent": absent }));
    whole["languageVersion"] = json!("2.0");
    whole["outputs"] = json!({
        "all": { "type": "array", "copy": { "count": 2, "input": "[resourceId('a/b', string(copyIndex()))]" } },
    });
    let shown = run(&world, &deployment("d"), deploy("Incremental", whole, json!({})));
    assert_eq!(shown["properties"]["provisioningState"], "Succeeded", "{shown}");
    let status = |name: &str| world.get(&id(&format!("Microsoft.Network/virtualNetworks/{name}"))).status;
    assert_eq!(["net1", "net2", "net3", "absent"].map(status), [200, 200, 404, 404]);
    assert_eq!(shown["properties"]["outputs"]["all"]["value"][1], json!(id("a/b/1")));
}

#[test]
fn fact_105_deployments_nest_and_reach_other_groups() {
    let world = world();
    world.put(&group("H"), json!({ "location": "westeurope" }));
    let mut inner = template(json!([network_resource("[parameters('name')]")]));
    inner["parameters"] = json!({ "name": { "type": "string" } });
    inner["outputs"] = json!({
        "id": { "type": "string", "value": "[resourceId('Microsoft.Network/virtualNetworks', parameters('name'))]" },
    });
    let nested = json!({
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2025-04-01",
        "name": "inner",
        "resourceGroup": "H",
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": { "scope": "inner" },
            "parameters": { "name": { "value": "[concat('n', 'et')]" } },
            "template": inner,
        },
    });
    let mut outer = template(json!([nested]));
    let result = "[reference(resourceId('H', 'Microsoft.Resources/deployments', 'inner')).outputs.id.value]";
    outer["outputs"] = json!({ "id": { "type": "string", "value": result } });
    let shown = run(&world, &deployment("outer"), deploy("Incremental", outer, json!({})));
    let expected = format!("{}/providers/Microsoft.Network/virtualNetworks/net", group("H"));
    assert_eq!(shown["properties"]["outputs"]["id"]["value"], json!(expected), "{shown}");
    assert_eq!(world.get(&expected).status, 200);
}

#[test]
fn fact_105_a_deployment_in_a_subscription_makes_groups() {
    let world = world();
    let made = json!({
        "type": "Microsoft.Resources/resourceGroups", "apiVersion": "2025-04-01", "name": "made", "location": "westeurope",
    });
    let path = format!("{SUBSCRIPTION}/providers/Microsoft.Resources/deployments/groups");
    let body = deploy("Incremental", template(json!([made])), json!({}));
    refused(&world.put(&path, body.clone()), 400, "LocationRequired");
    let mut located = body;
    located["location"] = json!("westeurope");
    let shown = run(&world, &path, located);
    assert_eq!(shown["properties"]["provisioningState"], "Succeeded");
    assert_eq!(shown["properties"]["outputResources"][0]["id"], json!(group("made")));
    assert_eq!(world.get(&group("made")).status, 200);
}

#[test]
fn fact_105_a_failed_resource_fails_the_deployment_with_its_error() {
    let world = world();
    let mut vault = resource("Microsoft.KeyVault/vaults", "v", json!({ "location": "westeurope" }));
    vault["properties"] = json!({ "sku": { "family": "A", "name": "standard" } });
    let mut after = network_resource("net");
    after["dependsOn"] = json!(["v"]);
    let path = deployment("d");
    let response = world.put(&path, deploy("Incremental", template(json!([vault, after])), json!({})));
    let status = response.header("azure-asyncoperation").unwrap().to_owned();
    world.time.pass(OPERATION);
    let failed = world.follow(&status).value();
    assert_eq!((&failed["status"], &failed["error"]["code"]), (&json!("Failed"), &json!("DeploymentFailed")));
    assert!(failed["error"]["details"][0]["code"].is_string(), "{failed}");
    assert_eq!(state(&world, &path), "Failed");
    assert_eq!(world.get(&network()).status, 404, "what depends on a failure is not begun");
    let operations = world.get(&format!("{path}/operations")).value();
    let operation = &operations["value"][0];
    assert_eq!(operation["properties"]["provisioningState"], "Failed");
    assert_eq!(operation["properties"]["targetResource"]["resourceType"], "Microsoft.KeyVault/vaults");
    let one = format!("{path}/operations/{}", operation["operationId"].as_str().unwrap());
    assert_eq!(world.get(&one).value()["operationId"], operation["operationId"]);
}

#[test]
fn fact_105_deployments_are_found_listed_exported_and_forgotten() {
    let world = world();
    let path = deployment("d");
    assert_eq!(world.head(&path).status, 404);
    refused(&world.get(&path), 404, "DeploymentNotFound");
    let whole = template(json!([network_resource("net")]));
    run(&world, &path, deploy("Incremental", whole.clone(), json!({})));
    assert_eq!(world.head(&path).status, 204);
    let list = world.get(&id("Microsoft.Resources/deployments")).value();
    assert_eq!(list["value"][0]["name"], "d");
    assert_eq!(world.post(&format!("{path}/exportTemplate"), json!({})).value()["template"], whole);
    let deleted = world.delete(&path);
    assert_eq!(deleted.status, 202);
    world.time.pass(OPERATION);
    assert_eq!(world.follow(deleted.header("location").unwrap()).status, 204);
    assert_eq!((world.head(&path).status, world.delete(&path).status), (404, 204));
    assert_eq!(world.get(&network()).status, 200, "what it deployed stays");
}

#[test]
fn fact_105_a_cancelled_deployment_begins_nothing_more() {
    let world = world();
    let mut second = network_resource("second");
    second["dependsOn"] = json!(["first"]);
    let path = deployment("d");
    let body = deploy("Incremental", template(json!([network_resource("first"), second])), json!({}));
    accepted(&world.put(&path, body));
    world.get(&path);
    assert_eq!(world.post(&format!("{path}/cancel"), json!({})).status, 204);
    world.time.pass(OPERATION);
    assert_eq!(state(&world, &path), "Canceled");
    assert_eq!(world.get(&id("Microsoft.Network/virtualNetworks/second")).status, 404);
    refused(&world.post(&format!("{path}/cancel"), json!({})), 409, "DeploymentCannotBeCancelled");
}

fn validate(world: &World, template: Value, parameters: Value) -> Response {
    world.post(&format!("{}/validate", deployment("d")), deploy("Incremental", template, parameters))
}

#[test]
fn fact_105_validate_says_what_is_wrong_and_deploys_nothing() {
    let world = world();
    let mut whole = template(json!([network_resource("net")]));
    whole["parameters"] = json!({ "kind": { "type": "string", "allowedValues": ["a", "b"] } });
    let valid = validate(&world, whole.clone(), json!({ "kind": { "value": "a" } }));
    assert_eq!((valid.status, &valid.value()["properties"]["provisioningState"]), (200, &json!("Succeeded")));
    assert_eq!(valid.value()["properties"]["validatedResources"], json!([{ "id": network() }]));
    assert_eq!(world.get(&network()).status, 404);
    let wrong = [
        (whole.clone(), json!({}), "'kind'"),
        (whole.clone(), json!({ "kind": { "value": 1 } }), "Expected 'string'"),
        (whole.clone(), json!({ "kind": { "value": "c" } }), "'c' is not part"),
        (whole, json!({ "other": { "value": 1 } }), "do not correspond"),
        (template(json!([network_resource("[mystery()]")])), json!({}), "'mystery'"),
        (template(json!([network_resource("[reference('x').y]")])), json!({}), "'reference'"),
        (
            template(json!([{ "type": "Microsoft.Network/virtualNetworks", "name": "x" }])),
            json!({}),
            "'apiVersion'",
        ),
        (json!({ "resources": [] }), json!({}), "'$schema'"),
    ];
    for (template, parameters, problem) in wrong {
        let response = validate(&world, template, parameters);
        refused(&response, 400, "InvalidTemplate");
        assert!(message(&response).contains(problem), "{problem}: {}", message(&response));
    }
    let mut one = network_resource("one");
    one["dependsOn"] = json!(["two"]);
    let mut two = network_resource("two");
    two["dependsOn"] = json!(["one"]);
    let circle = validate(&world, template(json!([one.clone(), two])), json!({}));
    assert!(message(&circle).contains("Circular dependency"), "{}", message(&circle));
    assert!(
        message(&validate(&world, template(json!([one])), json!({}))).contains("not defined in the template")
    );
}

#[test]
fn fact_106_a_name_has_at_most_64_characters_of_a_few_kinds() {
    let world = world();
    let body = || deploy("Incremental", template(json!([])), json!({}));
    assert_eq!(world.put(&deployment(&"a".repeat(64)), body()).status, 201);
    refused(&world.put(&deployment(&"a".repeat(65)), body()), 400, "InvalidDeploymentName");
    refused(&world.put(&deployment("a%20b"), body()), 400, "InvalidDeploymentName");
}

#[test]
fn fact_106_a_scope_remembers_800_deployments() {
    let world = world();
    let body = || deploy("Incremental", template(json!([])), json!({}));
    for number in 0..800 {
        accepted(&world.put(&deployment(&format!("d{number}")), body()));
    }
    refused(&world.put(&deployment("more"), body()), 409, "DeploymentQuotaExceeded");
    assert_eq!(world.put(&deployment("d7"), body()).status, 200);
}

#[test]
fn fact_106_a_name_is_taken_while_its_deployment_runs() {
    let world = world();
    let body = || deploy("Incremental", template(json!([network_resource("net")])), json!({}));
    accepted(&world.put(&deployment("d"), body()));
    refused(&world.put(&deployment("d"), body()), 409, "DeploymentActive");
    world.time.pass(OPERATION);
    assert_eq!(world.put(&deployment("d"), body()).status, 200);
}

#[test]
fn fact_106_a_deployment_of_a_subscription_stays_at_its_location() {
    let world = world();
    let path = format!("{SUBSCRIPTION}/providers/Microsoft.Resources/deployments/d");
    let body = |location: &str| {
        let mut body = deploy("Incremental", template(json!([])), json!({}));
        body["location"] = json!(location);
        body
    };
    run(&world, &path, body("westeurope"));
    refused(&world.put(&path, body("northeurope")), 409, "InvalidDeploymentLocation");
    assert_eq!(world.put(&path, body("West Europe")).status, 200);
}

#[test]
fn fact_108_a_complete_deployment_deletes_what_the_template_lacks_unless_something_manages_it() {
    let world = world();
    for name in ["net", "old"] {
        world.make(&id(&format!("Microsoft.Network/virtualNetworks/{name}")), network_body());
    }
    let path = deployment("d");
    let resources = || template(json!([network_resource("net")]));
    run(&world, &path, deploy("Incremental", resources(), json!({})));
    assert_eq!(world.get(&id("Microsoft.Network/virtualNetworks/old")).status, 200);
    let shown = run(&world, &path, deploy("Complete", resources(), json!({})));
    assert_eq!(shown["properties"]["mode"], "Complete");
    assert_eq!(world.get(&id("Microsoft.Network/virtualNetworks/old")).status, 404);
    assert_eq!(world.get(&network()).status, 200);
    let whole = format!("{SUBSCRIPTION}/providers/Microsoft.Resources/deployments/d");
    let mut body = deploy("Complete", resources(), json!({}));
    body["location"] = json!("westeurope");
    refused(&world.put(&whole, body), 400, "InvalidDeploymentMode");
}

#[test]
fn fact_108_a_lock_keeps_what_a_complete_deployment_would_delete() {
    let world = world();
    world.make(&network(), network_body());
    let lock = format!("{}/providers/Microsoft.Authorization/locks/keep", network());
    accepted(&world.put(&lock, json!({ "properties": { "level": "CanNotDelete" } })));
    let shown = run(&world, &deployment("d"), deploy("Complete", template(json!([])), json!({})));
    assert_eq!(shown["properties"]["error"]["details"][0]["code"], "ScopeLocked", "{shown}");
    assert_eq!(world.get(&network()).status, 200);
}

#[test]
fn fact_105_older_clients_read_operations_without_the_provider_in_the_path() {
    let world = world();
    run(
        &world,
        &deployment("d"),
        deploy("Incremental", template(json!([network_resource("net")])), json!({})),
    );
    let path = format!("{}/deployments/d/operations", group("G"));
    let request = world.request(Method::Get, &path);
    assert_eq!(world.send(request).value()["value"][0]["properties"]["provisioningState"], "Succeeded");
}

#[test]
fn fact_105_a_serial_loop_goes_batch_by_batch() {
    let world = world();
    let mut looped = network_resource("[format('net{0}', copyIndex())]");
    looped["copy"] = json!({ "name": "networks", "count": 3, "mode": "serial", "batchSize": 2 });
    accepted(&world.put(&deployment("d"), deploy("Incremental", template(json!([looped])), json!({}))));
    let there = || {
        [0, 1, 2].map(|n| world.get(&id(&format!("Microsoft.Network/virtualNetworks/net{n}"))).status == 200)
    };
    assert_eq!(there(), [true, true, false]);
    world.time.pass(OPERATION);
    assert_eq!(there(), [true, true, true]);
}

#[test]
fn fact_105_deployments_run_in_the_tenant_and_in_management_groups() {
    let world = world();
    let role = "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7";
    for (number, scope) in
        ["", "/providers/Microsoft.Management/managementGroups/platform"].into_iter().enumerate()
    {
        let properties = json!({ "principalId": "[guid(tenant().tenantId)]", "roleDefinitionId": role });
        let name = format!("[guid('{number}')]");
        let assignment =
            resource("Microsoft.Authorization/roleAssignments", &name, json!({ "properties": properties }));
        let mut body = deploy("Incremental", template(json!([assignment])), json!({}));
        body["location"] = json!("westeurope");
        let path = format!("{scope}/providers/Microsoft.Resources/deployments/d");
        let shown = run(&world, &path, body);
        assert_eq!(shown["properties"]["provisioningState"], "Succeeded", "{shown}");
        let made = shown["properties"]["outputResources"][0]["id"].as_str().unwrap().to_owned();
        assert!(
            made.starts_with(&format!("{scope}/providers/Microsoft.Authorization/roleAssignments/")),
            "{made}"
        );
        assert_eq!(world.get(&made).status, 200);
    }
}

#[test]
fn fact_105_what_the_simulator_does_not_do_is_named() {
    let world = world();
    let mut linked = deploy("Incremental", template(json!([])), json!({}));
    linked["properties"]["templateLink"] = json!({ "uri": "https://example.com/t.json" });
    let mut again = deploy("Incremental", template(json!([])), json!({}));
    again["properties"]["onErrorDeployment"] = json!({ "type": "LastSuccessful" });
    let mut functions = template(json!([]));
    functions["functions"] = json!([{ "namespace": "my", "members": {} }]);
    let functions = deploy("Incremental", functions, json!({}));
    for (body, name) in [(linked, "links"), (again, "'onErrorDeployment'"), (functions, "'functions'")] {
        let response = world.put(&deployment("d"), body);
        refused(&response, 400, "InvalidTemplate");
        assert!(message(&response).contains(name), "{}", message(&response));
    }
}

#[test]
fn fact_105_a_running_deployment_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let settings = atp_azure_sim::Settings { operation_duration: OPERATION, ..Default::default() };
    let clock = world().time;
    let open = || {
        let types = atp_azure::descriptors();
        let simulator =
            atp_azure_sim::Simulator::open(folder.path(), types, settings.clone(), clock.clone()).unwrap();
        World { simulator, time: clock.clone() }
    };
    let world = open();
    accepted(&world.put(&group("G"), json!({ "location": "westeurope" })));
    let mut second = network_resource("second");
    second["dependsOn"] = json!(["first"]);
    let body = deploy("Incremental", template(json!([network_resource("first"), second])), json!({}));
    accepted(&world.put(&deployment("d"), body));
    world.get(&deployment("d"));
    drop(world);
    let world = open();
    world.time.pass(OPERATION);
    world.get(&deployment("d"));
    drop(world);
    let world = open();
    assert_eq!(state(&world, &deployment("d")), "Running");
    world.time.pass(OPERATION);
    assert_eq!(state(&world, &deployment("d")), "Succeeded");
    assert_eq!(state(&world, &id("Microsoft.Network/virtualNetworks/second")), "Succeeded");
}

#[test]
fn fact_105_a_type_whose_name_only_begins_like_deployments_is_another_one() {
    let world = world();
    let stack = id("Microsoft.Resources/deploymentStacks/stack");
    let response = world.put(
        &stack,
        crate::support::smallest_body(crate::support::descriptor("Microsoft.Resources/deploymentStacks")),
    );
    accepted(&response);
    world.time.pass(OPERATION);
    assert_eq!(world.get(&stack).value()["type"], "Microsoft.Resources/deploymentStacks");
}
