//! A plan as a template of Azure Resource Manager, for those who deploy, review or scan with other tools.
//!
//! The template is deployed to a subscription. Resource groups stand in it, and for each group nested deployments with
//! what is in the group or extends something in it: see `stages.rs` for why there are several. Bodies are those that the
//! provider would PUT. What the plan knows is literal. What resources will say of themselves is read by `reference`,
//! where the program only puts it into texts (`markers.rs`); all else, and every secret, is a parameter that says where
//! its value comes from.
//!
//! Invariant: pure. The same plan gives the same bytes, and no secret is in them.

mod markers;
mod parameters;
mod place;
mod probe;
mod resources;
mod stages;
#[cfg(test)]
mod tests;
mod text;
mod values;

pub use parameters::{Parameter, Source};

use atp_iac::Urn;
use atp_iac::Value;
use atp_iac::plan::Plan;
use parameters::{passed_on, type_of};
use place::Place;
use resources::{Read, Reader, Resource};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use text::Text;

const OF_SUBSCRIPTION: &str =
    "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#";
const OF_GROUP: &str = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
const DEPLOYMENTS: &str = "Microsoft.Resources/deployments";
const DEPLOYMENTS_VERSION: &str = "2022-09-01";
/// Longest name of a deployment.
const LONGEST_NAME: usize = 64;
/// Most parameters of a template.
const MOST_PARAMETERS: usize = 256;

/// Why a plan has no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// Nothing is known of the type, or it is not one of Azure's.
    #[error(
        "`{urn}` cannot be exported: it is no resource of Azure Resource Manager\n  way out: move it to another stack"
    )]
    UnknownType {
        /// Which resource.
        urn: Urn,
    },
    /// What a resource lives in is not known.
    #[error(
        "`{urn}` cannot be exported: what it lives in is known only when it is deployed{}\n  way out: give it a parent that the program knows, or plan the stacks below with it",
        origin(from)
    )]
    UnknownParent {
        /// Which resource.
        urn: Urn,
        /// Where the parent comes from.
        from: String,
    },
    /// A resource that the deployment of a subscription cannot make.
    #[error(
        "`{urn}` cannot be exported: `{parent}` is in no subscription\n  way out: move it to a stack that is not exported"
    )]
    NotInSubscription {
        /// Which resource.
        urn: Urn,
        /// What it lives in.
        parent: String,
    },
    /// More parameters than Azure Resource Manager takes.
    #[error(
        "the template of `{stack}` would have {found} parameters, and {MOST_PARAMETERS} are allowed\n  way out: plan the stacks below with it, so that more is known"
    )]
    TooManyParameters {
        /// Of which stack.
        stack: String,
        /// How many.
        found: usize,
    },
}

fn origin(from: &str) -> String {
    if from.is_empty() { String::new() } else { format!(", from {from}") }
}

/// A plan as a template.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// The template, for a deployment to the subscription.
    pub json: Json,
    /// What has to be given when it is deployed, by name.
    pub parameters: BTreeMap<String, Parameter>,
}

/// The template that makes in `subscription` what the plan makes.
///
/// # Errors
/// When the plan has a resource that the deployment of a subscription cannot make.
pub fn template(plan: &Plan, subscription: &str) -> Result<Template, ExportError> {
    let export = Export::new(plan, subscription)?;
    let (root, groups) = export.divided();
    let mut used = BTreeSet::new();
    let mut resources: Vec<Json> = Vec::new();
    for position in root {
        let waits_for = export.outside(&BTreeSet::from([position]), None);
        resources.extend(export.resource(position, &waits_for, &mut used));
    }
    for (own, positions) in &groups {
        resources.push(export.deployment(own, positions, &mut used));
    }
    let mut outputs = Map::new();
    for (name, (kind, value)) in &export.read.outputs {
        value.parameters(&mut used);
        outputs.insert(name.clone(), json!({ "type": type_of(*kind, false), "value": value.to_json() }));
    }
    if used.len() > MOST_PARAMETERS {
        return Err(ExportError::TooManyParameters { stack: plan.stack.stack.clone(), found: used.len() });
    }
    let name = &plan.stack;
    let description =
        format!("The stack `{}` of {}/{}, exported by atp.", name.stack, name.environment, name.region);
    let json = json!({
        "$schema": OF_SUBSCRIPTION,
        "contentVersion": "1.0.0.0",
        "metadata": { "description": description },
        "parameters": export.read.parameters.declared(&used),
        "resources": resources,
        "outputs": outputs,
    });
    let parameters = export.read.parameters.0.into_iter().filter(|(name, _)| used.contains(name));
    Ok(Template { json, parameters: parameters.collect() })
}

/// The outputs that the plan of a stack will leave, with what is known of structures that are not known as a whole: the id
/// of an identity, say, whose principal is still to be made. For plans of the stacks above that are to be exported.
///
/// # Errors
/// As [`template`].
pub fn outputs(plan: &Plan, subscription: &str) -> Result<BTreeMap<String, Value>, ExportError> {
    let read = Reader::new(plan, subscription).read()?;
    let mut values = plan.outputs_after().values;
    for (name, (_, translated)) in &read.outputs {
        if let Some(Value::Unknown(unknown)) = values.get(name) {
            let known = translated.to_value(&unknown.from);
            values.insert(name.clone(), known);
        }
    }
    Ok(values)
}

/// The nested deployments, by what they are deployed to and their stage there: positions of their resources.
type Nested = BTreeMap<(Place, usize), BTreeSet<usize>>;

struct Export<'p> {
    read: Read,
    subscription: &'p str,
    stack: &'p str,
}

impl<'p> Export<'p> {
    fn new(plan: &'p Plan, subscription: &'p str) -> Result<Self, ExportError> {
        let read = Reader::new(plan, subscription).read()?;
        Ok(Export { read, subscription, stack: &plan.stack.stack })
    }

    /// Positions of what stands in the template itself, and of what is in the nested deployments.
    fn divided(&self) -> (Vec<usize>, Nested) {
        let mut groups = Nested::new();
        let mut root = Vec::new();
        for (position, resource) in self.read.resources.iter().enumerate() {
            match self.nested(resource) {
                Some(place) => drop(groups.entry((place, resource.stage)).or_default().insert(position)),
                None => root.push(position),
            }
        }
        (root, groups)
    }

    /// What a resource is deployed to, where that is not the subscription of the template.
    fn nested(&self, resource: &Resource) -> Option<Place> {
        match &resource.address.place {
            Place::Subscription(subscription) if subscription == self.subscription => None,
            place => Some(place.clone()),
        }
    }

    /// The ids of what these resources wait for in other deployments, or in the template itself.
    fn outside(&self, positions: &BTreeSet<usize>, own: Option<&(Place, usize)>) -> Vec<Text> {
        let mut found = BTreeMap::new();
        let before = positions.iter().filter_map(|position| self.read.resources.get(*position));
        for position in before.flat_map(|resource| &resource.waits_for) {
            let Some(resource) = self.read.resources.get(*position) else { continue };
            match self.nested(resource).map(|place| (place, resource.stage)) {
                Some(other) if Some(&other) == own => {}
                Some((place, stage)) => {
                    let id = format!("{}/providers/{DEPLOYMENTS}/{}", place.id(), self.name(&place, stage));
                    found.insert(id.clone(), Text::literal(id));
                }
                None => drop(found.insert(format!("{position:08}"), resource.address.id.clone())),
            }
        }
        found.into_values().collect()
    }

    /// A nested deployment.
    fn deployment(
        &self,
        own: &(Place, usize),
        positions: &BTreeSet<usize>,
        used: &mut BTreeSet<String>,
    ) -> Json {
        let (place, stage) = own;
        let schema = if matches!(place, Place::Group { .. }) { OF_GROUP } else { OF_SUBSCRIPTION };
        let mut inner = BTreeSet::new();
        let template = self.whole(schema, positions, &mut inner);
        let waits_for = self.outside(positions, Some(own));
        let mut deployment = json!({
            "type": DEPLOYMENTS,
            "apiVersion": DEPLOYMENTS_VERSION,
            "name": self.name(place, *stage),
            "properties": {
                "mode": "Incremental",
                "expressionEvaluationOptions": { "scope": "inner" },
                "parameters": passed_on(&inner),
                "template": template,
            },
        });
        let subscription = match place {
            Place::Group { subscription, group } => {
                deployment["resourceGroup"] = json!(group);
                subscription
            }
            Place::Subscription(subscription) => {
                deployment["location"] = json!("[deployment().location]");
                subscription
            }
        };
        if subscription != self.subscription {
            deployment["subscriptionId"] = json!(subscription);
        }
        if !waits_for.is_empty() {
            waits_for.iter().for_each(|id| id.parameters(used));
            deployment["dependsOn"] = waits_for.iter().map(Text::to_json).collect();
        }
        used.extend(inner);
        deployment
    }

    /// A template with these resources, which wait only for each other.
    fn whole(&self, schema: &str, positions: &BTreeSet<usize>, used: &mut BTreeSet<String>) -> Json {
        let resources: Vec<Json> = positions
            .iter()
            .filter_map(|position| {
                let inside = &self.read.resources.get(*position)?.waits_for & positions;
                let waits_for = inside.iter().filter_map(|before| self.read.resources.get(*before));
                let waits_for: Vec<Text> = waits_for.map(|resource| resource.address.id.clone()).collect();
                self.resource(*position, &waits_for, used)
            })
            .collect();
        json!({
            "$schema": schema,
            "contentVersion": "1.0.0.0",
            "parameters": self.read.parameters.declared(used),
            "resources": resources,
        })
    }

    fn resource(&self, position: usize, waits_for: &[Text], used: &mut BTreeSet<String>) -> Option<Json> {
        let resource = self.read.resources.get(position)?;
        used.extend(resource.parameters.iter().cloned());
        waits_for.iter().for_each(|id| id.parameters(used));
        Some(resource.to_json(waits_for))
    }

    /// The name of a nested deployment. What tells it from others in its group comes first.
    fn name(&self, place: &Place, stage: usize) -> String {
        let whole = match place {
            Place::Group { group, .. } => format!("{}-{stage}-{group}", self.stack),
            Place::Subscription(_) => format!("{}-{stage}-subscription", self.stack),
        };
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | '(' | ')');
        whole.chars().filter(|c| allowed(*c)).take(LONGEST_NAME).collect()
    }
}
