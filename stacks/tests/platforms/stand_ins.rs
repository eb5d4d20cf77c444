//! Stacks that give what those of the platform give, and declare no more than others refer to.

use atp_azure::container_registry::Registry;
use atp_azure::container_service::{ManagedCluster, ManagedClusterIdentity, ManagedClusterIdentityType};
use atp_azure::insights::ActionGroup;
use atp_azure::resources::ResourceGroup;
use atp_iac::program::Program;
use atp_iac::{Context, Output, ResourceId, Result, Secret, StackRef, stack};
use stacks::foundation::Foundation;
use stacks::{AksConfig, AksOutputs, ObservabilityConfig, ObservabilityOutputs};

pub const AKS: Program = Program::of::<Cluster>();
pub const OBSERVABILITY: Program = Program::of::<Told>();

/// Who is told, and nothing to tell.
#[stack(layer = Operations, name = "observability")]
fn told(
    cx: &mut Context,
    _config: ObservabilityConfig,
    foundation: StackRef<Foundation>,
) -> Result<ObservabilityOutputs> {
    let mut group = |name: &str| {
        let group = ActionGroup::new(&foundation.observability_group, name, name, true);
        cx.add(name, group).map(|group| group.id())
    };
    let id = |kind: &str| format!("/subscriptions/s/resourceGroups/g/providers/{kind}/none");
    Ok(ObservabilityOutputs {
        critical_action_group: group("critical")?,
        warning_action_group: group("warning")?,
        application_insights: Output::known(ResourceId::parse(&id("Microsoft.Insights/components"))?),
        connection_string_secret: Output::known("none".to_owned()),
        metrics: Output::known(ResourceId::parse(&id("Microsoft.Monitor/accounts"))?),
        private_link_scope: Output::known(ResourceId::parse(&id("Microsoft.Insights/privateLinkScopes"))?),
        grafana_endpoint: Output::known(None),
    })
}

/// A cluster and nothing around it.
#[stack(layer = Infrastructure, name = "aks")]
fn cluster(cx: &mut Context, _config: AksConfig, _foundation: StackRef<Foundation>) -> Result<AksOutputs> {
    let location = cx.region().to_owned();
    let group = cx.add("group", ResourceGroup::new("rg-cluster", &location))?;
    let identity = ManagedClusterIdentity::new().type_(ManagedClusterIdentityType::SYSTEM_ASSIGNED);
    let cluster =
        ManagedCluster::new(group.id(), "cluster", &location).identity(identity).dns_prefix("cluster");
    let cluster = cx.add("cluster", cluster)?;
    let registry =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/images";
    let registry: ResourceId<Registry> = ResourceId::parse(registry)?;
    let text = |text: &str| Output::known(text.to_owned());
    Ok(AksOutputs {
        group: group.id(),
        cluster: cluster.id(),
        cluster_name: text("cluster"),
        oidc_issuer_url: text("https://issuer"),
        private_fqdn: text("cluster.private"),
        kubeconfig: Output::known(Secret::new("none".to_owned())),
        kubelet_principal_id: text("nodes"),
        secrets_provider_client_id: text("secrets"),
        registry: Output::known(registry),
        registry_login_server: text("images"),
    })
}
