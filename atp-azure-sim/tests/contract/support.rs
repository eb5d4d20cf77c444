//! A cloud of all types under virtual time, and short ways to send requests to it.

use std::sync::Arc;
use std::time::Duration;

use atp_azure::descriptor::{Object, Parent, Shape, Text, TypeDescriptor};
use atp_azure_sim::{Method, Request, Response, Settings, Simulator, VirtualClock};
use serde_json::{Map, Value, json};

pub const SUBSCRIPTION: &str = "/subscriptions/11111111-2222-4333-8444-555555555555";

/// How long operations take in [`world`].
pub const OPERATION: Duration = Duration::from_secs(10);

pub struct World {
    pub simulator: Simulator,
    pub time: Arc<VirtualClock>,
}

/// A cloud whose operations take [`OPERATION`] and that keeps what is deleted softly, with the resource group `G`.
pub fn world() -> World {
    with(settings())
}

/// The settings of [`world`].
pub fn settings() -> Settings {
    Settings { operation_duration: OPERATION, soft_delete: true, ..Settings::default() }
}

pub fn with(settings: Settings) -> World {
    let time = Arc::new(VirtualClock::default());
    let simulator = Simulator::in_memory(atp_azure::descriptors(), settings, time.clone());
    let world = World { simulator, time };
    assert_eq!(world.put(&group("G"), json!({ "location": "westeurope" })).status, 201);
    world
}

pub fn group(name: &str) -> String {
    format!("{SUBSCRIPTION}/resourceGroups/{name}")
}

/// The id of something in the group `G`, such as `id("Microsoft.Network/virtualNetworks/net")`.
pub fn id(rest: &str) -> String {
    format!("{}/providers/{rest}", group("G"))
}

pub fn network() -> String {
    id("Microsoft.Network/virtualNetworks/net")
}

pub fn network_body() -> Value {
    json!({ "location": "westeurope", "properties": { "addressSpace": { "addressPrefixes": ["10.0.0.0/16"] } } })
}

pub fn vault() -> String {
    id("Microsoft.KeyVault/vaults/secrets")
}

pub fn vault_body() -> Value {
    json!({
        "location": "westeurope",
        "properties": {
            "tenantId": "72f988bf-0000-4000-8000-2d7cd011db47",
            "sku": { "family": "A", "name": "standard" },
            "accessPolicies": [],
        },
    })
}

pub fn storage() -> String {
    id("Microsoft.Storage/storageAccounts/data")
}

pub fn storage_body() -> Value {
    json!({ "location": "westeurope", "kind": "StorageV2", "sku": { "name": "Standard_LRS" } })
}

/// The descriptor of a type, by name in any casing.
#[track_caller]
pub fn descriptor(type_name: &str) -> &'static TypeDescriptor {
    let found = atp_azure::descriptors().iter().find(|d| d.name.eq_ignore_ascii_case(type_name));
    found.unwrap_or_else(|| panic!("{type_name} has no descriptor"))
}

/// The version of the type that the last provider of `path` names; one of ARM's own for other paths.
pub fn version(path: &str) -> &'static str {
    let path = path.split('?').next().unwrap_or_default();
    let Some((_, provider)) =
        path.to_ascii_lowercase().rsplit_once("/providers/").map(|(a, b)| (a.len(), b.to_owned()))
    else {
        return "2025-04-01";
    };
    let segments: Vec<&str> = provider.split('/').collect();
    let kinds: Vec<&str> = segments[1..].iter().copied().step_by(2).collect();
    // An action or a list without a name ends with what is no type: the longest type that is known is meant.
    let known = (1..=kinds.len()).rev().find_map(|count| {
        let name = format!("{}/{}", segments[0], kinds[..count].join("/"));
        atp_azure::descriptors().iter().find(|d| d.name.eq_ignore_ascii_case(&name))
    });
    known.map_or("2025-04-01", |d| d.api_version)
}

impl World {
    #[track_caller]
    pub fn send(&self, request: Request) -> Response {
        self.simulator.handle(&request).unwrap()
    }

    /// A request with the api-version that fits the path, which may have a query.
    pub fn request(&self, method: Method, path: &str) -> Request {
        let separator = if path.contains('?') { '&' } else { '?' };
        Request::new(method, &format!("{path}{separator}api-version={}", version(path)))
    }

    pub fn put(&self, path: &str, body: Value) -> Response {
        self.send(self.request(Method::Put, path).with_json(&body))
    }

    pub fn patch(&self, path: &str, body: Value) -> Response {
        self.send(self.request(Method::Patch, path).with_json(&body))
    }

    pub fn post(&self, path: &str, body: Value) -> Response {
        self.send(self.request(Method::Post, path).with_json(&body))
    }

    pub fn get(&self, path: &str) -> Response {
        self.send(self.request(Method::Get, path))
    }

    pub fn head(&self, path: &str) -> Response {
        self.send(self.request(Method::Head, path))
    }

    pub fn delete(&self, path: &str) -> Response {
        self.send(self.request(Method::Delete, path))
    }

    /// Makes what an instance of a type has to live in, and returns the id that the instance then has.
    #[track_caller]
    pub fn place(&self, type_name: &str) -> String {
        let descriptor = descriptor(type_name);
        let parent = match descriptor.parent {
            Parent::Subscription => SUBSCRIPTION.to_owned(),
            Parent::ResourceGroup | Parent::Scope => group("G"),
            Parent::Resource(parent) => {
                let place = self.place(parent);
                if self.get(&place).status == 404 {
                    self.make(&place, smallest_body(crate::support::descriptor(parent)));
                }
                place
            }
        };
        let is_guid = descriptor.names.pattern.contains("0-9a-fA-F")
            || descriptor.namespace() == "Microsoft.Authorization";
        let name = match descriptor.names.fixed {
            Some(fixed) => fixed,
            None if is_guid => "00000000-0000-4000-8000-000000000001",
            None => "namename01",
        };
        descriptor.id(&parent, name)
    }

    /// PUT that has to be accepted, and the time that its operation takes.
    #[track_caller]
    pub fn make(&self, path: &str, body: Value) -> Value {
        accepted(&self.put(path, body));
        self.time.pass(OPERATION);
        self.get(path).value()
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

/// The message of a refusal.
pub fn message(response: &Response) -> String {
    response.value()["error"]["message"].as_str().unwrap_or_default().to_owned()
}

/// The answer is one of the good ones.
#[track_caller]
pub fn accepted(response: &Response) {
    assert!(response.status < 300, "{} {}", response.status, response.value());
}

/// The smallest body that a descriptor allows.
pub fn smallest_body(descriptor: &TypeDescriptor) -> Value {
    let mut body = sample(descriptor.body, "");
    if descriptor.has_location() {
        body["location"] = json!("westeurope");
    }
    body
}

/// What is tried where a text has a pattern or bounds.
const TEXTS: &[&str] = &[
    "10.0.0.0/16",
    "abc",
    "00000000-0000-4000-8000-000000000001",
    "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/G",
];

fn sample(shape: &Shape, name: &str) -> Value {
    match shape {
        Shape::Any | Shape::Map(_) => json!({}),
        Shape::Boolean => json!(true),
        Shape::Integer { min, max } => json!(min.unwrap_or(max.unwrap_or(1).min(1))),
        Shape::Number => json!(1),
        Shape::String(text) => json!(sample_text(text, name)),
        Shape::List { item, min, .. } => (0..*min).map(|_| sample(item, name)).collect(),
        Shape::Object(object) => Value::Object(sample_properties(object)),
    }
}

fn sample_properties(object: &Object) -> Map<String, Value> {
    let mut found = Map::new();
    let mut objects = vec![object];
    if let Some((selector, [(name, variant), ..])) = object.variants {
        found.insert(selector.to_owned(), json!(name));
        objects.push(variant);
    }
    for property in objects.into_iter().flat_map(|object| object.properties) {
        if property.flags.required && !property.flags.read_only && !found.contains_key(property.name) {
            found.insert(property.name.to_owned(), sample(property.shape, property.name));
        }
    }
    found
}

fn sample_text(text: &Text, name: &str) -> &'static str {
    if let Some(first) = text.values.first() {
        return first;
    }
    let pattern = regex_lite::Regex::new(text.pattern);
    let fits = |sample: &&&str| {
        let matches = pattern.as_ref().is_ok_and(|pattern| pattern.is_match(sample));
        let is_id = name.to_lowercase().ends_with("id");
        (text.min..=text.max).contains(&sample.len()) && matches && (!is_id || sample.contains('-'))
    };
    TEXTS.iter().find(fits).unwrap_or_else(|| panic!("no sample for `{name}` {text:?}"))
}
