//! What other tools make at random, or of the time, and keep in their states.
//!
//! Values in clear can be taken over, by an id that is the value. Secrets cannot: the configuration gives them.

use crate::random::{Id, Pet, Uuid};
use crate::time::{Rotating, Static};
use atp_iac::ResourceType;
use atp_iac::migrate::{Counterpart, Foreign};

/// The types of `random` and `time`: as Terraform calls them, and as Pulumi does.
const TYPES: &[(&str, &str, Value)] = &[
    ("random_id", "random:index/randomId:RandomId", Value::Text(Id::TYPE, "hex")),
    ("random_pet", "random:index/randomPet:RandomPet", Value::Text(Pet::TYPE, "id")),
    ("random_uuid", "random:index/randomUuid:RandomUuid", Value::Text(Uuid::TYPE, "id")),
    ("random_password", "random:index/randomPassword:RandomPassword", Value::Secret),
    ("random_string", "random:index/randomString:RandomString", Value::None),
    ("random_bytes", "random:index/randomBytes:RandomBytes", Value::Secret),
    ("random_integer", "random:index/randomInteger:RandomInteger", Value::None),
    ("random_shuffle", "random:index/randomShuffle:RandomShuffle", Value::None),
    ("time_rotating", "time:index/rotating:Rotating", Value::Text(Rotating::TYPE, "rfc3339")),
    ("time_static", "time:index/static:Static", Value::Text(Static::TYPE, "rfc3339")),
    ("time_offset", "time:index/offset:Offset", Value::None),
    ("time_sleep", "time:index/sleep:Sleep", Value::None),
];

/// What a type has that could be taken over.
#[derive(Clone, Copy)]
enum Value {
    /// A text: the type here, and the property that has it.
    Text(&'static str, &'static str),
    /// A secret.
    Secret,
    /// Nothing that has a type here.
    None,
}

/// What a resource of another tool is to the provider of this name.
pub(crate) fn counterpart(provider: &str, resource: &Foreign) -> Option<Counterpart> {
    let own = |(terraform, pulumi, _): &&(&str, &str, Value)| {
        *terraform == resource.kind || *pulumi == resource.kind
    };
    let (terraform, _, value) = TYPES.iter().find(own)?;
    let nothing = |why: &str| Some(Counterpart::Nothing { why: why.to_owned() });
    match value {
        // Each provider speaks of its own types.
        _ if !terraform.starts_with(&format!("{provider}_")) => None,
        Value::Secret => nothing(
            "its value is secret, and is not taken from the file: encrypt it in the configuration, and give it to \
             `Password::taken_over`",
        ),
        Value::None => nothing("there is no such type here: write its value into the configuration"),
        Value::Text(kind, property) => {
            let id = match *property {
                "id" => Some(resource.id.as_str()),
                property => resource.texts.get(property),
            };
            match id {
                Some(id) => Some(Counterpart::Object { kind: (*kind).to_owned(), id: id.to_owned() }),
                None => nothing("the file does not show its value: write it into the configuration"),
            }
        }
    }
}
