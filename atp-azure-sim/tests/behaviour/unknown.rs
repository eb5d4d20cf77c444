use atp_azure_sim::{Method, Settings};
use serde_json::json;

use crate::support::{World, accepted, group, id, network, refused, with, world};

fn open() -> World {
    with(Settings { accept_unknown: true, ..Settings::default() })
}

#[test]
fn a_type_that_nobody_knows_is_kept_as_it_is_sent_when_the_settings_say_so() {
    let world = open();
    let bar = id("Microsoft.Foo/bars/a");
    refused(&world.get(&bar), 404, "ResourceNotFound");
    assert_eq!(world.put(&bar, json!({ "properties": { "size": 1 } })).status, 201);
    assert_eq!(world.put(&bar, json!({ "properties": { "size": 2 } })).status, 200);
    let shown = world.get(&bar).value();
    assert_eq!((&shown["properties"]["size"], &shown["type"]), (&json!(2), &json!("Microsoft.Foo/bars")));
    accepted(&world.put(&format!("{bar}/bazes/b"), json!({})));
    accepted(&world.put(&format!("{bar}/providers/Microsoft.Foo/notes/n"), json!({})));
    refused(&world.put(&id("Microsoft.Foo/bars/none/bazes/b"), json!({})), 404, "ParentResourceNotFound");
    accepted(&world.delete(&bar));
    refused(&world.get(&format!("{bar}/bazes/b")), 404, "ResourceNotFound");
    refused(&world.put(&id("Foo/bars/a"), json!({})), 404, "InvalidResourceNamespace");
}

#[test]
fn a_property_that_nobody_knows_is_kept_too() {
    let world = open();
    accepted(
        &world.put(&network(), json!({ "location": "westeurope", "properties": { "new": { "a": 1 } } })),
    );
    assert_eq!(world.get(&network()).value()["properties"]["new"], json!({ "a": 1 }));
}

#[test]
fn without_that_setting_both_are_refused() {
    let world = world(0);
    refused(&world.put(&id("Microsoft.Foo/bars/a"), json!({})), 404, "InvalidResourceNamespace");
    let sent = json!({ "location": "westeurope", "properties": { "new": 1 } });
    refused(&world.put(&network(), sent), 400, "InvalidRequestContent");
    assert_eq!(world.get(&group("G")).status, 200);
}

#[test]
fn any_action_of_a_type_that_nobody_knows_is_answered() {
    let world = open();
    let bar = id("Microsoft.Foo/bars/a");
    accepted(&world.put(&bar, json!({})));
    let keys = world.send(world.request(Method::Post, &format!("{bar}/listKeys"))).value();
    assert!(keys["keys"][0]["value"].is_string());
}
