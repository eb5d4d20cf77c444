//! Every stack as it would be made from nothing: for documents, checks and exports.
//!
//! Programs run and are planned in this process, against no state and no cloud. The stacks below give what their own
//! plans know.

use crate::PROGRAMS;
use atp_azure::export;
use atp_azure::provider::{AzureProvider, AzureSettings};
use atp_azure_sim::{Settings, Simulator, SystemClock};
use atp_iac::plan::{Answers, Desired, Drift, Plan, Planner, Selection};
use atp_iac::program::{Program, ProgramError, Setup, StackOutputs};
use atp_iac::project::{Files, Project};
use atp_iac::provider::Provider;
use atp_iac::secrets::stand_in;
use atp_iac::state::{Snapshot, StateView};
use atp_iac::{ConfigTree, Context, StackName, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A stack of an environment and region, planned from nothing.
#[derive(Debug)]
pub struct Planned {
    /// The program.
    pub program: &'static Program,
    /// The subscription that it is deployed to.
    pub subscription: String,
    /// The configuration.
    pub config: ConfigTree,
    /// What would be made.
    pub plan: Plan,
    /// What it would give to others, as far as that is known.
    pub outputs: BTreeMap<String, Value>,
}

/// Why the stacks of an environment cannot be planned.
#[derive(Debug, thiserror::Error)]
#[error("{what} cannot be planned: {problem}")]
pub struct PlannedError {
    what: String,
    problem: String,
}

/// The plans of all stacks of an environment in all of its regions, the primary region first and there the lower stacks,
/// with what is configured in files. What is encrypted there stays closed: something else stands in its place.
///
/// # Errors
/// When a configuration or a program is wrong.
pub fn planned(
    project: &Project,
    files: &dyn Files,
    environment: &str,
) -> Result<Vec<Planned>, PlannedError> {
    let known: Vec<&str> = PROGRAMS.iter().map(|program| program.name).collect();
    planned_with(project, environment, |StackName { environment, region, stack }| {
        let config = project.load_config(files, environment, region, stack, &known);
        let mut config = config.map_err(|error| error.to_string())?;
        config.reveal(|_, text| stand_in(text).map(Ok)).map_err(|error| error.to_string())?;
        Ok(config)
    })
}

/// The same with the configuration that `config` gives.
///
/// # Errors
/// When a configuration or a program is wrong.
pub fn planned_with(
    project: &Project,
    environment: &str,
    config: impl Fn(&StackName) -> Result<ConfigTree, String>,
) -> Result<Vec<Planned>, PlannedError> {
    let what = |what: String| move |problem: String| PlannedError { what, problem };
    let found = project.environment(environment).map_err(|error| error.to_string());
    let regions = &found.map_err(what(format!("the environment `{environment}`")))?.regions;
    let primary_regions = project.primary_regions_with(&BTreeSet::from([environment]));
    let mut references: BTreeMap<StackName, StackOutputs> = BTreeMap::new();
    let mut all = Vec::with_capacity(PROGRAMS.len() * regions.len());
    for (region, program) in
        regions.iter().flat_map(|region| PROGRAMS.iter().map(move |program| (region, program)))
    {
        let stack = StackName {
            environment: environment.to_owned(),
            region: region.to_owned(),
            stack: program.name.to_owned(),
        };
        let error = || what(format!("the stack `{}` of {environment}/{region}", program.name));
        let config = config(&stack).map_err(error())?;
        let subscription = config.text("subscription_id").unwrap_or_default().to_owned();
        let setup = Setup {
            config: config.clone(),
            references: references.clone(),
            primary_regions: primary_regions.clone(),
        };
        let plan = plan(program, &stack, setup, &subscription).map_err(error())?;
        // What cannot be exported gives what its plan knows.
        let outputs = export::outputs(&plan, &subscription).unwrap_or_else(|_| plan.outputs_after().values);
        references.insert(stack, StackOutputs { contract: program.contract, values: outputs.clone() });
        all.push(Planned { program, subscription, config, plan, outputs });
    }
    Ok(all)
}

fn plan(program: &Program, name: &StackName, setup: Setup, subscription: &str) -> Result<Plan, String> {
    let mut cx = Context::new(name.clone(), setup);
    let declared = (program.run)(&mut cx).map_err(|error: ProgramError| error.to_string())?;
    let registrations = cx.into_registrations();
    let desired =
        Desired { registrations, outputs: declared, contract: program.contract, ..Desired::default() };
    let provider: Arc<dyn Provider> = Arc::new(offline(subscription));
    let providers = BTreeMap::from([(provider.name().to_owned(), provider)]);
    let state = StateView::new(Snapshot::empty(name.clone(), "")).map_err(|error| error.to_string())?;
    let planner = Planner {
        stack: name,
        providers: &providers,
        state: &state,
        drift: &Drift::new(),
        fingerprints: None,
        answers: &Answers::new(),
        ignore_protect: false,
        selection: &Selection::default(),
        replace: &[],
    };
    planner.plan(&desired).map_err(|error| error.to_string())
}

/// Planning calls no cloud: behind this provider stands one that is empty.
fn offline(subscription: &str) -> AzureProvider {
    let simulator =
        Simulator::in_memory(atp_azure::descriptors(), Settings::default(), Arc::new(SystemClock));
    let settings = AzureSettings::new(atp_azure::descriptors(), subscription);
    AzureProvider::with_transport(settings, simulator.transport())
}
