//! What has to hold before an environment is changed.

use super::PromotionConfig;
use super::difference::Site;
use atp_iac::StackName;
use atp_iac::cli::{Failure, Invocation};
use atp_iac::engine::{Kind, UpdateOptions};
use atp_iac::estate::{Estate, Graph, GraphError, Member, PreviewError, Status, Trouble};
use std::collections::BTreeSet;

/// A gate, and why it is as it is.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    pub name: &'static str,
    pub open: bool,
    pub why: String,
}

impl Gate {
    fn new(name: &'static str, open: bool, why: impl Into<String>) -> Self {
        Gate { name, open, why: why.into() }
    }
}

/// Enough people have said yes.
pub(super) fn approved(promotion: &PromotionConfig, by: &BTreeSet<&str>) -> Gate {
    let names: Vec<&str> = by.iter().copied().collect();
    let (given, wanted) = (names.len(), promotion.approvals as usize);
    let why = match names.is_empty() {
        true => format!("{wanted} asked for, none given"),
        false => format!("{wanted} asked for, given by {}", names.join(", ")),
    };
    Gate::new("approvals", given >= wanted, why)
}

/// How the stacks of an environment stand.
pub(super) async fn standing(
    invocation: &Invocation<'_>,
    (environment, region): Site<'_>,
) -> Result<Vec<Status>, Failure> {
    let mut all = Vec::new();
    for program in invocation.programs() {
        let target = invocation.target(environment, region, program.name)?;
        let state = target.engine().state(target.name()).await?;
        let deployed = state.is_some_and(|view| !view.is_empty() || !view.outputs().is_empty());
        // What is not deployed needs no cloud to be looked at.
        let engine = if deployed { target.connect(&target.config()?)? } else { target.engine() };
        all.push(Status::read(&engine, target.name(), invocation.programs(), deployed).await?);
    }
    Ok(all)
}

/// All of the source is there.
pub(super) fn source_deployed(stacks: &[Status]) -> Gate {
    let missing = names(stacks, |stack| !stack.is_deployed());
    verdict("source-deployed", missing, format!("all {} stacks are deployed", stacks.len()), "not deployed")
}

/// The last run on every stack of the source has ended.
pub(super) fn source_ended(stacks: &[Status]) -> Gate {
    let open = names(stacks, |stack| stack.open > 0 || stack.holder.is_some());
    verdict("source-ended", open, "no run is under way or was cut off".into(), "under way or cut off")
}

/// Nobody has changed anything outside.
pub(super) fn drift(name: &'static str, stacks: &[Status]) -> Gate {
    let drifted = names(stacks, |stack| stack.drifted.is_some_and(|count| count > 0));
    verdict(name, drifted, "nothing was changed outside".into(), "changed outside")
}

/// What others read of the stacks is what they were compiled against.
pub(super) fn contracts(name: &'static str, stacks: &[Status]) -> Gate {
    let stale = names(stacks, |stack| stack.is_outdated);
    verdict(name, stale, "deployed by the programs of this commit".into(), "deployed by other programs")
}

fn names(stacks: &[Status], is_bad: impl Fn(&Status) -> bool) -> Vec<String> {
    stacks.iter().filter(|stack| is_bad(stack)).map(|stack| stack.stack.stack.clone()).collect()
}

fn verdict(name: &'static str, bad: Vec<String>, good: String, word: &str) -> Gate {
    match bad.is_empty() {
        true => Gate::new(name, true, good),
        false => Gate::new(name, false, format!("{word}: {}", bad.join(", "))),
    }
}

/// The source is as this commit says: what is promoted has run there.
pub(super) async fn source_current(invocation: &Invocation<'_>, source: Site<'_>) -> Result<Gate, Failure> {
    const NAME: &str = "source-current";
    Ok(match plans(invocation, source).await? {
        Err(why) => Gate::new(NAME, false, why),
        Ok(plans) if plans.changed.is_empty() => Gate::new(NAME, true, "it runs what is checked out here"),
        Ok(plans) => {
            let what = plans.changed.join(", ");
            Gate::new(NAME, false, format!("a plan would still change {what}"))
        }
    })
}

/// The target can be brought to this commit.
pub(super) async fn target_plan(invocation: &Invocation<'_>, target: Site<'_>) -> Result<Gate, Failure> {
    const NAME: &str = "target-plan";
    Ok(match plans(invocation, target).await? {
        Err(why) => Gate::new(NAME, false, why),
        Ok(Plans { refusals: 0, counts, .. }) => Gate::new(NAME, true, counts),
        Ok(Plans { refusals, counts, .. }) => {
            Gate::new(NAME, false, format!("{refusals} protected resources stand against it; {counts}"))
        }
    })
}

/// What the plans of an environment say.
struct Plans {
    changed: Vec<String>,
    refusals: usize,
    counts: String,
}

/// Plans all stacks of an environment in a region, each after those that it refers to; or why they cannot be planned.
async fn plans(
    invocation: &Invocation<'_>,
    (environment, region): Site<'_>,
) -> Result<Result<Plans, String>, Failure> {
    let graph = graph(invocation)?;
    let mut members = Vec::new();
    let is_meant = |name: &&StackName| name.environment == environment && name.region == region;
    for name in graph.order().iter().filter(is_meant) {
        let target = invocation.target(environment, region, &name.stack)?;
        let config = target.config()?;
        members.push(Member { engine: target.connect(&config)?, deployment: target.deployment(config)? });
    }
    let estate = Estate::new(graph, members, invocation.clock().clone());
    let forecast =
        match estate.preview(Kind::Up, &UpdateOptions { refresh: true, ..UpdateOptions::default() }).await {
            Ok(forecast) => forecast,
            Err(PreviewError(troubles)) => return Ok(Err(said(troubles))),
        };
    let changed = forecast.plans().filter(|plan| plan.has_changes()).map(|plan| plan.stack.stack.clone());
    let counts = forecast.counts();
    Ok(Ok(Plans {
        changed: changed.collect(),
        refusals: forecast.refusals(),
        counts: format!(
            "{} to create, {} to update, {} to replace, {} to delete",
            counts.create, counts.update, counts.replace, counts.delete
        ),
    }))
}

fn said(troubles: Vec<(StackName, Trouble)>) -> String {
    let said = troubles.into_iter().map(|(name, trouble)| match trouble {
        Trouble::Engine(error) => format!("{} cannot be planned: {error}", name.stack),
        Trouble::After(other) => format!("{} waits for {}", name.stack, other.stack),
        Trouble::Referred(others) => format!("{} is referred to by {} stacks", name.stack, others.len()),
    });
    said.collect::<Vec<_>>().join("; ")
}

fn graph(invocation: &Invocation<'_>) -> Result<Graph, Failure> {
    let project = invocation.project();
    let lasting = project.environments.iter().filter(|(_, environment)| !environment.instances);
    let places: Vec<(String, String)> = lasting
        .flat_map(|(name, environment)| {
            environment.regions.iter().map(|region| (name.clone(), region.clone()))
        })
        .collect();
    let graph = Graph::of_programs(invocation.programs(), &places, &project.primary_regions());
    graph.map_err(|error| match error {
        GraphError::Program(error) => error.into(),
        error => Failure::failed(error.to_string()),
    })
}
