//! `plan approve` and `plan show-approvals`.

use super::Session;
use super::saved::{open, show};
use crate::cli::arguments::PlanCommand;
use crate::cli::failure::{Failure, exit};
use std::path::Path;

pub(super) async fn plan(session: &Session<'_, '_>, command: &PlanCommand) -> Result<u8, Failure> {
    match command {
        PlanCommand::Approve { file } => approve(session, file).await,
        PlanCommand::ShowApprovals { file } => {
            let name = file.display().to_string();
            session.reporter().header_without_cloud(session.target, &name);
            approvals(session, file).await
        }
    }
}

async fn approve(session: &Session<'_, '_>, file: &Path) -> Result<u8, Failure> {
    // Whoever agrees has seen what to.
    show(session, file).await?;
    let plan = open(session, file).await?;
    of_this_stack(session, &plan)?;
    let is_new = session.target.engine().approve_plan(&plan, session.options.message.clone()).await?;
    session.reporter().end_line();
    session.reporter().note(match is_new {
        true => "approved",
        false => "it was approved by you already",
    });
    approvals(session, file).await
}

async fn approvals(session: &Session<'_, '_>, file: &Path) -> Result<u8, Failure> {
    let plan = open(session, file).await?;
    of_this_stack(session, &plan)?;
    let engine = session.target.engine();
    let given = engine.approvals(&plan).await?;
    session.reporter().approvals(&given, engine.approvals_needed());
    Ok(exit::DONE)
}

fn of_this_stack(session: &Session<'_, '_>, plan: &crate::engine::SavedPlan) -> Result<(), Failure> {
    let name = session.target.name();
    if plan.stack == *name {
        return Ok(());
    }
    Err(Failure::usage(
        format!("the plan is of {}, not of {name}", plan.stack),
        "name its stack with `--stack`, `--environment` and `--region`",
    ))
}
