//! What leads clients to one of several regions, by the answer of DNS.

use crate::helpers::{Site, diagnostics};
use atp_azure::network::{
    PublicIpAddress, TrafficManagerAzureEndpoint, TrafficManagerAzureEndpointStatus, TrafficManagerProfile,
    TrafficManagerProfileCustomHeader, TrafficManagerProfileDnsConfig,
    TrafficManagerProfileExpectedStatusCodeRange, TrafficManagerProfileMonitorConfig,
    TrafficManagerProfileMonitorConfigProtocol, TrafficManagerProfileStatus,
    TrafficManagerProfileTrafficRoutingMethod, TrafficManagerProfileTrafficViewEnrollmentStatus,
};
use atp_azure::operational_insights::Workspace;
use atp_azure::resources::ResourceGroup;
use atp_iac::{Component, Context, Input, Output, ResourceId, Result, component};

/// A region that clients can be led to.
#[derive(Clone, Debug)]
pub struct TrafficEndpoint {
    /// Its name: `primary`.
    pub name: &'static str,
    /// The address of its gateway, which has a name.
    pub address: Output<ResourceId<PublicIpAddress>>,
    /// Whether clients may be led there.
    pub enabled: bool,
}

/// A profile that leads clients to the first region that is enabled and answers.
///
/// Endpoints are resources of their own: a switch is an update of two of them, and of nothing else. Their order never
/// changes, because Azure refuses two with one priority, and would see that in the middle of a change.
#[component(type = "atp:edge:TrafficManager")]
#[derive(Clone, Debug)]
pub struct TrafficManager {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// What makes its public name unique.
    pub subscription_id: String,
    /// The regions, the preferred one first.
    pub endpoints: Vec<TrafficEndpoint>,
    /// The name that gateways answer to.
    pub host_name: String,
    /// What they answer with 200 when they are well.
    pub health_path: String,
    /// Seconds that clients keep an answer: they notice a switch as late as this.
    pub time_to_live_seconds: u32,
    /// Where it logs to.
    pub workspace: Input<ResourceId<Workspace>>,
}

/// What the user of a [`TrafficManager`] gets.
#[derive(Clone, Debug)]
pub struct TrafficManagerOutputs {
    /// Its id.
    pub id: Output<ResourceId<TrafficManagerProfile>>,
    /// The name that clients are given, or that a name of our own points to.
    pub fqdn: String,
}

impl Component for TrafficManager {
    type Outputs = TrafficManagerOutputs;

    fn build(self, cx: &mut Context) -> Result<TrafficManagerOutputs> {
        let Site { names, tags, .. } = &self.site;
        let name = names.unique::<TrafficManagerProfile>("", &self.subscription_id)?;
        let label = name.as_str().to_owned();
        let answers = TrafficManagerProfileDnsConfig::new()
            .relative_name(label.as_str())
            .ttl(i64::from(self.time_to_live_seconds));
        let profile = TrafficManagerProfile::new(
            &self.group,
            name,
            answers,
            self.monitor(),
            TrafficManagerProfileTrafficRoutingMethod::PRIORITY,
        )
        .profile_status(TrafficManagerProfileStatus::ENABLED)
        .traffic_view_enrollment_status(TrafficManagerProfileTrafficViewEnrollmentStatus::DISABLED)
        .tags(tags);
        let profile = cx.add("profile", profile)?.id();
        cx.add("diagnostics", diagnostics::logs_and_metrics(&profile, &self.workspace))?;
        for (priority, endpoint) in (1..).zip(&self.endpoints) {
            let status = if endpoint.enabled {
                TrafficManagerAzureEndpointStatus::ENABLED
            } else {
                TrafficManagerAzureEndpointStatus::DISABLED
            };
            let resource = TrafficManagerAzureEndpoint::new(&profile, endpoint.name, &endpoint.address)
                .priority(priority)
                .endpoint_status(status);
            cx.add(endpoint.name, resource)?;
        }
        Ok(TrafficManagerOutputs { id: profile, fqdn: format!("{label}.trafficmanager.net") })
    }
}

impl TrafficManager {
    /// A region is given up after two missed answers, 30 seconds at most.
    fn monitor(&self) -> TrafficManagerProfileMonitorConfig {
        let host = TrafficManagerProfileCustomHeader::new().name("host").value(&self.host_name);
        TrafficManagerProfileMonitorConfig::new()
            .protocol(TrafficManagerProfileMonitorConfigProtocol::HTTPS)
            .port(443)
            .path(&self.health_path)
            .interval_in_seconds(10)
            .timeout_in_seconds(5)
            .tolerated_number_of_failures(1)
            .expected_status_code_ranges([TrafficManagerProfileExpectedStatusCodeRange::new()
                .min(200)
                .max(299)])
            .custom_headers([host])
    }
}
