//! A cloud under virtual time, and short ways to send requests to it.

use std::sync::Arc;
use std::time::Duration;

use atp_azure_sim::{Method, Request, Response, Settings, Simulator, VirtualClock};
use serde_json::{Value, json};

use crate::descriptors;

pub const SUBSCRIPTION: &str = "/subscriptions/11111111-2222-4333-8444-555555555555";

pub struct World {
    pub simulator: Simulator,
    pub time: Arc<VirtualClock>,
}

pub fn clock() -> Arc<VirtualClock> {
    Arc::new(VirtualClock::default())
}

/// A cloud whose operations take as long as `seconds` says, with the resource group `G`.
pub fn world(seconds: u64) -> World {
    with(Settings { operation_duration: Duration::from_secs(seconds), ..Settings::default() })
}

pub fn with(settings: Settings) -> World {
    let time = clock();
    let simulator = Simulator::in_memory(descriptors::ALL, settings, time.clone());
    let world = World { simulator, time };
    assert_eq!(world.put(&group("G"), json!({ "location": "westeurope" })).status, 201);
    world
}

pub fn group(name: &str) -> String {
    format!("{SUBSCRIPTION}/resourceGroups/{name}")
}

/// The id of something in the group `G`.
pub fn id(rest: &str) -> String {
    format!("{}/providers/{rest}", group("G"))
}

pub fn network() -> String {
    id("Microsoft.Network/virtualNetworks/net")
}

pub fn vault_body() -> Value {
    json!({
        "location": "westeurope",
        "properties": { "tenantId": "72f988bf-0000-4000-8000-2d7cd011db47", "sku": { "name": "standard" } },
    })
}

/// The version of the type that `path` names.
pub fn version(path: &str) -> &'static str {
    let lower = path.to_ascii_lowercase();
    let provider = lower.rsplit("/providers/").next().unwrap_or_default();
    let known = descriptors::ALL.iter().find(|d| {
        lower.contains("/providers/")
            && provider.starts_with(&d.namespace().to_ascii_lowercase())
            && provider.contains(&d.name.split('/').nth(1).unwrap().to_ascii_lowercase())
    });
    known.map_or("2025-04-01", |d| d.api_version)
}

impl World {
    pub fn send(&self, request: Request) -> Response {
        self.simulator.handle(&request).unwrap()
    }

    pub fn request(&self, method: Method, path: &str) -> Request {
        Request::new(method, &format!("{path}?api-version={}", version(path)))
    }

    pub fn put(&self, path: &str, body: Value) -> Response {
        self.send(self.request(Method::Put, path).with_json(&body))
    }

    pub fn patch(&self, path: &str, body: Value) -> Response {
        self.send(self.request(Method::Patch, path).with_json(&body))
    }

    pub fn get(&self, path: &str) -> Response {
        self.send(self.request(Method::Get, path))
    }

    pub fn delete(&self, path: &str) -> Response {
        self.send(self.request(Method::Delete, path))
    }

    /// GET of a URL that the cloud gave.
    pub fn follow(&self, url: &str) -> Response {
        let (_, rest) = url.split_once("://").unwrap();
        self.send(Request::new(Method::Get, &rest[rest.find('/').unwrap()..]))
    }
}

/// Status and error code of a refusal.
#[track_caller]
pub fn refused(response: &Response, status: u16, code: &str) {
    let body = response.value();
    assert_eq!((response.status, body["error"]["code"].as_str()), (status, Some(code)), "{body}");
}

/// The answer is one of the good ones.
#[track_caller]
pub fn accepted(response: &Response) {
    assert!(response.status < 300, "{} {}", response.status, response.value());
}
