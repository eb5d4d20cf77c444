use atp_azure_sim::{Method, Response};
use serde_json::json;

use crate::support::{World, network, refused, world};

fn conditional(world: &World, method: Method, header: &str, value: &str) -> Response {
    let request = world.request(method, &network()).with_header(header, value);
    world.send(request.with_json(&json!({ "location": "westeurope" })))
}

#[test]
fn a_write_on_condition_needs_the_etag_to_match() {
    let world = world(0);
    refused(&conditional(&world, Method::Put, "if-match", "*"), 412, "PreconditionFailed");
    assert_eq!(conditional(&world, Method::Put, "if-none-match", "*").status, 201);
    refused(&conditional(&world, Method::Put, "if-none-match", "*"), 412, "PreconditionFailed");
    let current = world.get(&network());
    let etag = current.header("etag").unwrap();
    assert_eq!(current.value()["etag"], json!(etag));
    assert_eq!(conditional(&world, Method::Put, "if-match", etag).status, 200);
    refused(&conditional(&world, Method::Put, "if-match", etag), 412, "PreconditionFailed");
    refused(&conditional(&world, Method::Patch, "if-match", etag), 412, "PreconditionFailed");
    refused(&conditional(&world, Method::Delete, "if-match", etag), 412, "PreconditionFailed");
}

#[test]
fn a_conditional_patch_or_delete_of_nothing_is_404_and_204() {
    let world = world(0);
    refused(&conditional(&world, Method::Patch, "if-match", "x"), 404, "ResourceNotFound");
    assert_eq!(conditional(&world, Method::Delete, "if-match", "x").status, 204);
}
