//! `plan show` and `plan approve`.

use super::Session;
use super::saved::{open, show};
use crate::cli::arguments::PlanCommand;
use crate::cli::failure::Failure;
use crate::engine::SavedPlan;
use std::path::Path;

pub(super) async fn plan(session: &Session<'_, '_>, command: &PlanCommand) -> Result<u8, Failure> {
    let (PlanCommand::Approve { file } | PlanCommand::Show { file }) = command;
    session.reporter().header_without_cloud(session.target, &file.display().to_string());
    let plan = open(session, file).await?;
    let code = show(session, &plan)?;
    if matches!(command, PlanCommand::Approve { .. }) {
        // Whoever agrees has seen what to.
        approve(session, &plan, file).await?;
    }
    approvals(session, &plan).await?;
    Ok(code)
}

async fn approve(session: &Session<'_, '_>, plan: &SavedPlan, file: &Path) -> Result<(), Failure> {
    let is_new = session.target.engine().approve_plan(plan, session.options.message.clone()).await?;
    session.reporter().end_line();
    session.reporter().note(&match is_new {
        true => format!("approved: `{} --plan {}` carries it out", plan.operation(), file.display()),
        false => "it was approved by you already".to_owned(),
    });
    Ok(())
}

/// Who agreed, where anybody has to or did.
async fn approvals(session: &Session<'_, '_>, plan: &SavedPlan) -> Result<(), Failure> {
    let engine = session.target.engine();
    let (given, rule) = (engine.approvals(plan).await?, engine.approvals_needed());
    if rule.needed > 0 || !given.is_empty() {
        session.reporter().end_line();
        session.reporter().approvals(&given, rule);
    }
    Ok(())
}
