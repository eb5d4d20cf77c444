//! The namespace, and how clients reach it.

use super::ServiceBusTopology;
use crate::components::customer_key::CustomerKeyOutputs;
use crate::helpers::exceptions::Granted;
use crate::helpers::{Hardened, Site};
use atp_azure::service_bus::{
    Namespace, NamespaceEncryption, NamespaceEncryptionKeySource, NamespaceEncryptionKeyVaultProperty,
    NamespaceEncryptionKeyVaultPropertyIdentity, NamespaceHandle, NamespaceIdentity, NamespaceIdentityType,
    NamespacePublicNetworkAccess, NamespaceSku, NamespaceSkuName, NamespaceSkuTier, NetworkRuleSet,
    NetworkRuleSetDefaultAction, NetworkRuleSetIpRule, NetworkRuleSetIpRuleAction,
    NetworkRuleSetPublicNetworkAccess,
};
use atp_iac::{Cidr, Context, Options, Result, Value};

/// How clients reach a namespace.
#[derive(Clone, Debug)]
pub enum NamespaceAccess {
    /// By a private endpoint only, which premium ones can have.
    Private,
    /// By its public address, from these ranges only.
    Public {
        /// What allows it.
        exception: Granted,
        /// From where.
        ranges: Vec<Cidr>,
    },
}

impl ServiceBusTopology {
    pub(super) fn add_namespace(&self, cx: &mut Context) -> Result<NamespaceHandle> {
        let Site { tags, location, .. } = &self.site;
        let premium = self.sku == NamespaceSkuName::Premium;
        let (tier, units) = match self.sku {
            NamespaceSkuName::Premium => (NamespaceSkuTier::Premium, Some(i64::from(self.capacity))),
            NamespaceSkuName::Basic => (NamespaceSkuTier::Basic, None),
            _ => (NamespaceSkuTier::Standard, None),
        };
        let mut sku = NamespaceSku::new(self.sku).tier(tier);
        if let Some(units) = units {
            sku = sku.capacity(units);
        }
        let mut namespace =
            Namespace::new(&self.group, self.name.clone(), location, sku).hardened().tags(tags);
        if premium {
            // Partitions would rule out an alias, which pairs the namespace with one in another region.
            namespace = namespace.zone_redundant(true).premium_messaging_partitions(1);
        }
        if let NamespaceAccess::Public { exception, .. } = &self.access {
            namespace = namespace
                .public_network_access(NamespacePublicNetworkAccess::ENABLED)
                .tags(exception.tags(tags));
        }
        let mut options = Options::new().protect(self.protect);
        if let Some(key) = &self.key {
            namespace = encrypted(namespace, key);
            options = options.depends_on_all([key.permission.clone()]);
        }
        let namespace = cx.add_with("namespace", options, namespace)?;
        cx.add("network-rules", self.network_rules(&namespace))?;
        if matches!(self.access, NamespaceAccess::Private) {
            let id = namespace.id();
            self.network.add_endpoint(cx, &self.site, &self.group, "service-bus", id, "namespace")?;
        }
        Ok(namespace)
    }

    /// Rules that let nothing in but what is named; they also stand if someone enables public access by hand.
    fn network_rules(&self, namespace: &NamespaceHandle) -> NetworkRuleSet {
        let rules = NetworkRuleSet::new(namespace.id()).default_action(NetworkRuleSetDefaultAction::DENY);
        match &self.access {
            NamespaceAccess::Private => rules
                .public_network_access(NetworkRuleSetPublicNetworkAccess::DISABLED)
                // Azure Monitor writes diagnostics, and others send what they were told to.
                .trusted_service_access_enabled(true),
            NamespaceAccess::Public { ranges, .. } => {
                let ranges = ranges.iter().map(|range| {
                    NetworkRuleSetIpRule::new()
                        .ip_mask(range.to_string())
                        .action(NetworkRuleSetIpRuleAction::ALLOW)
                });
                rules
                    .public_network_access(NetworkRuleSetPublicNetworkAccess::ENABLED)
                    .ip_rules(ranges.collect::<Vec<_>>())
            }
        }
    }
}

fn encrypted(namespace: Namespace, key: &CustomerKeyOutputs) -> Namespace {
    let identities = key.identity.map(|id| [(id.as_str().to_owned(), Value::map())].into());
    let user = NamespaceEncryptionKeyVaultPropertyIdentity::new()
        .user_assigned_identity(key.identity.map(|id| id.as_str().to_owned()));
    // Without a version, the namespace follows the key to its next one.
    let key = NamespaceEncryptionKeyVaultProperty::new()
        .key_name(key.name())
        .key_vault_uri(key.vault_uri())
        .identity(user);
    let encryption = NamespaceEncryption::new()
        .key_source(NamespaceEncryptionKeySource::MicrosoftKeyVault)
        .key_vault_properties([key])
        .require_infrastructure_encryption(true);
    let identity = NamespaceIdentity::new()
        .type_(NamespaceIdentityType::UserAssigned)
        .user_assigned_identities(identities);
    namespace.identity(identity).encryption(encryption)
}
