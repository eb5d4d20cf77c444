//! `up` of single stacks, as a step of a procedure.

use super::sites::Sites;
use atp_iac::apply::{Event, Recovered};
use atp_iac::cli::{Failure, Target};
use atp_iac::engine::{Decision, Kind, UpdateOptions};
use atp_iac::plan::{OperationKind, Plan};
use atp_iac::{ConfigTree, StackName};

/// The configuration of a stack, with one value over it.
pub(super) fn config(target: &Target<'_>, over: Option<(&str, &str)>) -> Result<ConfigTree, Failure> {
    let mut config = target.config()?;
    if let Some((key, value)) = over {
        config.set(key, value)?;
    }
    Ok(config)
}

/// The names of what a plan changes.
pub(super) fn changed(plan: &Plan) -> Vec<&str> {
    let changes = |action| !matches!(action, OperationKind::Same | OperationKind::Read);
    plan.operations.iter().filter(|o| changes(o.action)).map(|o| o.urn.name()).collect()
}

/// What `up` would do, after reading the cloud.
pub(super) async fn preview(target: &Target<'_>, config: ConfigTree) -> Result<Plan, Failure> {
    let engine = target.connect(&config)?;
    let deployment = target.deployment(config)?;
    let options = UpdateOptions { refresh: true, ..UpdateOptions::default() };
    Ok(engine.preview(&deployment, Kind::Up, &options).await?.plan)
}

/// Brings a stack to its program with this configuration; whether anything had to be done. Nothing is deleted by it: a plan
/// that would is refused.
pub(super) async fn up(sites: &Sites<'_>, target: &Target<'_>, config: ConfigTree) -> Result<bool, Failure> {
    let engine = target.connect(&config)?;
    let deployment = target.deployment(config)?;
    let mut refused = None;
    let mut decide = |plan: &Plan, _: &[Recovered]| {
        let gone: Vec<&str> =
            plan.operations.iter().filter(|o| takes_away(o.action)).map(|o| o.urn.name()).collect();
        if plan.refusals.is_empty() && gone.is_empty() {
            return Decision::Apply;
        }
        refused = Some(too_much(&plan.stack, &gone));
        Decision::Decline
    };
    let mut failed = Vec::new();
    let mut observe = |event: Event<'_>| {
        if let Event::Failed(failure) = event {
            failed.push(format!("{}: {}", failure.urn.name(), failure.cause));
        }
    };
    let options = UpdateOptions { refresh: true, ..UpdateOptions::default() };
    let interrupt = sites.invocation.interrupt();
    let update = engine.update(&deployment, Kind::Up, &options, &mut decide, &mut observe, interrupt).await?;
    if let Some(refused) = refused {
        return Err(refused);
    }
    if update.report.as_ref().is_some_and(|report| !report.is_complete()) {
        if interrupt.is_raised() {
            return Err(Failure::Interrupted);
        }
        let message = format!("{} was not brought up: {}", target.name(), failed.join("; "));
        return Err(Failure::failed(message).with_hint("see with `preview` of that stack what is missing"));
    }
    Ok(update.plan.has_changes())
}

fn takes_away(action: OperationKind) -> bool {
    matches!(action, OperationKind::Delete) || action.replaces()
}

fn too_much(stack: &StackName, gone: &[&str]) -> Failure {
    let what = match gone.is_empty() {
        true => "what is protected".to_owned(),
        false => gone.join(", "),
    };
    let StackName { environment, region, stack: name } = stack;
    Failure::refused(
        format!("the plan of {stack} deletes or replaces {what}, which is more than a switch of regions"),
        format!("look at it with `atp preview -e {environment} --region {region} --stack {name}`"),
    )
}
