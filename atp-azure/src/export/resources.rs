//! The resources of a plan, each as a template has it.

use super::ExportError;
use super::parameters::{Parameters, Source};
use super::place::{Address, Place};
use super::probe::{Expected, Probes, Translated};
use super::stages::{Node, stages};
use super::text::Text;
use super::values::Values;
use crate::descriptor::Parent;
use crate::provider::catalog::Catalog;
use crate::provider::kind::Kind;
use crate::provider::{body, predict, secrets, serial, staged};
use atp_iac::Urn;
use atp_iac::output::Expression;
use atp_iac::plan::{Operation, OperationKind, Plan};
use atp_iac::value::{Kind as ValueKind, Path, Value};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A resource of a template.
#[derive(Debug, Clone)]
pub(super) struct Resource {
    pub address: Address,
    /// The parameters that it uses.
    pub parameters: BTreeSet<String>,
    /// Positions of the resources that it waits for.
    pub waits_for: BTreeSet<usize>,
    /// In which of the deployments of its group it is.
    pub stage: usize,
    /// The position of the same resource in the state that it is made in, where it is brought to another one later.
    first: Option<usize>,
    json: Map<String, Json>,
}

impl Resource {
    /// As the template says it, when it waits for these ids.
    pub fn to_json(&self, waits_for: &[Text]) -> Json {
        let mut json = self.json.clone();
        if !waits_for.is_empty() {
            json.insert("dependsOn".to_owned(), waits_for.iter().map(Text::to_json).collect());
        }
        Json::Object(json)
    }
}

/// Goes through the operations of a plan in their order.
pub(super) struct Reader<'p> {
    plan: &'p Plan,
    subscription: &'p str,
    catalog: Catalog,
    probes: Probes,
    resources: Vec<Resource>,
    positions: HashMap<&'p Urn, usize>,
    /// The last that wrote under each key: networking refuses two writes at a time.
    last: HashMap<String, usize>,
}

/// What was read of a plan.
pub(super) struct Read {
    pub resources: Vec<Resource>,
    /// The outputs of the stack: what they are, and their values.
    pub outputs: BTreeMap<String, (ValueKind, Translated)>,
    pub parameters: Parameters,
}

impl<'p> Reader<'p> {
    pub fn new(plan: &'p Plan, subscription: &'p str) -> Self {
        Reader {
            plan,
            subscription,
            catalog: Catalog::new(crate::descriptors()),
            probes: Probes::default(),
            resources: Vec::new(),
            positions: HashMap::new(),
            last: HashMap::new(),
        }
    }

    pub fn read(mut self) -> Result<Read, ExportError> {
        for operation in &self.plan.operations {
            if !matches!(
                operation.action,
                OperationKind::Delete | OperationKind::Retain | OperationKind::Read
            ) {
                self.add(operation)?;
            }
        }
        let nodes: Vec<Node> = self.resources.iter().map(|resource| self.node(resource)).collect();
        for (resource, stage) in self.resources.iter_mut().zip(stages(&nodes)) {
            resource.stage = stage;
        }
        let outputs = self.outputs();
        Ok(Read { resources: self.resources, outputs, parameters: self.probes.into_parameters() })
    }

    fn node(&self, resource: &Resource) -> Node {
        let own = Place::Subscription(self.subscription.to_owned());
        let place = Some(&resource.address.place).filter(|place| **place != own);
        Node { place: place.cloned(), waits_for: resource.waits_for.clone(), first: resource.first }
    }

    fn add(&mut self, operation: &'p Operation) -> Result<(), ExportError> {
        let (urn, inputs) = (&operation.urn, &operation.inputs);
        let unknown_type = || ExportError::UnknownType { urn: urn.clone() };
        let kind = Kind::new(&operation.kind, self.catalog.find(&operation.kind), inputs);
        let kind = kind.filter(|_| operation.provider == "azure").ok_or_else(unknown_type)?;
        let name = self.name(operation);
        let address = self.address(operation, &kind, name.clone())?;

        let marked = secrets::mark(kind.body(), None, body::without_address(inputs));
        let outside = |path: &Path, value: &Value| Some(self.ask(operation, path, value));
        let values = Values { probes: &self.probes, outside: &outside };
        let body = values.translate(operation.expression.as_deref(), &marked, &mut Path::root());
        let Some(body @ Translated::Map(_)) = body else { return Err(unknown_type()) };
        let mut parameters = BTreeSet::new();
        body.parameters(&mut parameters);
        address.name.parameters(&mut parameters);
        let Json::Object(mut json) = body.to_json() else { return Err(unknown_type()) };
        let head = [("type", json!(kind.name)), ("apiVersion", json!(kind.api_version))];
        let scope = address.scope.as_ref().map(|scope| ("scope", json!(scope)));
        let head = head.into_iter().chain([("name", address.name.to_json())]).chain(scope);
        json.extend(head.map(|(key, value)| (key.to_owned(), value)));

        let mut waits_for: BTreeSet<usize> =
            operation.dependencies.iter().filter_map(|urn| self.positions.get(urn).copied()).collect();
        let mut position = self.resources.len();
        if let Some((descriptor, id)) = kind.descriptor.zip(address.id.known())
            && let Some(key) = serial::key(&self.catalog, descriptor, &id)
        {
            waits_for.extend(self.last.insert(key, position));
        }
        let mut resource = Resource { address, parameters, waits_for, stage: 1, first: None, json };
        if let Some(Json::Object(json)) = staged::first_body(kind.name, &Json::Object(resource.json.clone()))
        {
            self.resources.push(Resource { json, ..resource.clone() });
            resource.first = Some(position);
            resource.waits_for.insert(position);
            position += 1;
        }
        let address = &resource.address;
        let outputs = match kind.descriptor {
            Some(descriptor) => predict::predict(descriptor, address.id.known(), inputs, None),
            None => predict::predict_any(kind.name, address.id.known(), inputs, None),
        };
        let expected = Expected {
            id: address.id.clone(),
            name,
            api_version: kind.api_version.to_owned(),
            outputs,
            shape: kind.body(),
        };
        self.probes.expect(urn.clone(), expected);
        self.positions.insert(urn, position);
        self.resources.push(resource);
        Ok(())
    }

    /// A name may not be read from another resource while a template is deployed: what is computed is asked for.
    fn name(&self, operation: &Operation) -> Text {
        self.known_text(operation, "name").unwrap_or_else(|| {
            let planned = operation.inputs.get("name").unwrap_or(&Value::Null);
            Text::parameter(self.ask(operation, &Path::of_keys("name"), planned))
        })
    }

    fn address(&self, operation: &Operation, kind: &Kind<'_>, name: Text) -> Result<Address, ExportError> {
        let whole = format!("/subscriptions/{}", self.subscription);
        let given = operation.inputs.get("parent").map(Value::exposed);
        let parent = match (kind.descriptor.map(|descriptor| descriptor.parent), given) {
            (Some(Parent::Subscription), None | Some(Value::Null)) => whole,
            _ => {
                let text = self.known_text(operation, "parent").and_then(|text| text.known());
                text.ok_or_else(|| ExportError::UnknownParent {
                    urn: operation.urn.clone(),
                    from: given.map_or_else(String::new, |parent| format!("{parent:?}")),
                })?
            }
        };
        Address::new(kind, &parent, name)
            .ok_or_else(|| ExportError::NotInSubscription { urn: operation.urn.clone(), parent })
    }

    /// A text of the inputs that can be computed without reading another resource.
    fn known_text(&self, operation: &Operation, key: &str) -> Option<Text> {
        let planned = operation.inputs.get(key)?;
        let expression = match operation.expression.as_deref() {
            Some(Expression::Map(map)) => map.get(key),
            _ => None,
        };
        let values = Values { probes: &self.probes, outside: &|_, _| None };
        match values.translate(expression, planned, &mut Path::root())? {
            Translated::Text(text) if text.reads_nothing() => Some(text),
            _ => None,
        }
    }

    /// The name of a new parameter for what the template cannot say.
    fn ask(&self, operation: &Operation, path: &Path, value: &Value) -> String {
        let (name, kind) = (operation.urn.name(), &operation.kind);
        let why = match value {
            Value::Secret(_) => "secret, and not part of what is exported".to_owned(),
            Value::Unknown(unknown) if !unknown.from.is_empty() => {
                format!("computed when the stack is deployed, from {}", unknown.from)
            }
            _ => "computed when the stack is deployed".to_owned(),
        };
        let description = format!("`{path}` of `{name}` ({kind}): {why}.");
        let secret = value.has_secret();
        let source = Source::Input { urn: operation.urn.clone(), path: path.clone() };
        self.probes.parameters().add(&format!("{name}_{path}"), value.kind(), secret, source, description)
    }

    /// The outputs of the stack; those that are secret, or that a template cannot compute, are left out.
    fn outputs(&self) -> BTreeMap<String, (ValueKind, Translated)> {
        let values = Values { probes: &self.probes, outside: &|_, _| None };
        let expressions = self.plan.output_expressions.iter().flatten();
        let outputs = expressions.filter_map(|(name, expression)| {
            let planned = self.plan.outputs.get(name)?.after.as_ref()?;
            let value = values.translate(Some(expression), planned, &mut Path::root())?;
            (planned.kind() != ValueKind::Null).then(|| (name.clone(), (planned.kind(), value)))
        });
        outputs.collect()
    }
}
