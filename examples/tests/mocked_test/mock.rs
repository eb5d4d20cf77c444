//! A cloud in forty lines: it accepts everything, computes ids as Azure does, and makes up what only a service knows.

use atp_azure::descriptor::Parent;
use atp_iac::output::Resolver;
use atp_iac::program::Setup;
use atp_iac::{Context, Outputs, Result, Stack, StackName, Urn, Value};
use std::collections::BTreeMap;

/// A deployed stack.
#[derive(Debug, Default)]
pub struct Mock {
    /// Its resources, with their outputs.
    pub resources: BTreeMap<Urn, Value>,
    /// What it gives to other stacks.
    pub outputs: BTreeMap<String, Value>,
}

impl Resolver for Mock {
    fn outputs(&self, urn: &Urn) -> Option<&Value> {
        self.resources.get(urn)
    }
}

/// Runs the program of a stack and pretends to create what it declares.
pub fn deploy<S: Stack>(environment: &str, setup: Setup) -> Result<Mock> {
    let mut cx = Context::new(StackName::new(environment, "westeurope", S::NAME)?, setup);
    let outputs = S::build(&mut cx)?.into_expressions();
    let mut mock = Mock::default();
    // A program declares a resource after those that it depends on.
    for registration in cx.into_registrations() {
        let inputs = registration.inputs.resolve(&mock).unwrap();
        let created = created(&registration.urn, inputs);
        mock.resources.insert(registration.urn, created);
    }
    mock.outputs = outputs.into_iter().map(|(name, output)| (name, output.resolve(&mock).unwrap())).collect();
    Ok(mock)
}

fn created(urn: &Urn, inputs: Value) -> Value {
    assert!(!inputs.has_unknown(), "{urn:?} has unknown inputs: {inputs:?}");
    let Value::Map(mut outputs) = inputs else { panic!("the inputs of a resource are a map") };
    let text = |name: &str| outputs.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (kind, name) = (urn.resource_type(), text("name"));
    let id = match atp_azure::descriptor(kind).unwrap().parent {
        Parent::Subscription => format!("/subscriptions/mock/resourceGroups/{name}"),
        Parent::Resource(_) => format!("{}/{}/{name}", text("parent"), kind.rsplit('/').next().unwrap()),
        _ => format!("{}/providers/{kind}/{name}", text("parent")),
    };
    outputs.insert("id".into(), id.into());
    if let Value::Map(properties) = outputs.entry("properties".into()).or_insert_with(Value::map) {
        let made_up = [
            ("principalId", "principal"),
            ("clientId", "client"),
            ("vaultUri", "vault"),
            ("keyUri", "key"),
            ("ipPrefix", "addresses"),
        ];
        for (property, what) in made_up {
            let value = match what {
                "vault" => format!("https://{name}.vault.azure.net/"),
                "key" => format!("https://mock.vault.azure.net/keys/{name}"),
                "addresses" => "203.0.113.0/28".to_owned(),
                _ => format!("{what}-of-{name}"),
            };
            properties.entry(property.into()).or_insert_with(|| value.into());
        }
    }
    Value::Map(outputs)
}
