//! What the stack `edge` has to know.

use super::catalogue::catalogue;
use crate::components::alerts::{AlertSettings, configured};
use crate::components::edge::{Backend, Exclusion, FirewallMode};
use crate::helpers::{Exceptions, Names, TagsConfig, Tier};
use atp_iac::Config;
use std::collections::BTreeMap;

/// What the stack `edge` of one environment and region has to know.
#[derive(Clone, Debug, Config)]
#[config(check = check)]
pub struct EdgeConfig {
    /// Short name of the project, the start of all names.
    #[config(default = "atp", length = 2..=8)]
    pub project: String,
    /// The subscription that everything is in.
    #[config(length = 36..=36)]
    pub subscription_id: String,
    /// Who owns the resources, who pays, and what is in them.
    pub tags: TagsConfig,
    /// How large the environment is.
    pub tier: Tier,
    /// What may be public, and why.
    #[config(default)]
    pub public_exceptions: Exceptions,
    /// Whether plans that would give the public address away are refused.
    #[config(default = false)]
    pub protect: bool,
    /// The region that clients are led to, where there are several: the switch of a failover.
    pub active_region: Option<String>,
    /// Where the runbooks are.
    #[config(length = 8..=200)]
    pub runbooks: String,
    /// What differs from the catalogue, by name of the alert.
    #[config(default)]
    pub alerts: BTreeMap<String, AlertSettings>,
    /// The gateway, where the environment is reached from the internet.
    pub gateway: Option<GatewayConfig>,
    /// What leads clients to one of the regions. It is declared in the recovery region: a switch must not need the region
    /// that is lost.
    pub traffic_manager: Option<TrafficManagerConfig>,
}

/// The gateway.
#[derive(Clone, Debug, Config)]
pub struct GatewayConfig {
    /// The names that it answers to.
    #[config(length = 1..=5)]
    pub host_names: Vec<String>,
    /// The name of the certificate in the vault.
    #[config(length = 1..=127)]
    pub certificate: String,
    /// Where it sends requests.
    pub backend: Backend,
    /// How many units of it there are at least.
    #[config(default = 0, range = 0..=100)]
    pub least_capacity: u32,
    /// How many units of it there are at most.
    #[config(default = 2, range = 1..=125)]
    pub most_capacity: u32,
    /// What becomes of a request that looks like an attack.
    #[config(default = FirewallMode::Prevention)]
    pub firewall_mode: FirewallMode,
    /// Requests in a minute from one address, after which more are refused.
    #[config(default = 1000, range = 1..=5000)]
    pub requests_per_minute: u32,
    /// Kilobytes that the body of a request may have.
    #[config(default = 128, range = 8..=2000)]
    pub largest_body_kilobytes: u32,
    /// What the firewall does not look at, by name.
    #[config(default)]
    pub firewall_exclusions: BTreeMap<String, Exclusion>,
}

/// What leads clients to one of the regions.
#[derive(Clone, Debug, Config)]
pub struct TrafficManagerConfig {
    /// Seconds that clients keep an answer of DNS: a part of the time that a failover takes.
    #[config(default = 30, range = 10..=3600)]
    pub time_to_live_seconds: u32,
    /// Whether clients are led here without a failover when the other region does not answer. Only where this region
    /// may be written to at any time.
    #[config(default = false)]
    pub automatic: bool,
}

fn check(config: &EdgeConfig) -> Result<(), String> {
    let mut problems = Vec::new();
    if let Some(gateway) = &config.gateway
        && gateway.least_capacity > gateway.most_capacity
    {
        problems.push(format!(
            "the gateway has at least {} units and at most {}",
            gateway.least_capacity, gateway.most_capacity
        ));
    }
    if config.traffic_manager.is_some() && config.gateway.is_none() {
        problems.push("`traffic_manager` leads to gateways, and there is no `gateway` here".to_owned());
    }
    // A misspelt region would be none of ours, and the switch would do nothing.
    if let Some(region) = &config.active_region
        && let Err(error) = Names::new(&config.project, "prod", region)
    {
        problems.push(format!("`active_region`: {error}"));
    }
    if let Err(problem) = configured(catalogue(), &config.alerts) {
        problems.push(problem);
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
}
