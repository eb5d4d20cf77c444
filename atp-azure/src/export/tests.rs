//! Templates of small plans.

use super::*;
use crate::arm::script::Script;
use crate::provider::{AzureProvider, AzureSettings};
use crate::{RawResource, Scope};
use atp_iac::output::all_named;
use atp_iac::plan::{Answers, Desired, Drift, OutputChange, Planner, Selection};
use atp_iac::program::Setup;
use atp_iac::provider::Provider;
use atp_iac::state::{Snapshot, StateView};
use atp_iac::value::Kind;
use atp_iac::{Context, Output, Secret, StackName, out_format};
use std::sync::Arc;

const GROUP: &str = "/subscriptions/s/resourceGroups/g";

fn plan(declare: impl FnOnce(&mut Context)) -> Plan {
    let stack = StackName::new("dev", "north", "app").unwrap();
    let mut cx = Context::new(stack.clone(), Setup::default());
    declare(&mut cx);
    let settings = AzureSettings::new(crate::descriptors(), "s");
    let provider: Arc<dyn Provider> =
        Arc::new(AzureProvider::with_transport(settings, Script::new().transport()));
    let planner = Planner {
        stack: &stack,
        providers: &BTreeMap::from([("azure".to_owned(), provider)]),
        state: &StateView::new(Snapshot::empty(stack.clone(), "")).unwrap(),
        drift: &Drift::new(),
        fingerprints: None,
        answers: &Answers::new(),
        ignore_protect: false,
        selection: &Selection::default(),
        replace: &[],
    };
    planner.plan(&Desired { registrations: cx.into_registrations(), ..Desired::default() }).unwrap()
}

fn exported(declare: impl FnOnce(&mut Context)) -> Template {
    template(&plan(declare), "s").unwrap()
}

fn identity(group: &str) -> RawResource {
    let version = crate::descriptor("Microsoft.ManagedIdentity/userAssignedIdentities").unwrap().api_version;
    let kind = "Microsoft.ManagedIdentity/userAssignedIdentities";
    RawResource::new(kind, version, group, "who").property("location", "north")
}

fn bar(name: &str) -> RawResource {
    RawResource::new("Microsoft.Foo/bars", "2024-01-01", GROUP, name)
}

/// The template of the only nested deployment.
fn inner(template: &Template) -> &Json {
    &template.json["resources"][0]["properties"]["template"]
}

#[test]
fn a_secret_is_a_parameter_of_the_template_and_of_what_is_nested_and_its_value_is_nowhere() {
    let secret = || Secret::new("hunter2".to_owned());
    let exported = exported(|cx| {
        cx.add("bar", bar("a").property("properties.password", secret())).unwrap();
        let known = RawResource::new("Microsoft.Foo/bars", "2024-01-01", GROUP, "b");
        cx.add("other", known.property("properties.user", "anna")).unwrap();
    });
    assert!(!exported.json.to_string().contains("hunter2"));
    let parameter = &exported.parameters["bar_properties_password"];
    assert_eq!(parameter.kind, "securestring");
    assert!(parameter.description.starts_with("`properties.password` of `bar`"), "{}", parameter.description);
    let password = &inner(&exported)["resources"][0]["properties"]["password"];
    assert_eq!(password, "[parameters('bar_properties_password')]");
    let passed = &exported.json["resources"][0]["properties"]["parameters"]["bar_properties_password"];
    assert_eq!(passed["value"], "[parameters('bar_properties_password')]");
    assert_eq!(inner(&exported)["parameters"]["bar_properties_password"]["type"], "securestring");
}

#[test]
fn what_a_resource_says_of_itself_is_read_where_it_is_only_put_into_a_text() {
    let exported = exported(|cx| {
        let who = cx.add("who", identity(GROUP)).unwrap();
        let client: Output<String> = who.output("properties/clientId");
        let bar = bar("a").property("properties.text", out_format!("id-{client}"));
        cx.add("bar", bar.property("properties.upper", client.map(|client| client.to_uppercase()))).unwrap();
    });
    let bar = &inner(&exported)["resources"][1];
    let id = format!("{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/who");
    let text = bar["properties"]["text"].as_str().unwrap();
    assert!(text.starts_with(&format!("[concat('id-', reference('{id}', '")), "{text}");
    assert!(text.ends_with("').clientId)]"), "{text}");
    assert_eq!(bar["properties"]["upper"], "[parameters('bar_properties_upper')]");
    assert_eq!(bar["dependsOn"], json!([id]));
    assert!(exported.parameters["bar_properties_upper"].description.contains("${who.properties.clientId}"));
}

#[test]
fn groups_that_wait_for_each_other_have_deployments_that_wait_in_a_line() {
    let other = "/subscriptions/s/resourceGroups/h";
    let exported = exported(|cx| {
        let who = cx.add("who", identity(GROUP)).unwrap();
        let there = RawResource::new("Microsoft.Foo/bars", "2024-01-01", other, "b");
        let there = cx.add("there", there.property("properties.who", who.id())).unwrap();
        cx.add("here", bar("c").property("properties.bar", there.id())).unwrap();
    });
    let deployments = exported.json["resources"].as_array().unwrap();
    let name = |deployment: &Json| deployment["name"].as_str().unwrap().to_owned();
    let waits = |deployment: &Json| deployment["dependsOn"].as_array().map_or(0, Vec::len);
    let lines: Vec<(String, usize)> = deployments.iter().map(|d| (name(d), waits(d))).collect();
    let line = |name: &str, waits| (name.to_owned(), waits);
    assert_eq!(lines, [line("app-1-g", 0), line("app-2-g", 1), line("app-1-h", 1)]);
}

#[test]
fn a_text_in_brackets_stays_a_text() {
    let exported = exported(|cx| drop(cx.add("bar", bar("a").property("properties.text", "[x]")).unwrap()));
    assert_eq!(inner(&exported)["resources"][0]["properties"]["text"], "[[x]");
}

#[test]
fn what_cannot_be_deployed_to_a_subscription_is_named_with_the_way_out() {
    let error = |declare: fn(&mut Context)| template(&plan(declare), "s").unwrap_err().to_string();
    let in_group = error(|cx| {
        let parent = "/providers/Microsoft.Management/managementGroups/m";
        cx.add("bar", RawResource::new("Microsoft.Foo/bars", "2024-01-01", parent, "a")).unwrap();
    });
    assert!(
        in_group.contains("bar` cannot be exported") && in_group.contains("is in no subscription"),
        "{in_group}"
    );
    let unknown = error(|cx| {
        let who = cx.add("who", identity(GROUP)).unwrap();
        let parent: Output<Scope> = who.output::<String>("properties/clientId").map(Scope::new);
        cx.add("bar", RawResource::new("Microsoft.Foo/bars", "2024-01-01", parent, "a")).unwrap();
    });
    assert!(unknown.contains("from ${who.properties.clientId}\n  way out:"), "{unknown}");
}

#[test]
fn of_an_output_with_an_unknown_part_the_other_parts_are_known() {
    let mut plan = plan(|cx| drop(cx.add("who", identity(GROUP)).unwrap()));
    let urn = plan.operations[0].urn.clone();
    let of = |path: &str| Output::<String>::of_resource(&urn, path);
    let parts = [("id", of("id")), ("principal", of("properties/principalId"))];
    let both = all_named(parts.map(|(name, output)| (name.to_owned(), output)));
    let unknown = OutputChange { before: None, after: Some(Value::unknown(Kind::Map, "${who}")) };
    plan.outputs.insert("who".to_owned(), unknown);
    plan.output_expressions = Some(BTreeMap::from([("who".to_owned(), both.into())]));
    let id = format!("{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/who");
    let expected = [("id", Value::from(id)), ("principal", Value::unknown(Kind::String, "${who}"))];
    assert_eq!(outputs(&plan, "s").unwrap()["who"], Value::from(expected));
}
