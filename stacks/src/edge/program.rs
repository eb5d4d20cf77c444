//! The program of the stack `edge`.

use super::catalogue::catalogue;
use super::config::{GatewayConfig, TrafficManagerConfig};
use super::{EdgeConfig, EdgeOutputs};
use crate::components::Alerts;
use crate::components::alerts::{ActionGroups, Target, Targets, configured};
use crate::components::edge::{
    Gateway, GatewayOutputs, TrafficEndpoint, TrafficManager, TrafficManagerOutputs, WebApplicationFirewall,
};
use crate::foundation::Foundation;
use crate::helpers::Site;
use crate::observability::Observability;
use atp_azure::resources::ResourceGroup;
use atp_iac::program::{Primary, ProgramError};
use atp_iac::{Context, Output, ResourceId, Result, StackRef, layers, out_format, stack};

/// Firewall and gateway, and in the recovery region what leads clients to one of both. Nothing, where the configuration
/// has no gateway.
#[stack(layer = Application)]
pub fn edge(
    cx: &mut Context,
    config: EdgeConfig,
    foundation: StackRef<Foundation>,
    observability: StackRef<Observability>,
    primary: Option<StackRef<Edge, Primary>>,
) -> Result<EdgeOutputs> {
    let Some(gateway_config) = &config.gateway else { return Ok(nothing()) };
    let site = Site::new::<layers::Application>(cx, &config.project, &config.tags)?;
    let group = ResourceGroup::new(site.names.of::<ResourceGroup>("edge")?, &site.location).tags(&site.tags);
    let group = cx.add("group", group)?.id();
    let parts = Parts { config: &config, site, group, foundation, observability };
    let gateway = parts.gateway(cx, gateway_config)?;
    let traffic_manager = match &config.traffic_manager {
        Some(traffic) => Some(parts.traffic_manager(cx, gateway_config, traffic, &gateway, primary)?),
        None => None,
    };
    parts.alerts(cx, &gateway, traffic_manager.as_ref())?;
    Ok(EdgeOutputs {
        gateway: gateway.id.map(Some),
        public_address: gateway.address.map(Some),
        fqdn: Output::known(Some(gateway.fqdn)),
        traffic_manager_fqdn: Output::known(traffic_manager.as_ref().map(|traffic| traffic.fqdn.clone())),
        traffic_manager: traffic_manager.map_or_else(|| Output::known(None), |traffic| traffic.id.map(Some)),
    })
}

fn nothing() -> EdgeOutputs {
    EdgeOutputs {
        gateway: Output::known(None),
        public_address: Output::known(None),
        fqdn: Output::known(None),
        traffic_manager: Output::known(None),
        traffic_manager_fqdn: Output::known(None),
    }
}

/// What the parts of the program share.
struct Parts<'a> {
    config: &'a EdgeConfig,
    site: Site,
    group: Output<ResourceId<ResourceGroup>>,
    foundation: StackRef<Foundation>,
    observability: StackRef<Observability>,
}

impl Parts<'_> {
    fn gateway(&self, cx: &mut Context, gateway: &GatewayConfig) -> Result<GatewayOutputs> {
        let Parts { config, site, group, foundation, .. } = self;
        let exception = config.public_exceptions.require("edge", "the address of the gateway")?;
        let firewall = WebApplicationFirewall::new(
            site.clone(),
            group,
            gateway.firewall_mode,
            gateway.requests_per_minute,
            gateway.largest_body_kilobytes,
            gateway.firewall_exclusions.clone(),
        );
        let firewall = cx.add("firewall", firewall)?;
        let gateway = Gateway::new(
            site.clone(),
            group.clone(),
            &config.subscription_id,
            exception,
            &foundation.gateway_subnet,
            firewall,
            foundation.key_vault.clone(),
            out_format!("{}secrets/{}", foundation.key_vault_uri, gateway.certificate),
            gateway.host_names.clone(),
            gateway.backend.clone(),
            &foundation.workspace,
            config.tier.zones().iter().map(|zone| (*zone).to_owned()).collect(),
            (gateway.least_capacity, gateway.most_capacity),
        );
        cx.add("gateway", gateway.protect(config.protect))
    }

    /// The order of the endpoints is fixed; which are enabled follows from the region that is active. Without one that is
    /// the other region, as long as there was no failover.
    fn traffic_manager(
        &self,
        cx: &mut Context,
        gateway: &GatewayConfig,
        traffic: &TrafficManagerConfig,
        own: &GatewayOutputs,
        primary: Option<StackRef<Edge, Primary>>,
    ) -> Result<TrafficManagerOutputs> {
        let Parts { config, site, group, foundation, .. } = self;
        let Some(primary) = primary else {
            return Err(ProgramError::Other(format!(
                "Traffic Manager is configured in {}, which is the primary region: if it is lost, nobody could switch\n  \
                 way out: move `edge.traffic_manager` to the configuration of the recovery region",
                cx.region()
            )));
        };
        let here = config.active_region.as_deref() == Some(cx.region());
        let endpoint = |name, address, enabled| TrafficEndpoint { name, address, enabled };
        let traffic_manager = TrafficManager::new(
            site.clone(),
            group,
            &config.subscription_id,
            vec![
                endpoint("primary", primary.public_address.present(), !here),
                endpoint("recovery", own.address.clone(), here || traffic.automatic),
            ],
            gateway.host_names.first().cloned().unwrap_or_default(),
            &gateway.backend.health_path,
            traffic.time_to_live_seconds,
            &foundation.workspace,
        );
        cx.add("traffic-manager", traffic_manager)
    }

    fn alerts(
        &self,
        cx: &mut Context,
        gateway: &GatewayOutputs,
        traffic_manager: Option<&TrafficManagerOutputs>,
    ) -> Result<()> {
        let Parts { config, site, group, foundation, observability } = self;
        let mut targets =
            Targets::new().with(Target::Gateway, &gateway.id).with(Target::Workspace, &foundation.workspace);
        if let Some(traffic_manager) = traffic_manager {
            targets = targets.with(Target::TrafficManager, &traffic_manager.id);
        }
        let action_groups = ActionGroups {
            critical: observability.critical_action_group.clone(),
            warning: observability.warning_action_group.clone(),
        };
        let catalogue = configured(catalogue(), &config.alerts).map_err(ProgramError::Other)?;
        let alerts = Alerts::new(site.clone(), group, catalogue, targets, action_groups, &config.runbooks);
        cx.add("alerts", alerts)
    }
}
