//! A simulator with the foundation of prod in it, and what is needed to take it over.

use atp_azure::provider::AzureProvider;
use atp_azure_sim::{Settings, Simulator};
use atp_iac::engine::{Deployment, Kind, UpdateOptions};
use atp_iac::output::Resolver;
use atp_iac::program::{Registration, Result, Setup};
use atp_iac::project::{DiskFiles, Project};
use atp_iac::provider::{Declaration, Found, Provider};
use atp_iac::testing::carry_out;
use atp_iac::{Context, StackName, Urn, Value};
use stacks::{FOUNDATION, FoundationConfig, PROGRAMS};
use std::collections::HashMap;

pub struct World {
    pub simulator: Simulator,
    pub provider: AzureProvider,
}

impl World {
    /// The foundation of prod, deployed by its own program.
    pub async fn deployed() -> Self {
        let simulator = support::simulator(Settings::default());
        let project = Project::find(&DiskFiles, std::path::Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let known: Vec<&str> = PROGRAMS.iter().map(|program| program.name).collect();
        let config = project.load_config(&DiskFiles, "prod", "westeurope", FOUNDATION.name, &known).unwrap();
        let subscription = config.read::<FoundationConfig>().unwrap().subscription_id;
        let deployment = Deployment::new("prod", "westeurope", FOUNDATION, config).unwrap();
        let deployment = deployment.with_primary_regions(project.primary_regions());
        // The ids of principals follow from the order in which they are made.
        let engine = support::engine(&simulator, &subscription).with_parallel(1);
        let update = carry_out(&engine, &deployment, Kind::Up, &UpdateOptions::default()).await.unwrap();
        assert!(update.report.unwrap().is_complete());
        let provider = support::provider(&simulator, &subscription);
        World { simulator, provider }
    }

    /// What is in all resource groups, in the order of their names.
    pub async fn found(&self) -> Vec<Found> {
        let resources = self.simulator.resources().unwrap();
        let groups = resources.into_iter().map(|(id, _)| id).filter(|id| id.matches('/').count() == 4);
        let mut groups: Vec<String> = groups.collect();
        groups.sort();
        let mut found = Vec::new();
        for group in groups {
            found.extend(self.provider.discover(&group).await.unwrap());
        }
        found
    }
}

/// What a program would say of something that was found.
pub fn inputs_of(provider: &AzureProvider, found: &Found) -> Value {
    provider.inputs_of(&found.kind, &found.id, found.outputs.as_ref().unwrap()).unwrap()
}

/// The program that declares all of it.
pub fn code(provider: &AzureProvider, found: &[Found]) -> String {
    let inputs: Vec<Value> = found.iter().map(|found| inputs_of(provider, found)).collect();
    let names = Found::names(found);
    let declarations: Vec<Declaration<'_>> = found
        .iter()
        .zip(&inputs)
        .zip(&names)
        .map(|((found, inputs), name)| Declaration { name, kind: &found.kind, id: &found.id, inputs })
        .collect();
    provider.rust(&declarations).unwrap()
}

/// What a program declares.
pub fn declared(program: impl Fn(&mut Context) -> Result<()>) -> Vec<Registration> {
    let mut cx = Context::new(StackName::new("prod", "westeurope", "adopted").unwrap(), Setup::default());
    program(&mut cx).unwrap();
    cx.into_registrations()
}

/// What the cloud says of each resource, by the name that it has in the program.
pub struct Outputs(HashMap<(String, String), Value>);

impl Outputs {
    pub fn of(found: &[Found]) -> Self {
        let key =
            |(found, name): (&Found, String)| ((found.kind.clone(), name), found.outputs.clone().unwrap());
        Outputs(found.iter().zip(Found::names(found)).map(key).collect())
    }
}

impl Resolver for Outputs {
    fn outputs(&self, urn: &Urn) -> Option<&Value> {
        self.0.get(&(urn.resource_type().to_owned(), urn.name().to_owned()))
    }
}
