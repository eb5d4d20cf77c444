//! What brings workloads onto a cluster.

mod config;

pub use config::{FluxConfig, KustomizationConfig};

use atp_azure::container_service::ManagedCluster;
use atp_azure::kubernetes_configuration::{
    ClusterExtension, ClusterExtensionIdentity, ClusterExtensionIdentityType, ClusterExtensionScope,
    ClusterExtensionScopeCluster, FluxConfiguration, FluxConfigurationGitRepository,
    FluxConfigurationGitRepositoryRef, FluxConfigurationKustomization,
    FluxConfigurationKustomizationPostBuild, FluxConfigurationScope, FluxConfigurationSourceKind,
};
use atp_iac::{Component, Context, Input, Options, Output, ResourceId, Result, Secret, Value, component};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;

/// The namespace of Flux itself.
pub const NAMESPACE: &str = "flux-system";

/// Flux on a cluster, and a Git repository that it brings the cluster to.
///
/// Facts that only Azure knows, such as client ids, are filled in where manifests say `${name}`.
#[component(type = "atp:gitops:Flux")]
#[derive(Clone, Debug)]
pub struct Flux {
    /// The cluster.
    pub cluster: Output<ResourceId<ManagedCluster>>,
    /// The repository.
    pub repository: FluxConfig,
    /// What Flux itself works as: it decrypts what is in the repository, and pulls charts from the registry.
    pub client_id: Input<String>,
    /// The tenant of that identity.
    pub tenant_id: String,
    /// What is filled in, by name.
    pub facts: BTreeMap<String, Output<String>>,
}

impl Component for Flux {
    type Outputs = ();

    fn build(self, cx: &mut Context) -> Result<()> {
        let extension = cx.add("extension", self.extension())?;
        cx.add_with("repository", Options::new().depends_on(&extension), self.configuration())?;
        Ok(())
    }
}

impl Flux {
    fn extension(&self) -> ClusterExtension {
        let on = || Input::Value("true".to_owned());
        let settings = BTreeMap::from([
            // What a team brings is applied with the rights of that team.
            ("multiTenancy.enforce".to_owned(), on()),
            ("workloadIdentity.enable".to_owned(), on()),
            ("workloadIdentity.azureClientId".to_owned(), self.client_id.clone()),
            ("workloadIdentity.azureTenantId".to_owned(), Input::Value(self.tenant_id.clone())),
        ]);
        let cluster = ClusterExtensionScopeCluster::new().release_namespace(NAMESPACE);
        ClusterExtension::new(&self.cluster, "flux", "microsoft.flux")
            .identity(ClusterExtensionIdentity::new().type_(ClusterExtensionIdentityType::SystemAssigned))
            .auto_upgrade_minor_version(true)
            .release_train("Stable")
            .scope_property(ClusterExtensionScope::new().cluster(cluster))
            .configuration_settings(settings)
    }

    fn configuration(&self) -> FluxConfiguration {
        let FluxConfig { url, branch, user, known_hosts, interval_seconds, kustomizations, .. } =
            &self.repository;
        let mut repository = FluxConfigurationGitRepository::new()
            .url(url)
            .repository_ref(FluxConfigurationGitRepositoryRef::new().branch(branch))
            .sync_interval_in_seconds(i64::from(*interval_seconds));
        if let Some(user) = user {
            repository = repository.https_user(user);
        }
        if let Some(hosts) = known_hosts {
            repository = repository.ssh_known_hosts(Secret::new(STANDARD.encode(hosts)));
        }
        let applied: BTreeMap<String, FluxConfigurationKustomization> =
            kustomizations.iter().map(|(name, folder)| (name.clone(), self.kustomization(folder))).collect();
        let configuration = FluxConfiguration::new(&self.cluster, "platform")
            .namespace(NAMESPACE)
            .scope_property(FluxConfigurationScope::CLUSTER)
            .source_kind(FluxConfigurationSourceKind::GIT_REPOSITORY)
            .git_repository(repository)
            .kustomizations(applied);
        match self.credential() {
            Some(credential) => configuration.configuration_protected_settings(credential),
            None => configuration,
        }
    }

    fn kustomization(&self, folder: &KustomizationConfig) -> FluxConfigurationKustomization {
        let facts = FluxConfigurationKustomizationPostBuild::new().substitute(self.facts.clone());
        FluxConfigurationKustomization::new()
            .path(&folder.path)
            .depends_on(folder.depends_on.clone())
            .prune(folder.prune)
            .wait(true)
            .sync_interval_in_seconds(i64::from(self.repository.interval_seconds))
            .timeout_in_seconds(i64::from(folder.timeout_seconds))
            .post_build(facts)
    }

    /// What a private repository is read with. Azure keeps it, and never says it again.
    fn credential(&self) -> Option<Secret<Value>> {
        let FluxConfig { token, private_key, .. } = &self.repository;
        let entry = |name: &str, secret: &Secret<String>| {
            Secret::new(Value::from([(name, STANDARD.encode(secret.expose()).into())]))
        };
        let token = token.as_ref().map(|token| entry("httpsKey", token));
        token.or_else(|| private_key.as_ref().map(|key| entry("sshPrivateKey", key)))
    }
}
