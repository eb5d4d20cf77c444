//! The engine inside a program of one's own: no command line, no files but a key, no project.
//!
//! A portal could do this: it takes names from its users, and gives each a resource group and an identity.

use atp_azure::managed_identity::UserAssignedIdentity;
use atp_azure::provider::{AzureProvider, AzureSettings};
use atp_azure::resources::ResourceGroup;
use atp_azure_sim::Simulator;
use atp_iac::apply::{Event, Interrupt};
use atp_iac::engine::{Decision, Deployment, Engine, EngineError, Kind, Update, UpdateOptions};
use atp_iac::plan::Plan;
use atp_iac::ports::{Clock, SystemClock, SystemRandom};
use atp_iac::secrets::LocalKeyFile;
use atp_iac::state::{Holder, MemoryStore};
use atp_iac::{ProgramError, StackName};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// An engine that deploys to a simulator and keeps states in memory.
pub fn engine(simulator: &Simulator, key_file: &Path) -> Engine {
    let clock = Arc::new(SystemClock);
    let settings = AzureSettings::new(atp_azure::descriptors(), "00000000-0000-0000-0000-000000000001");
    let provider = AzureProvider::with_transport(settings, simulator.transport());
    let holder = Holder {
        who: "portal".into(),
        host: "localhost".into(),
        process: std::process::id(),
        operation: String::new(),
        since: clock.now(),
    };
    let keys = LocalKeyFile::new(key_file, Arc::new(SystemRandom));
    Engine::new(Arc::new(MemoryStore::new(clock)), Arc::new(keys), holder).with_provider(Arc::new(provider))
}

/// The resources for these users. The program is a closure, because they are not known when this is compiled.
///
/// # Errors
/// Never, with these names of environment, region and stack.
pub fn deployment(users: Vec<String>) -> Result<Deployment, ProgramError> {
    let name = StackName::new("live", "westeurope", "portal")?;
    Ok(Deployment::of_function(name, move |cx| {
        let mut outputs = BTreeMap::new();
        for user in &users {
            let group =
                cx.add(&format!("{user}-group"), ResourceGroup::new(format!("rg-{user}"), "westeurope"))?;
            let identity = UserAssignedIdentity::new(group.id(), format!("id-{user}"), "westeurope");
            let identity = cx.add(&format!("{user}-identity"), identity)?;
            outputs.insert(user.clone(), identity.client_id().into());
        }
        Ok(outputs)
    }))
}

/// Brings the cloud to a deployment, unless the plan deletes more than `deletes` resources.
///
/// # Errors
/// When no plan can be made, or the state cannot be written.
pub async fn update(
    engine: &Engine,
    deployment: &Deployment,
    deletes: usize,
    tell: &mut (dyn FnMut(String) + Send),
) -> Result<Update, EngineError> {
    let mut decide = |plan: &Plan, _: &[_]| {
        if plan.counts().delete > deletes { Decision::Decline } else { Decision::Apply }
    };
    let mut observe = |event: Event<'_>| match event {
        Event::Finished { operation, .. } => tell(format!("{} is done", operation.urn.name())),
        Event::Failed(failure) => tell(format!("{} failed: {}", failure.urn.name(), failure.cause)),
        _ => {}
    };
    let options = UpdateOptions::default();
    engine.update(deployment, Kind::Up, &options, &mut decide, &mut observe, &Interrupt::default()).await
}
