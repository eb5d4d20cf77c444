//! `state verify` of several stacks: of all that the store has, unless the options mean fewer.

use super::Session;
use crate::StackName;
use crate::cli::arguments::Options;
use crate::cli::commands::{problem_details, problem_lines};
use crate::cli::failure::{Failure, exit};
use crate::cli::workspace::Workspace;
use crate::engine::EngineError;

pub(super) async fn verify(session: &Session<'_, '_>) -> Result<u8, Failure> {
    let Session { workspace, .. } = session;
    let stacks = selected(workspace).await?;
    session.reporter().header_of_several(&stacks, workspace.cloud, &[]);
    let mut bad = 0;
    for name in &stacks {
        match workspace.engine_of(&name.environment).verify_state(name).await {
            Ok(problems) => {
                bad += usize::from(!problems.is_empty());
                session.reporter().verified(
                    name,
                    &problem_lines(&problems),
                    problem_details(&problems, None),
                );
            }
            Err(error) => {
                bad += 1;
                session.reporter().trouble(name, &error.into());
            }
        }
    }
    match (bad, stacks.len()) {
        (0, _) => Ok(exit::DONE),
        (bad, all) => Err(Failure::failed(format!("{bad} of {all} states are not as they should be"))
            .with_hint("`state repair --stack NAME` repairs one; what is wrong is told above")),
    }
}

/// The stacks that the store has of the environments of the project, whether or not a program of theirs is still there.
async fn selected(workspace: &Workspace<'_>) -> Result<Vec<StackName>, Failure> {
    let Options { environment, region, stack, affected_since, .. } = workspace.options;
    if affected_since.is_some() {
        return Err(Failure::usage(
            "whether a state is whole does not depend on what was committed",
            "leave `--affected-since` out",
        ));
    }
    let environment = match environment.is_some() || workspace.fixed.environment.is_some() {
        true => Some(workspace.environment()?),
        false => None,
    };
    stack.iter().try_for_each(|name| workspace.program(name).map(|_| ()))?;
    let is_meant = |name: &StackName| {
        environment.is_none_or(|environment| environment == name.environment)
            && workspace.project.environment(&name.environment).is_ok()
            && region.as_ref().is_none_or(|region| *region == name.region)
            && (stack.is_empty() || stack.contains(&name.stack))
    };
    let all = workspace.storage.store.list().await.map_err(EngineError::from)?;
    Ok(all.into_iter().filter(is_meant).collect())
}
