//! Requests, ids, envelope.

use atp_azure_sim::{Method, Request};

use crate::support::{group, message, refused, world};

#[test]
fn fact_001_a_request_without_an_api_version_is_refused() {
    let world = world();
    let response = world.send(Request::new(Method::Get, &group("G")));
    refused(&response, 400, "MissingApiVersionParameter");
    assert_eq!(
        message(&response),
        "The api-version query parameter (?api-version=) is required for all requests."
    );
}
