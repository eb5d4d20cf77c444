//! Restores what went with the queues and topics of a namespace: what others declare on them, and locks above them.

use super::sites::{Pair, Sites, split};
use super::steps::Done;
use super::{deploy, traffic};
use atp_iac::cli::Failure;

/// The stacks of both regions that have something in the namespaces of an alias.
fn stacks(sites: &Sites<'_>, aliases: &[Pair]) -> Vec<(String, &'static str)> {
    let inside = aliases.iter().flat_map(|pair| [&pair.from, &pair.to]).map(|id| {
        let (namespace, ..) = split(id);
        namespace.to_ascii_lowercase()
    });
    let inside: Vec<String> = inside.collect();
    let mut found = Vec::new();
    // In the order of the programs, in which a stack comes after those that it refers to; the region that leads first.
    for program in sites.invocation.programs() {
        for region in [&sites.to, &sites.from] {
            let Some(view) = region.stacks.get(program.name) else { continue };
            let mut ids = view.resources().map(|resource| resource.id.to_ascii_lowercase());
            if ids.any(|id| inside.iter().any(|namespace| id.starts_with(namespace))) {
                found.push((region.name.clone(), program.name));
            }
        }
    }
    found
}

/// Brings the stacks around the namespaces to what their programs say.
pub(super) async fn settle(sites: &Sites<'_>, aliases: &[Pair]) -> Result<Done, Failure> {
    let mut changed = false;
    for (region, stack) in stacks(sites, aliases) {
        let target = sites.target(&region, stack)?;
        changed |= deploy::up(sites, &target, target.config()?).await?;
    }
    Ok(if changed { Done::Now(None) } else { Done::Already })
}

/// The stacks that a plan would still change, among those that were switched.
pub(super) async fn left(sites: &Sites<'_>, aliases: &[Pair]) -> Result<Vec<String>, Failure> {
    let mut left = Vec::new();
    let profiles = traffic::profiles(sites).into_iter().map(|profile| (profile.region, profile.stack));
    for (region, stack) in stacks(sites, aliases).into_iter().chain(profiles) {
        let target = sites.target(&region, stack)?;
        let active = sites.to.name.clone();
        let over =
            traffic::profiles(sites).iter().any(|profile| profile.stack == stack && profile.region == region);
        let config = deploy::config(&target, over.then_some((traffic::ACTIVE_REGION, active.as_str())))?;
        let plan = deploy::preview(&target, config).await?;
        if plan.has_changes() {
            left.push(format!("{} ({})", target.name(), deploy::changed(&plan).join(", ")));
        }
    }
    Ok(left)
}
