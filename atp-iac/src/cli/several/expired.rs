//! `expired`.

use super::Session;
use super::update::Run;
use crate::StackName;
use crate::cli::failure::{Failure, exit};
use crate::cli::ports::Answer;
use crate::engine::{EngineError, Kind};
use crate::estate::{Instance, instances, updated};
use std::collections::BTreeSet;
use tokio::sync::watch;

pub(super) async fn list(session: &Session<'_, '_>) -> Result<u8, Failure> {
    let expired = expired(session).await?;
    session.reporter().expired(&expired, session.workspace.clock.now());
    Ok(exit::DONE)
}

/// Destroys all stacks of all instances whose time is over.
pub(super) async fn destroy(
    session: &Session<'_, '_>,
    ask: &mut (dyn FnMut() -> Answer + Send),
    presses: watch::Receiver<u32>,
) -> Result<u8, Failure> {
    let expired = expired(session).await?;
    session.reporter().expired(&expired, session.workspace.clock.now());
    if expired.is_empty() {
        return Ok(exit::DONE);
    }
    let names: BTreeSet<&str> = expired.iter().map(|instance| instance.environment.as_str()).collect();
    let graph = session.workspace.graph(&names)?;
    let stacks: Vec<StackName> = expired.iter().flat_map(|instance| instance.stacks.clone()).collect();
    Run::new(session, Kind::Destroy, graph, &stacks)?.carry_out(ask, presses).await
}

/// The instances whose time is over, of all environments or of those that the options name.
async fn expired(session: &Session<'_, '_>) -> Result<Vec<Instance>, Failure> {
    let Session { workspace, .. } = session;
    if let Some(name) = &workspace.options.environment {
        let known = workspace.project.environments.get(name).is_some_and(|of| of.time_to_live.is_some());
        if !known && workspace.project.instance(name).is_none() {
            return Err(Failure::usage(
                format!("`{name}` is no environment with instances that end"),
                "say `instances: true` and `time_to_live:` for it in `atp.yaml`",
            ));
        }
    }
    let is_meant = |name: &StackName| {
        let of = workspace.project.instance(&name.environment).map(|(of, _)| of);
        of.is_some()
            && workspace
                .options
                .environment
                .as_deref()
                .is_none_or(|given| given == name.environment || Some(given) == of)
    };
    let mut deployed = Vec::new();
    let stacks = workspace.storage.store.list().await.map_err(EngineError::from)?;
    for name in stacks.into_iter().filter(is_meant) {
        let engine = workspace.engine_of(&name.environment);
        let Some(view) = engine.state(&name).await? else { continue };
        if view.is_empty() && view.outputs().is_empty() {
            continue;
        }
        deployed.extend(updated(&view).map(|updated| (name, updated)));
    }
    let now = workspace.clock.now();
    let all = instances(&workspace.project, &deployed);
    Ok(all.into_iter().filter(|instance| instance.is_expired(now)).collect())
}
