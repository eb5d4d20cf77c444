//! Traffic Manager: which region clients are led to.

use super::checks::Finding;
use super::deploy;
use super::sites::{Region, Sites, refused};
use super::steps::Done;
use atp_iac::cli::{Failure, Target};
use atp_iac::value::Value;
use std::time::Duration;

const PROFILES: &str = "Microsoft.Network/trafficmanagerprofiles";
/// The key of the configuration that says which region clients are led to.
pub(super) const ACTIVE_REGION: &str = "active_region";

/// A profile, and the stack that declares it.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    pub id: String,
    /// The region of the stack.
    pub region: String,
    pub stack: &'static str,
}

/// The profiles of both regions.
pub(super) fn profiles(sites: &Sites<'_>) -> Vec<Profile> {
    let in_region = |region: &Region| -> Vec<Profile> {
        let found = region.of_type(PROFILES);
        let found = found.map(|(stack, resource)| Profile {
            id: resource.id.clone(),
            region: region.name.clone(),
            stack,
        });
        found.collect()
    };
    sites.regions().into_iter().flat_map(in_region).collect()
}

impl Profile {
    fn target<'i>(&self, sites: &Sites<'i>) -> Result<Target<'i>, Failure> {
        sites.target(&self.region, self.stack)
    }

    /// Whether the stack is as its program says, but for the region that is to lead.
    pub async fn check_drift(&self, sites: &Sites<'_>) -> Result<Finding, Failure> {
        let target = self.target(sites)?;
        let mut found = Vec::new();
        // Before the switch, after it, and where nobody has committed it yet.
        let regions = [None, Some(&sites.to.name), Some(&sites.from.name)];
        for over in regions.map(|region| region.map(|region| (ACTIVE_REGION, region.as_str()))) {
            let plan = deploy::preview(&target, deploy::config(&target, over)?).await?;
            if !plan.has_changes() {
                return Ok(Finding::Passed(format!("{} is as its program says", target.name())));
            }
            found = deploy::changed(&plan).into_iter().map(str::to_owned).collect();
        }
        Ok(Finding::Failed(format!("{} is not as its program says: {}", target.name(), found.join(", "))))
    }

    /// Leads clients to the region that is to lead.
    pub async fn switch(&self, sites: &Sites<'_>) -> Result<Done, Failure> {
        let target = self.target(sites)?;
        let config = deploy::config(&target, Some((ACTIVE_REGION, &sites.to.name)))?;
        match deploy::up(sites, &target, config).await? {
            true => Ok(Done::Now(None)),
            false => Ok(Done::Already),
        }
    }

    /// How long resolvers may keep the address of before.
    pub async fn memory(&self, sites: &Sites<'_>) -> Result<Duration, Failure> {
        let said = self.read(sites).await?;
        let seconds = match said.get("properties").and_then(|p| p.get("dnsConfig")).and_then(|d| d.get("ttl"))
        {
            Some(Value::Number(seconds)) => seconds.as_u64().unwrap_or(0),
            _ => 0,
        };
        Ok(Duration::from_secs(seconds))
    }

    /// Whether the endpoint that clients get is in the region that is to lead.
    pub async fn verify(&self, sites: &Sites<'_>) -> Result<(), Failure> {
        let said = self.read(sites).await?;
        let endpoints = said.get("properties").and_then(|p| p.get("endpoints")).and_then(Value::as_list);
        let enabled = endpoints.unwrap_or_default().iter().filter(|endpoint| is_enabled(endpoint));
        let first = enabled.min_by_key(|endpoint| priority(endpoint));
        match first {
            Some(endpoint) if leads_to(endpoint, &sites.to) => Ok(()),
            Some(endpoint) => {
                let name = endpoint.get("name").and_then(Value::as_str).unwrap_or_default();
                let message = format!("clients are led to `{name}`, which is not in {}", sites.to.name);
                Err(Failure::failed(message))
            }
            None => Err(Failure::failed(format!("no endpoint of {} is enabled", self.id))),
        }
    }

    async fn read(&self, sites: &Sites<'_>) -> Result<Value, Failure> {
        let unread = |error| refused(format!("{} cannot be read", self.id), error);
        let said = sites.get(PROFILES, &self.id).await.map_err(unread)?;
        said.ok_or_else(|| Failure::failed(format!("{} is not there", self.id)))
    }
}

fn of<'v>(endpoint: &'v Value, name: &str) -> Option<&'v Value> {
    endpoint.get("properties")?.get(name)
}

fn is_enabled(endpoint: &Value) -> bool {
    of(endpoint, "endpointStatus").and_then(Value::as_str) != Some("Disabled")
}

fn priority(endpoint: &Value) -> u64 {
    match of(endpoint, "priority") {
        Some(Value::Number(number)) => number.as_u64().unwrap_or(u64::MAX),
        _ => u64::MAX,
    }
}

/// Whether an endpoint is something of the region, or says that it is there.
fn leads_to(endpoint: &Value, region: &Region) -> bool {
    let text = |name: &str| of(endpoint, name).and_then(Value::as_str);
    let is_there = |id: &str| {
        let mut resources = region.stacks.values().flat_map(|view| view.resources());
        resources.any(|resource| resource.id.eq_ignore_ascii_case(id))
    };
    match text("targetResourceId") {
        Some(id) => is_there(id),
        None => text("endpointLocation")
            .is_some_and(|location| location.replace(' ', "").eq_ignore_ascii_case(&region.name)),
    }
}
