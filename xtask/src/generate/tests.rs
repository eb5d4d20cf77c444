//! The generator as a whole.

use super::schema::Document;
use super::tables::{self, Entry, TYPES};
use super::{SCHEMAS_VARIABLE, emit_descriptor, emit_resource, model, schemas_folder, tree};
use std::path::PathBuf;

/// The folder of facts; says that the test is skipped where there is none.
fn facts(test: &str) -> Option<PathBuf> {
    schemas_folder(std::env::var_os(SCHEMAS_VARIABLE).map(Into::into))
        .inspect_err(|reason| eprintln!("skipped: generate::tests::{test}: {reason}"))
        .ok()
}

#[test]
fn the_committed_files_are_what_the_generator_writes() {
    if let Some(schemas) = facts("the_committed_files_are_what_the_generator_writes") {
        tree(&schemas).unwrap().check().unwrap();
    }
}

#[test]
fn every_known_type_can_be_generated() {
    let Some(schemas) = facts("every_known_type_can_be_generated") else { return };
    let index = std::fs::read_to_string(schemas.join("index.json")).unwrap();
    let index: serde_json::Value = serde_json::from_str(&index).unwrap();
    for known in index.as_array().unwrap() {
        let text = |name: &str| -> &'static str { known[name].as_str().unwrap().to_owned().leak() };
        let entry = Box::leak(Box::new(Entry { kind: text("type"), name: "Thing", file: text("file") }));
        let document = Document::read(&schemas, entry.kind, entry.file).unwrap();
        let resource = model::Resource::build(&document, entry).unwrap();
        assert!(emit_resource::emit(&resource).contains("impl Resource for Thing"));
        // A hint that nobody has reviewed is the only thing that may stop it.
        if let Err(error) = emit_descriptor::emit(&document, &resource) {
            assert!(error.to_string().contains("decide in tables::REVIEWS"), "{}: {error}", entry.kind);
            assert!(!TYPES.iter().any(|listed| listed.kind == entry.kind), "{}: {error}", entry.kind);
        }
    }
}

#[test]
fn every_decision_is_about_a_property_that_there_is() {
    let Some(schemas) = facts("every_decision_is_about_a_property_that_there_is") else { return };
    let paths = |kind: &str| {
        let entry = tables::entry_of(kind).unwrap_or_else(|| panic!("{kind} is not generated"));
        super::facts::paths(&Document::read(&schemas, entry.kind, entry.file).unwrap())
    };
    let presets = tables::PRESETS.iter().map(|(kind, path, _)| (*kind, *path));
    let reviews = tables::REVIEWS.iter().map(|review| (review.kind, review.path));
    let own = tables::own_references();
    for (kind, path) in tables::REQUIRED
        .iter()
        .copied()
        .chain(presets)
        .chain(reviews)
        .chain(own)
        .chain(tables::FRACTIONS.iter().copied())
    {
        assert!(paths(kind).contains(path), "{kind} has no {path}");
    }
}

const ENTRY: Entry = Entry { kind: "Microsoft.Test/things", name: "Thing", file: "" };

fn generated(body: serde_json::Value, defs: serde_json::Value) -> (String, String) {
    let facts = serde_json::json!({
        "type": ENTRY.kind, "apiVersion": "2026-01-01", "scope": ["resourceGroup"],
        "schema": {"type": "object", "properties": body}, "defs": defs,
        "secret": {"properties.password": ["curated"]},
        "mutability": {"createOnly": {"location": ["sdk"], "zone": ["azurerm"]}},
    });
    let document = Document::of(facts, ENTRY.kind).unwrap();
    let resource = model::Resource::build(&document, &ENTRY).unwrap();
    let descriptor = emit_descriptor::emit(&document, &resource);
    (emit_resource::emit(&resource), descriptor.unwrap_or_else(|error| error.to_string()))
}

#[test]
fn a_hint_that_nobody_reviewed_stops_the_generator() {
    let (_, descriptor) = generated(serde_json::json!({}), serde_json::json!({}));
    assert_eq!(descriptor, "only azurerm says that zone is create-only: decide in tables::REVIEWS");
}

#[test]
fn properties_are_written_by_what_they_are() {
    let string = serde_json::json!({"type": "string"});
    let (code, _) = generated(
        serde_json::json!({
            "kind": string,
            "properties": {"type": "object", "required": ["kind"], "properties": {
                "kind": string,
                "type": string,
                "password": string,
                "state": {"type": "string", "readOnly": true},
                "tree": {"$ref": "#/defs/Tree"},
                "either": {"type": "object", "discriminator": "form", "base": {"properties": {"label": string}}, "variants": {
                    "Big.Circle": {"properties": {"form": string, "radius": {"type": "integer"}}},
                    "Dot": {"properties": {"form": string}},
                }},
                "matrix": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
                "network": {"type": "object", "properties": {"id": string}},
            }},
        }),
        serde_json::json!({
            "Tree": {"type": "object", "properties": {"left": {"$ref": "#/defs/Tree"}, "label": string}},
        }),
    );
    for line in [
        "pub kind: Input<String>",
        "pub kind_property: Input<String>",
        "pub type_: Input<String>",
        "pub password: Input<Secret<String>>",
        "pub tree: Input<ThingTree>",
        "pub left: Input<Value>",
        "pub either: Input<ThingEither>",
        "pub ThingEither by \"form\"",
        "Circle(ThingEitherCircle) = \"Big.Circle\"",
        "Dot(ThingEitherDot) = \"Dot\"",
        "pub radius: Input<i64>",
        "pub label: Input<String>",
        "pub matrix: InputList<Vec<i64>>",
        "pub network: Input<SubResource>",
        "codec.property(\"properties/kind\", &mut self.kind_property);",
        "pub fn state(&self) -> Output<String>",
    ] {
        assert!(code.contains(line), "{line}\nis not in\n{code}");
    }
    assert!(!code.contains("pub state:") && !code.contains("pub form:"), "{code}");
}
