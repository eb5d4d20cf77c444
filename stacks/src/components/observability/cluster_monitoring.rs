//! How logs and metrics of the cluster are collected.

use crate::helpers::{Site, diagnostics};
use atp_azure::alerts_management::{PrometheusRuleGroup, PrometheusRuleGroupRule};
use atp_azure::container_service::ManagedCluster;
use atp_azure::insights::{
    DataCollectionEndpoint, DataCollectionEndpointKind, DataCollectionEndpointNetworkAcls,
    DataCollectionEndpointPublicNetworkAccess, DataCollectionRule, DataCollectionRuleAssociation,
    DataCollectionRuleDataFlow, DataCollectionRuleDataFlowStream, DataCollectionRuleDataSources,
    DataCollectionRuleDataSourcesExtension, DataCollectionRuleDataSourcesExtensionStream,
    DataCollectionRuleDestinations, DataCollectionRuleDestinationsLogAnalytic, DataCollectionRuleKind,
    DataCollectionRuleMonitoringAccount, DataCollectionRulePrometheusForwarder,
    DataCollectionRulePrometheusForwarderStream,
};
use atp_azure::monitor::{Account, AccountPublicNetworkAccess};
use atp_azure::operational_insights::Workspace;
use atp_azure::resources::ResourceGroup;
use atp_iac::{Component, Context, Input, Output, ResourceId, Result, Value, component};

/// What Container Insights writes to the workspace: logs of containers, and what there is in the cluster. Metrics are
/// not among it: Prometheus has them.
const LOG_STREAMS: [&str; 7] = [
    "Microsoft-ContainerLogV2",
    "Microsoft-KubeEvents",
    "Microsoft-KubePodInventory",
    "Microsoft-KubeNodeInventory",
    "Microsoft-KubeServices",
    "Microsoft-KubePVInventory",
    "Microsoft-KubeMonAgentEvents",
];

/// What dashboards and alerts ask all the time, computed once a minute: name and expression.
const RECORDED: [(&str, &str); 6] = [
    (
        "atp:node_cpu:ratio",
        r#"1 - avg by (instance) (rate(node_cpu_seconds_total{job="node", mode="idle"}[5m]))"#,
    ),
    (
        "atp:node_memory:ratio",
        r#"1 - node_memory_MemAvailable_bytes{job="node"} / node_memory_MemTotal_bytes{job="node"}"#,
    ),
    (
        "atp:namespace_cpu:cores",
        r#"sum by (namespace) (rate(container_cpu_usage_seconds_total{container!=""}[5m]))"#,
    ),
    (
        "atp:namespace_memory:bytes",
        r#"sum by (namespace) (container_memory_working_set_bytes{container!=""})"#,
    ),
    (
        "atp:pod_restarts:15m",
        "sum by (namespace, pod) (increase(kube_pod_container_status_restarts_total[15m]))",
    ),
    (
        "atp:replicas_missing:count",
        "max by (namespace, deployment) (kube_deployment_spec_replicas - kube_deployment_status_replicas_available)",
    ),
];

/// The names by which the agents on the cluster find their rules.
const LOGS: &str = "ContainerInsightsExtension";
const METRICS: &str = "ContainerInsightsMetricsExtension";
const ENDPOINT: &str = "configurationAccessEndpoint";

/// Logs of the cluster to the workspace, and its metrics to a store for Prometheus. Both reach their goals through an
/// endpoint that has no public address.
#[component(type = "atp:observability:ClusterMonitoring")]
#[derive(Clone, Debug)]
pub struct ClusterMonitoring {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// What is observed.
    pub cluster: Output<ResourceId<ManagedCluster>>,
    /// Where logs go.
    pub workspace: Output<ResourceId<Workspace>>,
}

/// What the user of [`ClusterMonitoring`] gets.
#[derive(Clone, Debug)]
pub struct ClusterMonitoringOutputs {
    /// Where metrics go.
    pub account: Output<ResourceId<Account>>,
    /// Where agents send to and ask for their rules.
    pub endpoint: Output<ResourceId<DataCollectionEndpoint>>,
}

impl Component for ClusterMonitoring {
    type Outputs = ClusterMonitoringOutputs;

    fn build(self, cx: &mut Context) -> Result<ClusterMonitoringOutputs> {
        let Site { names, tags, location } = &self.site;
        let account = Account::new(&self.group, names.only::<Account>()?, location)
            .public_network_access(AccountPublicNetworkAccess::DISABLED)
            .tags(tags);
        let account = cx.add("metrics", account)?.id();
        let closed = DataCollectionEndpointNetworkAcls::new()
            .public_network_access(DataCollectionEndpointPublicNetworkAccess::DISABLED);
        let endpoint =
            DataCollectionEndpoint::new(&self.group, names.only::<DataCollectionEndpoint>()?, location)
                .kind(DataCollectionEndpointKind::LINUX)
                .description("Where the agents on the cluster send to.")
                .network_acls(closed)
                .tags(tags);
        let endpoint = cx.add("endpoint", endpoint)?.id();
        let association = DataCollectionRuleAssociation::new(&self.cluster, ENDPOINT)
            .description("Where the agents ask for their rules.")
            .data_collection_endpoint_id(&endpoint);
        cx.add("endpoint-association", association)?;
        let (sources, destinations, flow) = self.logs();
        self.add_rule(cx, ("logs", LOGS), &endpoint, sources, destinations, flow)?;
        let (sources, destinations, flow) = metrics(&account);
        self.add_rule(cx, ("prometheus", METRICS), &endpoint, sources, destinations, flow)?;
        self.add_recording(cx, &account)?;
        Ok(ClusterMonitoringOutputs { account, endpoint })
    }
}

type Collection = (DataCollectionRuleDataSources, DataCollectionRuleDestinations, DataCollectionRuleDataFlow);

impl ClusterMonitoring {
    fn logs(&self) -> Collection {
        let streams = LOG_STREAMS.map(DataCollectionRuleDataSourcesExtensionStream::other);
        let settings = Value::from([(
            "dataCollectionSettings",
            Value::from([
                ("interval", "1m".into()),
                ("namespaceFilteringMode", "Off".into()),
                ("enableContainerLogV2", true.into()),
            ]),
        )]);
        let source = DataCollectionRuleDataSourcesExtension::new("ContainerInsights")
            .name(LOGS)
            .streams(streams)
            .extension_settings(settings);
        let goal = DataCollectionRuleDestinationsLogAnalytic::new()
            .name("workspace")
            .workspace_resource_id(&self.workspace);
        let flow = DataCollectionRuleDataFlow::new()
            .streams(LOG_STREAMS.map(DataCollectionRuleDataFlowStream::other))
            .destinations(["workspace"]);
        (
            DataCollectionRuleDataSources::new().extensions([source]),
            DataCollectionRuleDestinations::new().log_analytics([goal]),
            flow,
        )
    }

    /// A rule, its association with the cluster, and its own diagnostics: they tell what could not be collected.
    fn add_rule(
        &self,
        cx: &mut Context,
        (name, association): (&str, &str),
        endpoint: &Output<ResourceId<DataCollectionEndpoint>>,
        sources: DataCollectionRuleDataSources,
        destinations: DataCollectionRuleDestinations,
        flow: DataCollectionRuleDataFlow,
    ) -> Result<()> {
        let Site { names, tags, location } = &self.site;
        let rule = DataCollectionRule::new(&self.group, names.of::<DataCollectionRule>(name)?, location)
            .kind(DataCollectionRuleKind::LINUX)
            .data_collection_endpoint_id(endpoint)
            .data_sources(sources)
            .destinations(destinations)
            .data_flows([flow])
            .tags(tags);
        let rule = cx.add(name, rule)?;
        cx.add(&format!("{name}-diagnostics"), diagnostics::logs_and_metrics(rule.id(), &self.workspace))?;
        let association = DataCollectionRuleAssociation::new(&self.cluster, association)
            .description("What the agents on the cluster collect.")
            .data_collection_rule_id(rule.id());
        cx.add(&format!("{name}-association"), association)?;
        Ok(())
    }

    fn add_recording(&self, cx: &mut Context, account: &Output<ResourceId<Account>>) -> Result<()> {
        let Site { names, tags, location } = &self.site;
        let rules = RECORDED
            .map(|(name, expression)| PrometheusRuleGroupRule::new(expression).record(name).enabled(true));
        let name = names.of::<PrometheusRuleGroup>("recorded")?;
        let group = PrometheusRuleGroup::new(&self.group, name, location, [account], rules)
            .description("What dashboards and alerts ask all the time, computed once a minute.")
            .enabled(true)
            .interval("PT1M")
            .tags(tags);
        cx.add("recorded", group)?;
        Ok(())
    }
}

fn metrics(account: &Output<ResourceId<Account>>) -> Collection {
    let source = DataCollectionRulePrometheusForwarder::new()
        .name("prometheus")
        .streams([DataCollectionRulePrometheusForwarderStream::MICROSOFT_PROMETHEUS_METRICS]);
    let goal = DataCollectionRuleMonitoringAccount::new().name("metrics").account_resource_id(account);
    let flow = DataCollectionRuleDataFlow::new()
        .streams([DataCollectionRuleDataFlowStream::other("Microsoft-PrometheusMetrics")])
        .destinations(["metrics"]);
    (
        DataCollectionRuleDataSources::new().prometheus_forwarder([source]),
        DataCollectionRuleDestinations::new().monitoring_accounts([goal]),
        flow,
    )
}
