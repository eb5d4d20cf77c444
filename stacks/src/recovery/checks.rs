//! What has to hold before regions are switched.

use super::arguments::Mode;
use super::sites::{Region, Sites, property};
use super::steps::Switch;
use super::{service_bus, sql};
use atp_iac::cli::{Failure, Invocation};
use atp_iac::value::Value;
use std::collections::BTreeSet;

/// The names of all checks.
pub(super) const CHECKS: [&str; 8] = [
    "deployed",
    "contracts",
    "open-calls",
    "sql-replication",
    "sql-leader",
    "messaging",
    "cluster",
    "traffic-drift",
];
/// Those that only say whether data would be lost.
const ABOUT_LOSS: [&str; 2] = ["sql-replication", "sql-leader"];

const CLUSTERS: &str = "Microsoft.ContainerService/managedClusters";

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Finding {
    Passed(String),
    Failed(String),
}

/// The direction of a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// To the recovery region.
    There,
    /// To the primary region.
    Back,
}

/// A check with what it found.
pub(super) struct Check {
    pub name: &'static str,
    pub finding: Finding,
}

/// Makes all checks.
pub(super) async fn all(
    sites: &Sites<'_>,
    switch: &Switch,
    direction: Direction,
) -> Result<Vec<Check>, Failure> {
    let mut checks = vec![
        Check { name: "deployed", finding: deployed(&sites.from, &sites.to) },
        Check { name: "contracts", finding: contracts(sites.invocation, &sites.to) },
        Check { name: "open-calls", finding: open_calls(&sites.to) },
    ];
    for group in &switch.groups {
        let finding = sql::check_replication(sites, group).await;
        checks.push(Check { name: "sql-replication", finding });
        checks.push(Check { name: "sql-leader", finding: sql::check_leader(sites, group).await });
    }
    for alias in &switch.aliases {
        let finding = match direction {
            Direction::There => service_bus::check_pairing(sites, alias).await,
            Direction::Back => service_bus::check_origin(sites, alias).await,
        };
        checks.push(Check { name: "messaging", finding });
    }
    for (_, cluster) in sites.to.of_type(CLUSTERS) {
        let finding = match sites.get(CLUSTERS, &cluster.id).await {
            Ok(Some(said)) => running(&cluster.id, &said),
            Ok(None) => Finding::Failed(format!("{} is not there", cluster.id)),
            Err(error) => Finding::Failed(format!("{} cannot be read: {error}", cluster.id)),
        };
        checks.push(Check { name: "cluster", finding });
    }
    for profile in &switch.profiles {
        checks.push(Check { name: "traffic-drift", finding: profile.check_drift(sites).await? });
    }
    Ok(checks)
}

/// What is deployed where clients are has to be deployed where they will be.
fn deployed(from: &Region, to: &Region) -> Finding {
    let missing: Vec<&str> =
        from.stacks.keys().filter(|stack| !to.stacks.contains_key(*stack)).copied().collect();
    match missing.is_empty() {
        true => {
            Finding::Passed(format!("all {} stacks of {} are in {}", from.stacks.len(), from.name, to.name))
        }
        false => Finding::Failed(format!("{} has no {}", to.name, missing.join(", "))),
    }
}

fn contracts(invocation: &Invocation<'_>, region: &Region) -> Finding {
    let stale = invocation.programs().iter().filter(|program| {
        region.stacks.get(program.name).is_some_and(|view| view.contract() != program.contract)
    });
    let stale: Vec<&str> = stale.map(|program| program.name).collect();
    match stale.is_empty() {
        true => Finding::Passed(format!("the outputs of {} are those of this program", region.name)),
        false => {
            Finding::Failed(format!("deployed by another program in {}: {}", region.name, stale.join(", ")))
        }
    }
}

fn open_calls(region: &Region) -> Finding {
    let open: BTreeSet<&str> = region
        .stacks
        .iter()
        .filter(|(_, view)| view.pending().next().is_some())
        .map(|(stack, _)| *stack)
        .collect();
    match open.is_empty() {
        true => Finding::Passed(format!("no run was cut off in {}", region.name)),
        false => {
            let names: Vec<&str> = open.into_iter().collect();
            Finding::Failed(format!("a run was cut off in {}: {}", region.name, names.join(", ")))
        }
    }
}

/// Whether a cluster runs and grows with what is asked of it.
fn running(id: &str, said: &Value) -> Finding {
    let name = id.rsplit('/').next().unwrap_or_default();
    let state = property(said, "provisioningState").unwrap_or("Succeeded");
    if state != "Succeeded" {
        return Finding::Failed(format!("`{name}` is {state}"));
    }
    let properties = said.get("properties");
    let power = properties.and_then(|properties| properties.get("powerState")?.get("code")?.as_str());
    if power.is_some_and(|power| power != "Running") {
        return Finding::Failed(format!("`{name}` is stopped"));
    }
    let pools = properties.and_then(|properties| properties.get("agentPoolProfiles")?.as_list());
    let grows = |pool: &Value| pool.get("enableAutoScaling") == Some(&Value::Bool(true));
    match pools.is_some_and(|pools| !pools.is_empty() && !pools.iter().any(grows)) {
        true => Finding::Failed(format!("no pool of `{name}` grows by itself")),
        false => Finding::Passed(format!("`{name}` runs")),
    }
}

impl Check {
    /// Whether it stands against going on.
    pub fn is_in_the_way(&self, mode: &Mode) -> bool {
        let accepted = mode.allow_data_loss && ABOUT_LOSS.contains(&self.name);
        let despite = mode.despite.iter().any(|name| name == self.name);
        matches!(self.finding, Finding::Failed(_)) && !accepted && !despite
    }

    /// The word of the result, and what was found.
    pub fn said(&self, mode: &Mode) -> (&'static str, &str) {
        match &self.finding {
            Finding::Passed(what) => ("passed", what),
            Finding::Failed(what) if self.is_in_the_way(mode) => ("failed", what),
            Finding::Failed(what) => ("passed over", what),
        }
    }
}
