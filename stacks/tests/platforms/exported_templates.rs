//! What is exported as templates makes what the engine makes.

use super::world::*;
use atp_azure::export::{Source, Template, template};
use atp_azure_sim::{Method, Request, Settings, Simulator, SystemClock};
use atp_iac::engine::Kind;
use atp_iac::project::DiskFiles;
use atp_iac::{StackName, Value};
use serde_json::{Map, Value as Json, json};
use stacks::{Planned, planned};
use std::collections::BTreeMap;
use std::sync::Arc;

fn plans(environment: &str) -> Vec<Planned> {
    planned(&project(), &DiskFiles, environment).unwrap()
}

fn simulator() -> Simulator {
    let settings = Settings { retry_after_milliseconds: Some(0), ..Settings::default() };
    Simulator::in_memory(atp_azure::descriptors(), settings, Arc::new(SystemClock))
}

impl World {
    /// The value that a parameter has in what was deployed.
    async fn value(&self, name: &StackName, source: &Source) -> Json {
        let found = match source {
            Source::Input { urn, path } => {
                let state = self.engine.state(name).await.unwrap().unwrap();
                path.find(&state.get(urn).unwrap().inputs).cloned()
            }
            Source::Output { stack, output, path } => {
                let outputs = self.engine.outputs(stack).await.unwrap().unwrap();
                outputs.values.get(output).and_then(|value| path.find(value)).cloned()
            }
        };
        found.unwrap_or(Value::Null).to_json_exposed().unwrap()
    }
}

fn call(simulator: &Simulator, method: Method, path: &str, body: Option<&Json>) -> (u16, Json) {
    let request = Request::new(method, &format!("{path}?api-version=2022-09-01"));
    let request = body.into_iter().fold(request, Request::with_json);
    let response = simulator.handle(&request).unwrap();
    (response.status, response.value())
}

/// Deploys a template to a subscription of a simulator.
fn deploy(simulator: &Simulator, subscription: &str, name: &str, template: &Json, parameters: &Json) {
    for namespace in ["Microsoft.Resources", "Microsoft.Authorization"] {
        let path = format!("/subscriptions/{subscription}/providers/{namespace}/register");
        call(simulator, Method::Post, &path, None);
    }
    let path = format!("/subscriptions/{subscription}/providers/Microsoft.Resources/deployments/{name}");
    let properties = json!({ "mode": "Incremental", "template": template, "parameters": parameters });
    let body = json!({ "location": "westeurope", "properties": properties });
    let (status, answer) = call(simulator, Method::Put, &path, Some(&body));
    assert!(status < 300, "{name}: {answer:#}");
    loop {
        let (_, answer) = call(simulator, Method::Get, &path, None);
        let state = answer["properties"]["provisioningState"].as_str();
        assert!(!matches!(state, Some("Failed" | "Canceled")), "{name}: {:#}", answer["properties"]["error"]);
        if state == Some("Succeeded") {
            return;
        }
    }
}

/// What there is besides deployments, by id.
fn resources(simulator: &Simulator) -> BTreeMap<String, Json> {
    let all = simulator.resources().unwrap().into_iter();
    all.filter(|(id, _)| !id.to_ascii_lowercase().contains("/microsoft.resources/deployments/")).collect()
}

/// What each cloud has drawn for itself, such as the principals of identities: it differs, but everywhere in the same
/// way.
#[derive(Default)]
struct Drawn(BTreeMap<String, String>);

impl Drawn {
    /// Whether both clouds say the same wherever the program said something.
    fn same(&mut self, said: &Value, ours: &Json, theirs: &Json) -> bool {
        match (said.exposed(), ours, theirs) {
            (Value::Map(said), ours, theirs) => {
                said.iter().all(|(key, said)| self.same(said, &ours[key.as_str()], &theirs[key.as_str()]))
            }
            (Value::List(said), Json::Array(ours), Json::Array(theirs)) => {
                let items = said.iter().zip(ours.iter().zip(theirs));
                ours.len() == theirs.len()
                    && items.fold(true, |same, (said, (a, b))| same & self.same(said, a, b))
            }
            (_, Json::String(ours), Json::String(theirs)) if ours != theirs => {
                let are_drawn = [ours, theirs].iter().all(|text| uuid::Uuid::parse_str(text).is_ok());
                are_drawn && self.0.entry(ours.clone()).or_insert_with(|| theirs.clone()) == theirs
            }
            (_, ours, theirs) => ours == theirs,
        }
    }
}

/// Of the primary region. The second one has resources whose names a service draws while the stack is deployed (policies
/// that copy blobs): such a template is for whoever knows these names, and no cloud draws those of another.
async fn same_as_the_engine(environment: &str) {
    let mut plans = plans(environment);
    let primary = plans[0].plan.stack.region.clone();
    plans.retain(|planned| planned.plan.stack.region == primary);
    let deployed = World::of(&plans[0].subscription, Settings::default());
    let exported = simulator();
    let mut drawn = Drawn::default();
    for Planned { program, plan, subscription, .. } in &plans {
        let StackName { environment, region, .. } = &plan.stack;
        deployed.run(&deployment(**program, environment, region, &[]), Kind::Up).await;
        let Template { json, parameters } = template(plan, subscription).unwrap();
        let mut values = Map::new();
        for (name, parameter) in &parameters {
            let value = deployed.value(&plan.stack, &parameter.source).await;
            values.insert(name.clone(), json!({ "value": value }));
        }
        let name = format!("{}-{}", plan.stack.stack, plan.stack.region);
        deploy(&exported, subscription, &name, &json, &values.into());
        let (ours, theirs) = (resources(&deployed.simulator), resources(&exported));
        let stack = &plan.stack;
        assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>(), "{stack}");
        let state = deployed.engine.state(&plan.stack).await.unwrap().unwrap();
        for resource in state.resources() {
            let (Value::Map(mut said), id) = (resource.inputs.clone(), &resource.id) else { continue };
            said.retain(|key, _| key != "parent" && key != "name");
            let (ours, theirs) = (&ours[id], &theirs[id]);
            assert!(drawn.same(&Value::Map(said), ours, theirs), "{stack}: {id}\n{ours:#}\n{theirs:#}");
        }
    }
}

#[tokio::test]
async fn the_templates_of_prod_make_what_the_engine_makes() {
    same_as_the_engine("prod").await;
}

#[tokio::test]
async fn the_templates_of_dev_make_what_the_engine_makes() {
    same_as_the_engine("dev").await;
}

#[test]
fn the_same_plan_gives_the_same_template() {
    let exported =
        |planned: &Planned| template(&planned.plan, &planned.subscription).unwrap().json.to_string();
    for (first, second) in plans("staging").iter().zip(&plans("staging")) {
        assert_eq!(exported(first), exported(second));
    }
}
