//! What is read of files, what is refused, and what is matched.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use super::*;
use crate::provider::Provider;
use crate::testing::MemoryCloud;
use crate::{StackName, Urn};
use serde_json::{Value as Json, json};

const STATE: &str = include_str!("fixtures/terraform.tfstate.json");
const SHOWN: &str = include_str!("fixtures/terraform.show.json");
const STACK: &str = include_str!("fixtures/pulumi.stack.json");
/// What stands for secrets in the fixtures.
const CANARY: &str = "canary-4711";

fn read(tool: Tool, text: &str) -> ForeignFile {
    ForeignFile::read(tool, text.as_bytes()).unwrap()
}

fn refused(tool: Tool, file: &Json) -> String {
    let error = ForeignFile::read(tool, file.to_string().as_bytes()).unwrap_err();
    format!("{error} / {}", error.hint())
}

#[test]
fn a_state_that_terraform_wrote_is_read_either_way() {
    let state = read(Tool::Terraform, STATE);
    let addresses: Vec<&str> = state.resources.iter().map(|one| one.address.as_str()).collect();
    assert_eq!(
        addresses,
        [
            "terraform_data.each[\"a.b\"]",
            "terraform_data.each[\"c\\\"d\"]",
            "terraform_data.plain",
            "module.inner[0].terraform_data.deep",
            "module.inner[1].terraform_data.deep"
        ]
    );
    assert_eq!(state.resources[1].key.as_deref(), Some("c\"d"));
    assert_eq!(state.resources[3].modules, ["inner[0]"]);
    assert_eq!(state.resources[2].id, "4a2a8a36-a73c-2b0f-b23c-3f2b7bb18c4a");
    assert!(state.resources.iter().all(|one| one.not_managed.is_none()));
    let shown = read(Tool::Terraform, SHOWN);
    let mut same = shown.clone();
    // The state writes values of any type with their types beside them.
    for (own, other) in same.resources.iter_mut().zip(&state.resources) {
        own.texts = other.texts.clone();
    }
    assert_eq!(same, state);
}

#[test]
fn of_a_stack_of_pulumi_components_and_providers_are_no_resources() {
    let stack = read(Tool::Pulumi, STACK);
    let known: Vec<(&str, bool)> =
        stack.resources.iter().map(|one| (one.name.as_str(), one.not_managed.is_none())).collect();
    assert_eq!(known, [("hub::a", true), ("old", false), ("seen", false), ("sql", false)]);
    let network = &stack.resources[0];
    assert!(network.is_protected && network.kind == "azure-native:network/v20240501:VirtualNetwork");
    assert_eq!(network.texts.get("ddos_plan_id"), Some("/plan"));
    assert_eq!(network.texts.get("virtual_network_name"), None, "only ids are kept");
    let why = |at: usize| stack.resources[at].not_managed.clone().unwrap();
    assert!(why(1).contains("still to delete it") && why(2).contains("only reads it"));
    assert!(why(3).contains("cut off in the middle of `creating`"), "{}", why(3));
}

#[test]
fn what_is_marked_as_secret_is_not_kept_and_nothing_is_shown() {
    for (tool, text) in [(Tool::Terraform, STATE), (Tool::Terraform, SHOWN), (Tool::Pulumi, STACK)] {
        assert!(text.contains(CANARY));
        let file = read(tool, text);
        assert!(!format!("{file:?}").contains(CANARY));
        for one in file.resources.iter().filter(|one| one.not_managed.is_none()) {
            assert!(one.texts.0.values().all(|text| !text.contains(CANARY)), "{}", one.address);
        }
    }
}

#[test]
fn other_versions_and_other_files_are_refused_by_name() {
    for (tool, file, said) in [
        (Tool::Terraform, json!({"version": 3, "serial": 1}), "Terraform in version 3; known are 4"),
        (Tool::Terraform, json!({"version": 5, "serial": 1}), "Terraform in version 5; known are 4"),
        (Tool::Terraform, json!({"version": "4", "serial": 1}), "Terraform in version 4; known are 4"),
        (
            Tool::Terraform,
            json!({"serial": 1, "encrypted_data": "x"}),
            "an encrypted state of OpenTofu / run `terraform state pull",
        ),
        (Tool::Terraform, json!({"format_version": "2.0"}), "in version 2.0; known are 0.1, 0.2 and 1"),
        (Tool::Terraform, json!({"format_version": "1.2", "planned_values": {}}), "a plan of Terraform"),
        (Tool::Terraform, json!({"version": 3, "deployment": {}}), "it goes to `--from-pulumi`"),
        (Tool::Terraform, json!([]), "`the whole` is no object"),
        (Tool::Pulumi, json!({"version": 4, "deployment": {}}), "Pulumi in version 4; known are 3"),
        (Tool::Pulumi, json!({"version": 1, "deployment": {}}), "Pulumi in version 1; known are 3"),
        (
            Tool::Pulumi,
            json!({"version": 3, "checkpoint": {}}),
            "a checkpoint of Pulumi's own store / run `pulumi stack export",
        ),
        (Tool::Pulumi, json!({"version": 4, "serial": 1}), "a file of Terraform"),
        (Tool::Pulumi, json!({"resources": []}), "no export of a Pulumi stack"),
    ] {
        let text = refused(tool, &file);
        assert!(text.contains(said), "{file}: {text}");
    }
}

#[test]
fn damage_is_told_with_its_place_and_without_what_is_there() {
    let stack = |resource: Json| json!({"version": 3, "deployment": {"resources": [resource]}});
    let state = |resource: Json| json!({"version": 4, "serial": 1, "resources": [resource]});
    let whole = json!({"mode": "managed", "type": "a", "name": "b", "provider": "p"});
    let with = |key: &str, value: Json| {
        let mut changed = whole.clone();
        changed[key] = value;
        state(changed)
    };
    for (tool, file, said) in [
        (Tool::Pulumi, stack(json!({"type": CANARY})), "`deployment.resources[0].urn` is missing"),
        (
            Tool::Pulumi,
            stack(json!({"urn": "urn:a", "type": "a", "custom": true})),
            "`deployment.resources[0]` has no URN of Pulumi",
        ),
        (
            Tool::Pulumi,
            stack(json!({"urn": "u", "type": "a", "custom": CANARY})),
            "`deployment.resources[0].custom` is neither true nor false",
        ),
        (
            Tool::Pulumi,
            json!({"version": 3, "deployment": {"resources": CANARY}}),
            "`deployment.resources` is no list",
        ),
        (Tool::Pulumi, json!({"version": 3, "deployment": [CANARY]}), "`deployment` is no object"),
        (Tool::Terraform, with("mode", json!("other")), "`resources[0]` is neither managed nor data"),
        (
            Tool::Terraform,
            with("instances", json!([{"attributes": CANARY}])),
            "`resources[0].instances[0].attributes` is no object",
        ),
        (Tool::Terraform, with("instances", json!([{"attributes_flat": {"id": CANARY}}])), "before 0.12"),
        (
            Tool::Terraform,
            with("instances", json!([{"sensitive_attributes": [CANARY]}])),
            "`resources[0].instances[0].sensitive_attributes[0]` is no path",
        ),
        (Tool::Terraform, with("instances", json!([{"index_key": {"a": CANARY}}])), "is no key"),
    ] {
        let text = refused(tool, &file);
        assert!(text.contains(said) && !text.contains(CANARY), "{file}: {text}");
    }
    let cut = ForeignFile::read(Tool::Pulumi, br#"{"version": 3, "deployment": {"resources": ["canary-4711"#)
        .unwrap_err();
    assert!(
        cut.to_string().contains("this is no JSON: it is cut off") && !cut.to_string().contains(CANARY),
        "{cut}"
    );
}

#[test]
fn a_file_that_is_cut_or_changed_anywhere_is_read_or_refused_and_never_shown() {
    for (tool, text) in [(Tool::Terraform, STATE), (Tool::Terraform, SHOWN), (Tool::Pulumi, STACK)] {
        for end in 0..text.len() {
            let cut = ForeignFile::read(tool, &text.as_bytes()[..end]);
            assert!(cut.is_err() || text[end..].trim().is_empty(), "cut at {end}");
        }
        for at in (0..text.len()).step_by(3) {
            for byte in [b'"', b'0', b'{', 0xff] {
                let mut bytes = text.as_bytes().to_vec();
                bytes[at] = byte;
                if let Err(error) = ForeignFile::read(tool, &bytes) {
                    assert!(!format!("{error} {error:?}").contains(CANARY));
                }
            }
        }
    }
}

#[test]
fn every_value_of_a_file_may_be_of_another_kind() {
    for (tool, text) in [(Tool::Terraform, STATE), (Tool::Terraform, SHOWN), (Tool::Pulumi, STACK)] {
        let whole: Json = serde_json::from_str(text).unwrap();
        let mut paths = Vec::new();
        pointers(&whole, String::new(), &mut paths);
        for path in paths {
            for other in [json!(null), json!(7), json!([]), json!({}), json!("x"), json!([CANARY, {"a": 1}])]
            {
                let mut changed = whole.clone();
                *changed.pointer_mut(&path).unwrap() = other;
                if let Err(error) = ForeignFile::read(tool, changed.to_string().as_bytes()) {
                    assert!(!error.to_string().contains(CANARY), "{path}: {error}");
                }
            }
        }
    }
}

fn pointers(value: &Json, at: String, paths: &mut Vec<String>) {
    match value {
        Json::Object(map) => {
            for (key, inner) in map {
                pointers(inner, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), paths);
            }
        }
        Json::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                pointers(inner, format!("{at}/{index}"), paths);
            }
        }
        _ => {}
    }
    paths.push(at);
}

fn foreign(name: &str, kind: &str, id: &str) -> Foreign {
    Foreign {
        address: format!("{kind}.{name}"),
        modules: Vec::new(),
        name: name.to_owned(),
        key: None,
        kind: kind.to_owned(),
        id: id.to_owned(),
        texts: Texts::default(),
        is_protected: false,
        not_managed: None,
    }
}

fn names_of(tool: Tool, all: &[Foreign]) -> Vec<String> {
    names(tool, &all.iter().collect::<Vec<_>>())
}

#[test]
fn names_get_longer_only_where_they_must() {
    let keyed = |key: &str, one: Foreign| Foreign { key: Some(key.to_owned()), ..one };
    let inside = |module: &str, one: Foreign| Foreign { modules: vec![module.to_owned()], ..one };
    let subnet = |name: &str| foreign(name, "azurerm_subnet", "x");
    let group = |name: &str| foreign(name, "azurerm_resource_group", "x");
    assert_eq!(
        names_of(
            Tool::Terraform,
            &[
                group("main"),
                subnet("main"),
                keyed("a b", subnet("app")),
                keyed("0", subnet("app")),
                inside("west", subnet("db")),
                inside("east", subnet("db")),
                inside("east[\"x/y\"]", group("::")),
            ]
        ),
        ["resource-group-main", "subnet-main", "app-a-b", "app-0", "west-db", "east-db", "resource"]
    );
    let vault = |name: &str| foreign(name, "azure-native:keyvault:Vault", "x");
    assert_eq!(
        names_of(Tool::Pulumi, &[vault("a"), vault("A"), vault("a")]),
        ["vault-a", "vault-A-2", "vault-a-3"]
    );
}

fn planned(name: &str, kind: &str, id: &str) -> Planned {
    let stack = StackName::new("dev", "north", "shop").unwrap();
    Planned {
        urn: Urn::new(&stack, &[kind], &[name]).unwrap(),
        provider: "memory".to_owned(),
        kind: kind.to_owned(),
        id: Some(id.to_owned()),
        parts: Vec::new(),
        managed: None,
    }
}

fn matching(resources: Vec<Foreign>, planned: &[Planned]) -> Migration {
    let cloud = MemoryCloud::new("memory");
    let providers: [&dyn Provider; 1] = [&cloud];
    let file = ForeignFile { tool: Tool::Terraform, resources };
    matched(&file, &claims(&file, providers.into_iter()), planned)
}

fn verdicts(migration: &Migration) -> Vec<&'static str> {
    let verdict = |line: &Line| match line.verdict {
        Verdict::Adopted { .. } => "adopted",
        Verdict::Declared { .. } => "declared",
        Verdict::Managed { .. } => "managed",
        Verdict::Part { .. } => "part",
        Verdict::NotDeclared { .. } => "not declared",
        Verdict::Left { .. } => "left",
        Verdict::Unread { .. } => "unread",
    };
    migration.lines.iter().map(verdict).collect()
}

#[test]
fn ids_say_which_is_which_and_both_sides_are_told_of_the_rest() {
    let mut net = planned("net", "Test.Net", "Test.Net/Net");
    net.parts = vec!["Test.Net/Net/part".to_owned()];
    let mut old = planned("old", "Test.Net", "Test.Net/old");
    old.managed = old.id.clone();
    let program = [net.clone(), old, planned("new", "Test.Net", "Test.Net/new")];
    let file = vec![
        foreign("a", "memory_net", "test.net/net"),
        foreign("b", "memory_net", "Test.Net/old"),
        foreign("c", "memory_net", "Test.Net/net/PART"),
        foreign("d", "memory_net", "Test.Net/none"),
        foreign("e", "memory_association", "Test.Net/net"),
        foreign("f", "kubernetes_namespace", "x"),
        foreign("g", "memory_other", "Test.Net/NET"),
    ];
    let migration = matching(file, &program);
    assert_eq!(verdicts(&migration), ["adopted", "managed", "part", "not declared", "left", "left", "left"]);
    let requests = migration.requests();
    assert_eq!((requests.len(), &requests[0].urn, requests[0].id.as_str()), (1, &net.urn, "Test.Net/Net"));
    assert_eq!(migration.not_in_file.len(), 1);
    let Verdict::Left { why } = &migration.lines[6].verdict else { panic!("{:?}", migration.lines[6]) };
    assert!(why.contains("the same object as `memory_net.a`"), "{why}");
}

#[test]
fn what_two_resources_of_the_program_would_be_is_not_guessed() {
    let program = [planned("a", "Test.Net", "Test.Net/x"), planned("b", "Test.Net", "Test.Net/X")];
    let migration = matching(vec![foreign("x", "memory_net", "Test.Net/x")], &program);
    assert_eq!(migration.ambiguous.len(), 1);
    assert_eq!(migration.ambiguous[0].urns.len(), 2);
    assert!(migration.requests().is_empty());
}
