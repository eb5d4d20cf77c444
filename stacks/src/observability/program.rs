//! The program of the stack `observability`.

use super::catalogue::catalogue;
use super::{ObservabilityConfig, ObservabilityOutputs, queries};
use crate::aks::Aks;
use crate::components::alerts::{ActionGroups, Alerts, Target, Targets, configured};
use crate::components::observability::{
    ClusterMonitoring, ClusterMonitoringOutputs, LogKeeping, Notifications, QuietTimes, Telemetry,
    TelemetryOutputs,
};
use crate::data::Data;
use crate::foundation::Foundation;
use crate::helpers::Site;
use crate::messaging::Messaging;
use atp_azure::Scope;
use atp_iac::program::ProgramError;
use atp_iac::{Context, IntoInput, Result, StackRef, layers, stack};

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
    stacks.keep(cx)?;
    let action_groups = stacks.alert(cx, &cluster)?;
    Ok(ObservabilityOutputs {
        application_insights: telemetry.id,
        connection_string_secret: telemetry.connection_string_secret,
        critical_action_group: action_groups.critical,
        warning_action_group: action_groups.warning,
        metrics: cluster.account,
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
        if config.watches_subscription {
            targets = targets.scope(Target::Subscription, Scope::subscription(&config.subscription_id));
        }
        targets
    }
}
