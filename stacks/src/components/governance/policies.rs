//! The policies of a subscription.

use super::definitions::{Definition, OWN};
use crate::helpers::tags;
use atp_azure::Scope;
use atp_azure::authorization::{
    PolicyAssignment, PolicyAssignmentEnforcementMode, PolicyAssignmentNonComplianceMessage,
    PolicyAssignmentParameter, PolicyDefinition, PolicyDefinitionParameter, PolicyDefinitionParameterType,
    PolicySetDefinition, PolicySetDefinitionParameter, PolicySetDefinitionParameterType,
    PolicySetDefinitionPolicyDefinition, PolicySetDefinitionPolicyDefinitionParameter,
};
use atp_iac::{Component, Context, Output, ResourceId, Result, Value, component};
use std::collections::BTreeMap;

/// Definitions that Azure has built in: their names are the same everywhere.
mod built_in {
    pub const ALLOWED_LOCATIONS: &str = "e56962a6-4747-49cd-b67b-bf8b01975c4c";
    pub const ALLOWED_LOCATIONS_OF_GROUPS: &str = "e765b5de-1225-4ba3-bd56-1ac6695af988";
    pub const TAG_ON_RESOURCES: &str = "871b6d14-10aa-478d-b590-94f262ecfa99";
    pub const TAG_ON_GROUPS: &str = "96670d01-0a4d-4649-9c89-2d3abc0a5025";
    pub const DIAGNOSTIC_SETTINGS: &str = "7f89b1eb-583c-429a-8828-af049802c1d9";
}

/// The types whose resources are reported when they log to nowhere.
const LOGGING: &[&str] = &[
    "Microsoft.ContainerRegistry/registries",
    "Microsoft.ContainerService/managedClusters",
    "Microsoft.DocumentDB/databaseAccounts",
    "Microsoft.KeyVault/managedHSMs",
    "Microsoft.KeyVault/vaults",
    "Microsoft.Network/applicationGateways",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Network/virtualNetworks",
    "Microsoft.ServiceBus/namespaces",
];

/// Definitions, one set of them and of those that Azure has built in, and its assignment to the subscription.
///
/// A write that breaks a policy is refused by Azure, whoever tries it: a program, the portal, a script. Only the policy
/// about diagnostic settings looks afterwards and reports. None of them changes resources on its own
/// (`deployIfNotExists`, `modify`): what is deployed is what the programs say.
#[component(type = "atp:governance:Policies")]
#[derive(Clone, Debug)]
pub struct Policies {
    /// The subscription.
    pub subscription_id: String,
    /// The start of the names.
    pub project: String,
    /// The regions that anything may be in.
    pub locations: Vec<String>,
    /// Whether what breaks a policy is refused, or only reported.
    pub enforced: bool,
    /// The names of the exceptions that are granted: what carries one in its tag may be public.
    pub exceptions: Vec<String>,
    /// What services make for themselves, without tags: the resource groups of the nodes of clusters.
    #[component(default)]
    pub excluded: Vec<Scope>,
}

/// What the user of [`Policies`] gets.
#[derive(Clone, Debug)]
pub struct PoliciesOutputs {
    /// The assignment, for exemptions.
    pub assignment: Output<ResourceId<PolicyAssignment>>,
}

impl Component for Policies {
    type Outputs = PoliciesOutputs;

    fn build(self, cx: &mut Context) -> Result<PoliciesOutputs> {
        let mut members = self.built_in_members();
        for definition in OWN {
            let id = cx.add(definition.name, self.definition(definition))?.id();
            members.push(member(definition.name, id.map(Scope::from), self.hands_on(definition)));
        }
        let scope = Scope::subscription(&self.subscription_id);
        let name = format!("{}-baseline", self.project);
        let parameter = || PolicySetDefinitionParameter::new().type_(PolicySetDefinitionParameterType::ARRAY);
        let set = PolicySetDefinition::new(scope.clone(), name.clone(), members)
            .display_name("Baseline of the Audit Trail Platform")
            .description("Regions, tags, no public access, TLS, no shared keys, diagnostics.")
            .parameters([("locations", parameter()), ("exceptions", parameter())]);
        let set = cx.add("set", set)?;
        let mode = match self.enforced {
            true => PolicyAssignmentEnforcementMode::DEFAULT,
            false => PolicyAssignmentEnforcementMode::DO_NOT_ENFORCE,
        };
        let assignment = PolicyAssignment::new(scope, name, set.id().map(Scope::from))
            .display_name("Baseline of the Audit Trail Platform")
            .enforcement_mode(mode)
            .not_scopes(self.excluded)
            .non_compliance_messages([PolicyAssignmentNonComplianceMessage::new(
                "Private endpoints, the required tags and a region of the platform are needed. What has to be public \
                 needs a named exception in the configuration.",
            )])
            .parameters([
                ("locations", PolicyAssignmentParameter::new().value(list(self.locations))),
                ("exceptions", PolicyAssignmentParameter::new().value(list(self.exceptions))),
            ]);
        let assignment = cx.add("assignment", assignment)?;
        Ok(PoliciesOutputs { assignment: assignment.id() })
    }
}

type Handed = BTreeMap<String, PolicySetDefinitionPolicyDefinitionParameter>;

fn handed(values: impl IntoIterator<Item = (&'static str, Value)>) -> Handed {
    let parameter = |value| PolicySetDefinitionPolicyDefinitionParameter::new().value(value);
    values.into_iter().map(|(name, value)| (name.to_owned(), parameter(value))).collect()
}

fn member(
    reference: &str,
    definition: Output<Scope>,
    parameters: Handed,
) -> PolicySetDefinitionPolicyDefinition {
    PolicySetDefinitionPolicyDefinition::new(definition)
        .policy_definition_reference_id(reference)
        .parameters(parameters)
}

fn list(items: Vec<String>) -> Value {
    Value::List(items.into_iter().map(Value::from).collect())
}

impl Policies {
    fn definition(&self, definition: &Definition) -> PolicyDefinition {
        let scope = Scope::subscription(&self.subscription_id);
        let name = format!("{}-{}", self.project, definition.name);
        let effects = ["Deny", "Audit", "Disabled"].map(Value::from);
        let effect = PolicyDefinitionParameter::new()
            .type_(PolicyDefinitionParameterType::STRING)
            .allowed_values(effects)
            .default_value(Value::from("Deny"));
        let exceptions = PolicyDefinitionParameter::new()
            .type_(PolicyDefinitionParameterType::ARRAY)
            .default_value(Value::List(Vec::new()));
        PolicyDefinition::new(scope, name, Value::from(definition.rule()))
            .display_name(definition.title)
            .description(definition.description)
            .mode("All")
            .parameters([("effect", effect), ("exceptions", exceptions)])
    }

    fn hands_on(&self, _: &Definition) -> Handed {
        handed([("exceptions", "[parameters('exceptions')]".into())])
    }

    fn built_in_members(&self) -> Vec<PolicySetDefinitionPolicyDefinition> {
        let id = |name: &str| {
            Output::known(Scope::new(format!("/providers/Microsoft.Authorization/policyDefinitions/{name}")))
        };
        let locations = || handed([("listOfAllowedLocations", "[parameters('locations')]".into())]);
        let logging = LOGGING.iter().map(|kind| (*kind).to_owned()).collect();
        let mut members = vec![
            member("locations", id(built_in::ALLOWED_LOCATIONS), locations()),
            member("locations-of-groups", id(built_in::ALLOWED_LOCATIONS_OF_GROUPS), locations()),
            member(
                "diagnostic-settings",
                id(built_in::DIAGNOSTIC_SETTINGS),
                handed([("listOfResourceTypes", list(logging))]),
            ),
        ];
        for tag in tags::REQUIRED {
            let named = || handed([("tagName", tag.into())]);
            members.push(member(&format!("tag-{tag}"), id(built_in::TAG_ON_RESOURCES), named()));
            members.push(member(&format!("tag-{tag}-on-groups"), id(built_in::TAG_ON_GROUPS), named()));
        }
        members
    }
}
