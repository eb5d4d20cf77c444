//! The program of the stack `observability`.

use super::catalogue::catalogue;
use super::{ObservabilityConfig, ObservabilityOutputs, pages, queries};
use crate::aks::Aks;
use crate::components::Dashboards;
use crate::components::alerts::{ActionGroups, Alerts, Target, Targets, configured};
use crate::components::observability::{
    ClusterMonitoring, ClusterMonitoringOutputs, LogKeeping, ManagedGrafana, MonitorPrivateLink,
    Notifications, QuietTimes, Telemetry, TelemetryOutputs,
};
use crate::data::Data;
use crate::foundation::Foundation;
use crate::helpers::Site;
use crate::messaging::Messaging;
use atp_azure::Scope;
use atp_azure::insights::PrivateLinkScope;
use atp_iac::program::ProgramError;
use atp_iac::{Context, IntoInput, Output, ResourceId, Result, StackRef, layers, stack};

/// Telemetry of services, collection from the cluster, alerts, dashboards, and what is kept of logs.
#[stack(layer = Operations)]
pub fn observability(
    cx: &mut Context,
    config: ObservabilityConfig,
    foundation: StackRef<Foundation>,
    aks: StackRef<Aks>,
    data: StackRef<Data>,
    messaging: StackRef<Messaging>,
) -> Result<ObservabilityOutputs> {
    let site = Site::new::<layers::Operations>(cx, &config.project, &config.tags)?;
    let stacks = Stacks { config: &config, site, foundation, aks, data, messaging };
    let (telemetry, cluster) = stacks.collect(cx)?;
    let private_link_scope = stacks.reach(cx, &telemetry, &cluster)?;
    stacks.keep(cx)?;
    let action_groups = stacks.alert(cx, &cluster)?;
    stacks.show(cx)?;
    let grafana_endpoint = stacks.show_metrics(cx, &cluster)?;
    Ok(ObservabilityOutputs {
        application_insights: telemetry.id,
        connection_string_secret: telemetry.connection_string_secret,
        critical_action_group: action_groups.critical,
        warning_action_group: action_groups.warning,
        metrics: cluster.account,
        private_link_scope,
        grafana_endpoint,
    })
}

/// What the parts of the program share.
struct Stacks<'a> {
    config: &'a ObservabilityConfig,
    site: Site,
    foundation: StackRef<Foundation>,
    aks: StackRef<Aks>,
    data: StackRef<Data>,
    messaging: StackRef<Messaging>,
}

impl Stacks<'_> {
    fn collect(&self, cx: &mut Context) -> Result<(TelemetryOutputs, ClusterMonitoringOutputs)> {
        let Stacks { config, site, foundation, aks, .. } = self;
        let group = &foundation.observability_group;
        let telemetry = Telemetry::new(site.clone(), group, &foundation.workspace, &foundation.key_vault)
            .sampling_percentage(config.sampling_percentage);
        let telemetry = cx.add("telemetry", telemetry)?;
        let cluster =
            ClusterMonitoring::new(site.clone(), group, aks.cluster.clone(), foundation.workspace.clone());
        Ok((telemetry, cx.add("cluster", cluster)?))
    }

    fn reach(
        &self,
        cx: &mut Context,
        telemetry: &TelemetryOutputs,
        cluster: &ClusterMonitoringOutputs,
    ) -> Result<Output<ResourceId<PrivateLinkScope>>> {
        let Stacks { site, foundation, .. } = self;
        let resources = vec![
            ("workspace", (&foundation.workspace).into_input()),
            ("telemetry", (&telemetry.id).into_input()),
            ("collection", (&cluster.endpoint).into_input()),
        ];
        let scope = MonitorPrivateLink::new(
            site.clone(),
            &foundation.observability_group,
            resources,
            &foundation.private_link_subnet,
            // Azure Monitor keeps the programs of its agents in blobs.
            [
                &foundation.monitor_zone,
                &foundation.monitor_management_zone,
                &foundation.monitor_data_zone,
                &foundation.monitor_agents_zone,
                &foundation.blob_zone,
            ]
            .map(Clone::clone)
            .into(),
        )
        .security_group(&foundation.private_endpoint_security_group);
        cx.add("private-link", scope)
    }

    fn show(&self, cx: &mut Context) -> Result<()> {
        let Stacks { config, site, foundation, aks, data, messaging } = self;
        let dashboards = Dashboards::new(
            site.clone(),
            &foundation.observability_group,
            foundation.workspace.clone(),
            format!("{} {}", cx.environment(), cx.region()),
            vec![pages::overview(foundation, aks, data, messaging)],
            vec![pages::service_levels(&config.service_levels), pages::security()],
        );
        cx.add("dashboards", dashboards)?;
        Ok(())
    }

    fn show_metrics(
        &self,
        cx: &mut Context,
        cluster: &ClusterMonitoringOutputs,
    ) -> Result<Output<Option<String>>> {
        let Stacks { config, site, foundation, .. } = self;
        let Some(grafana) = &config.grafana else { return Ok(Output::known(None)) };
        let grafana = ManagedGrafana::new(
            site.clone(),
            foundation.observability_group.clone(),
            &config.subscription_id,
            cluster.account.clone(),
            foundation.workspace.clone(),
            &foundation.virtual_network,
            &foundation.private_link_subnet,
        )
        .zone_redundant(grafana.zone_redundant)
        .security_group(&foundation.private_endpoint_security_group);
        Ok(cx.add("grafana", grafana)?.endpoint.map(Some))
    }

    fn keep(&self, cx: &mut Context) -> Result<()> {
        let Stacks { config, site, foundation, data, .. } = self;
        // Not the archive: the workspace appends to blobs for an hour, and there nobody changes one that is written.
        let keeping = LogKeeping::new(
            site.clone(),
            &foundation.workspace,
            data.hot_storage.clone(),
            config.exported_tables.clone(),
            config.tables.clone(),
            queries::SAVED.to_vec(),
        );
        cx.add("logs", keeping)
    }

    fn alert(&self, cx: &mut Context, cluster: &ClusterMonitoringOutputs) -> Result<ActionGroups> {
        let Stacks { config, site, foundation, .. } = self;
        let group = &foundation.observability_group;
        let receivers = &config.receivers;
        let told = Notifications::new(
            site.clone(),
            group,
            &config.project,
            receivers.critical.clone(),
            receivers.warning.clone(),
        );
        let action_groups = cx.add("notifications", told)?;
        let catalogue =
            configured(catalogue(&config.service_levels), &config.alerts).map_err(ProgramError::Other)?;
        let targets = self.targets(cluster);
        let alerts =
            Alerts::new(site.clone(), group, catalogue, targets, action_groups.clone(), &config.runbooks);
        cx.add("alerts", alerts)?;
        let subscription = Scope::subscription(&config.subscription_id);
        let quiet =
            QuietTimes::new(site.clone(), group, vec![subscription.into_input()], config.quiet_times.clone());
        cx.add("quiet-times", quiet)?;
        Ok(action_groups)
    }

    fn targets(&self, cluster: &ClusterMonitoringOutputs) -> Targets {
        let Stacks { config, foundation, aks, data, messaging, .. } = self;
        let mut targets = Targets::new()
            .with(Target::Cluster, &aks.cluster)
            .with(Target::Prometheus, &cluster.account)
            .named(Target::Storage, "hot", &data.hot_storage)
            .named(Target::Storage, "archive", &data.archive_storage)
            .with(Target::ServiceBus, &messaging.namespace)
            .with(Target::SqlDatabases, &data.group)
            .with(Target::SqlElasticPool, &data.group)
            .with(Target::KeyVault, &foundation.key_vault)
            .with(Target::Workspace, &foundation.workspace);
        if config.watches_cosmos {
            targets = targets.with(Target::Cosmos, &data.cosmos.present());
        }
        if config.watches_managed_hsm {
            targets = targets.with(Target::ManagedHsm, &foundation.managed_hsm.present());
        }
        if config.watches_subscription {
            targets = targets.scope(Target::Subscription, Scope::subscription(&config.subscription_id));
        }
        targets
    }
}
