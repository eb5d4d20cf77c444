//! The vault of an environment, and the keys in it.

mod keys;

pub use keys::{Key, VaultKeys, VaultKeysOutputs};

use super::PrivateService;
use crate::helpers::{Hardened, Site, diagnostics};
use atp_azure::key_vault::{Vault, VaultSku, VaultSkuName};
use atp_azure::network::{ApplicationSecurityGroup, PrivateDnsZone, Subnet};
use atp_azure::operational_insights::Workspace;
use atp_azure::resources::ResourceGroup;
use atp_iac::resource::HasUrn;
use atp_iac::{Component, Context, Input, Name, Options, Output, ResourceId, Result, Urn, component};

/// A vault that only private networks reach and only roles open.
///
/// What hardens it is not a choice: purge protection, roles in place of access policies, no public access. What
/// differs between environments is a setter.
#[component(type = "atp:security:KeyVault")]
#[derive(Clone, Debug)]
pub struct KeyVault {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// Its name, which is unique in all of Azure.
    pub name: Name<Vault>,
    /// The tenant whose principals may use it.
    pub tenant_id: String,
    /// The subnet of its private endpoint.
    pub subnet: Input<ResourceId<Subnet>>,
    /// The private DNS zone of vaults.
    pub dns_zone: Output<ResourceId<PrivateDnsZone>>,
    /// Where it logs to.
    pub workspace: Input<ResourceId<Workspace>>,
    /// Premium keeps keys in hardware.
    #[component(default = VaultSkuName::Standard)]
    pub sku: VaultSkuName,
    /// Days that deleted secrets, and the deleted vault, can be brought back.
    #[component(default = 90)]
    pub soft_delete_days: u32,
    /// Whether plans that delete or replace it are refused.
    #[component(default = false)]
    pub protect: bool,
    /// What the rules of security groups know its private endpoint by.
    pub security_group: Option<Input<ResourceId<ApplicationSecurityGroup>>>,
}

/// What the user of a [`KeyVault`] gets.
#[derive(Clone, Debug)]
pub struct KeyVaultOutputs {
    /// Its id.
    pub id: Output<ResourceId<Vault>>,
    /// Where clients find it.
    pub uri: Output<String>,
    /// What a lock on it holds: the vault and what extends it. The private endpoint stands beside it.
    pub contents: Vec<Urn>,
    /// What registers the private endpoint in the DNS zone.
    pub registration: Option<Urn>,
}

impl Component for KeyVault {
    type Outputs = KeyVaultOutputs;

    fn build(self, cx: &mut Context) -> Result<KeyVaultOutputs> {
        let vault = cx.add_with("vault", Options::new().protect(self.protect), self.vault())?;
        let KeyVault { site, group, subnet, dns_zone, workspace, security_group, .. } = self;
        let mut service =
            PrivateService::new(site, group, "key-vault", vault.id(), "vault", subnet, vec![dns_zone]);
        service.security_group = security_group;
        let link = cx.add("private-service", service)?;
        let logging = cx.add("diagnostics", diagnostics::logs_and_metrics(vault.id(), workspace))?;
        Ok(KeyVaultOutputs {
            id: vault.id(),
            uri: vault.vault_uri(),
            contents: vec![vault.urn().clone(), logging.urn().clone()],
            registration: link.registration,
        })
    }
}

impl KeyVault {
    fn vault(&self) -> Vault {
        let Site { tags, location, .. } = &self.site;
        Vault::new(&self.group, self.name.clone(), location, &self.tenant_id, VaultSku::new(self.sku))
            .hardened()
            .soft_delete_retention_in_days(i64::from(self.soft_delete_days))
            .tags(tags)
    }
}
