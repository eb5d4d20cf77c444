//! `status`.

use super::Session;
use crate::StackName;
use crate::cli::failure::{Failure, exit};
use crate::estate::Status;
use std::collections::BTreeSet;

pub(super) async fn status(session: &Session<'_, '_>, drift: bool) -> Result<u8, Failure> {
    let Session { workspace, .. } = session;
    let environment = workspace.environment()?;
    let graph = workspace.graph(&BTreeSet::from([environment]))?;
    let mut stacks: Vec<StackName> =
        graph.order().iter().filter(|name| name.environment == environment).cloned().collect();
    // What was deployed by a program that is gone, or to a region that is none any more.
    let others = workspace.storage.store.list().await.map_err(crate::engine::EngineError::from)?;
    let others = others.into_iter().filter(|name| name.environment == environment && !stacks.contains(name));
    let others: Vec<StackName> = others.collect();
    stacks.extend(others.iter().cloned());
    session.reporter().header_of_several(&stacks, workspace.cloud, &[]);
    let mut all = Vec::new();
    for name in &stacks {
        let engine = match drift && !others.contains(name) {
            false => workspace.engine(),
            true => {
                let program = workspace.program(&name.stack)?;
                let target = workspace.target_of(&name.environment, &name.region, program)?;
                target.connect(&target.config()?)?
            }
        };
        let drift = drift && !others.contains(name);
        let status = Status::read(&engine, name, workspace.application.programs, drift).await?;
        // The state of what was destroyed long ago is nothing to look at.
        if status.is_deployed() || !others.contains(name) {
            all.push(status);
        }
    }
    session.reporter().status(&all, &others);
    Ok(exit::DONE)
}
