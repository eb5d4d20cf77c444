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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

    use crate::LocalProvider;
    use atp_iac::migrate::{ForeignFile, Mapped, Planned, Tool, Verdict, claims, matched};
    use atp_iac::ports::{SystemClock, SystemRandom};
    use atp_iac::provider::Provider;
    use atp_iac::{StackName, Urn};
    use serde_json::json;
    use std::sync::Arc;

    /// Nobody may see it.
    const CANARY: &str = "canary-4711";

    fn state(kind: &str, name: &str, attributes: serde_json::Value) -> ForeignFile {
        let instance = json!({"attributes": attributes, "sensitive_attributes": []});
        let resource =
            json!({"mode": "managed", "type": kind, "name": name, "provider": "p", "instances": [instance]});
        let state = json!({"version": 4, "serial": 1, "resources": [resource]});
        ForeignFile::read(Tool::Terraform, state.to_string().as_bytes()).unwrap()
    }

    fn claimed(file: &ForeignFile) -> Result<Mapped, String> {
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
        let providers =
            [LocalProvider::random(clock.clone(), random.clone()), LocalProvider::time(clock, random)];
        claims(file, providers.iter().map(|own| own as &dyn Provider)).pop().unwrap()
    }

    #[test]
    fn values_in_clear_are_found_by_what_imports_them() {
        for (kind, attributes, ours, id) in [
            ("random_id", json!({"id": "3q2-7w", "hex": "deadbeef"}), "random:Id", "deadbeef"),
            ("random_pet", json!({"id": "brave-cat"}), "random:Pet", "brave-cat"),
            (
                "time_rotating",
                json!({"id": "2026-01-01T00:00:00Z", "rfc3339": "2026-01-01T00:00:00Z"}),
                "time:Rotating",
                "2026-01-01T00:00:00Z",
            ),
        ] {
            let mapped = claimed(&state(kind, "a", attributes)).unwrap();
            assert_eq!((mapped.kind.as_str(), mapped.id.as_str()), (ours, id));
            assert!(mapped.lives_in_state);
        }
    }

    #[test]
    fn a_secret_is_left_and_not_shown() {
        for kind in ["random_password", "random_bytes", "random_string"] {
            let file = state(kind, "a", json!({"id": "none", "result": CANARY, "hex": CANARY}));
            let why = claimed(&file).unwrap_err();
            assert!(!why.contains(CANARY) && !format!("{file:?}").contains(CANARY), "{why}");
        }
        let password = claimed(&state("random_password", "a", json!({"id": "none"}))).unwrap_err();
        assert!(password.contains("`Password::taken_over`"), "{password}");
    }

    #[test]
    fn what_has_no_id_to_predict_is_found_by_its_name() {
        let file = state("random_pet", "server_name", json!({"id": "brave-cat"}));
        let stack = StackName::new("dev", "north", "shop").unwrap();
        let planned = |name: &str| Planned {
            urn: Urn::new(&stack, &["Shop", "random:Pet"], &["front", name]).unwrap(),
            provider: "random".to_owned(),
            kind: "random:Pet".to_owned(),
            id: None,
            parts: Vec::new(),
            managed: None,
        };
        let claims = [claimed(&file)];
        let program = [planned("server-name"), planned("other")];
        let found = matched(&file, &claims, &program);
        let adopted = Verdict::Adopted { urn: program[0].urn.clone(), id: "brave-cat".to_owned() };
        assert_eq!(found.lines[0].verdict, adopted);
        let twice = matched(&file, &claims, &[planned("server-name"), planned("Server_Name")]);
        assert_eq!(twice.ambiguous.len(), 1);
        assert!(twice.requests().is_empty());
    }
}
