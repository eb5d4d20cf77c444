//! `status`.

use super::Session;
use crate::StackName;
use crate::cli::arguments::Options;
use crate::cli::failure::{Failure, exit};
use crate::engine::EngineError;
use crate::estate::Status;
use std::collections::BTreeSet;

pub(super) async fn status(session: &Session<'_, '_>, drift: bool) -> Result<u8, Failure> {
    let Session { workspace, .. } = session;
    let environment = workspace.environment()?;
    let graph = workspace.graph(&BTreeSet::from([environment]))?;
    let Options { region, stack, .. } = workspace.options;
    region.iter().try_for_each(|region| workspace.project.check_region(environment, region))?;
    stack.iter().try_for_each(|name| workspace.program(name).map(|_| ()))?;
    let is_meant = |name: &&StackName| {
        name.environment == environment
            && region.as_ref().is_none_or(|region| *region == name.region)
            && (stack.is_empty() || stack.contains(&name.stack))
    };
    let mut stacks: Vec<StackName> = graph.order().iter().filter(is_meant).cloned().collect();
    // What was deployed by a program that is gone, or to a region that is none any more.
    let others = workspace.storage.store.list().await.map_err(EngineError::from)?;
    let others = others.into_iter().filter(|name| is_meant(&name) && !stacks.contains(name));
    let others: Vec<StackName> = others.collect();
    stacks.extend(others.iter().cloned());
    let mut all = Vec::new();
    for name in &stacks {
        let drift = drift && !others.contains(name);
        let engine = match drift {
            false => workspace.engine_of(environment),
            true => {
                let program = workspace.program(&name.stack)?;
                let target = workspace.target_of(&name.environment, &name.region, program)?;
                target.connect(&target.config()?)?
            }
        };
        let status = Status::read(&engine, name, workspace.application.programs, drift).await?;
        // The state of what was destroyed long ago is nothing to look at.
        if status.is_deployed() || !others.contains(name) {
            all.push(status);
        }
    }
    let shown: Vec<StackName> = all.iter().map(|status: &Status| status.stack.clone()).collect();
    session.reporter().header_of_several(&shown, workspace.cloud, &[]);
    session.reporter().status(&all, &others);
    Ok(exit::DONE)
}
