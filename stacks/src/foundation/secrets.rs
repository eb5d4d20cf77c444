//! What keeps secrets and keys: the vault, and the HSM where there is one.

use super::FoundationConfig;
use super::groups::Groups;
use super::network::Networking;
use crate::components::key_vault::{KeyVaultOutputs, VaultKeysOutputs};
use crate::components::log_workspace::LogWorkspaceOutputs;
use crate::components::managed_hsm::ManagedHsmOutputs;
use crate::components::{KeyVault, ManagedHsm, VaultKeys};
use crate::helpers::{Site, names};
use atp_azure::key_vault::{ManagedHsm as Hsm, Vault, VaultSkuName};
use atp_iac::{Context, Options, Output, Result};

/// What the rest of the foundation needs of it.
pub struct Secrets {
    /// The vault.
    pub vault: KeyVaultOutputs,
    /// The keys in it.
    pub keys: VaultKeysOutputs,
    /// The HSM.
    pub hsm: Option<ManagedHsmOutputs>,
}

impl Secrets {
    /// Where the key is found that signs the audit trail: in the HSM, once that can hold keys.
    pub fn audit_signing_key(&self) -> Output<String> {
        let in_hardware = self.hsm.as_ref().and_then(|hsm| hsm.audit_signing.clone());
        in_hardware.unwrap_or_else(|| self.keys.audit_signing.uri.clone())
    }
}

/// Declares it.
pub fn declare(
    cx: &mut Context,
    config: &FoundationConfig,
    site: &Site,
    groups: &Groups,
    workspace: &LogWorkspaceOutputs,
    networking: &Networking,
) -> Result<Secrets> {
    let Networking { network, zones, .. } = networking;
    let sku: VaultSkuName = config.key_vault_sku.map_or(config.tier.vault(), Into::into);
    let vault = KeyVault::new(
        site.clone(),
        groups.security.id(),
        match &config.key_vault_name {
            Some(name) => names::checked(name)?,
            None => site.names.unique::<Vault>("", &config.subscription_id)?,
        },
        &config.tenant_id,
        network.subnet("private-link")?,
        zones.key_vault.clone(),
        &workspace.id,
    );
    let vault = vault
        .sku(sku)
        .soft_delete_days(config.soft_delete_days)
        .protect(config.protect)
        .security_group(&network.private_endpoints);
    let vault = cx.add("key-vault", vault)?;

    let keys = VaultKeys::new(&vault.id, site.tags.clone(), sku == VaultSkuName::Premium)
        .rotation_days(config.key_rotation_days);
    let keys = cx.add_with("keys", Options::new().protect(config.protect), keys)?;

    let mut hsm = None;
    if let Some(hsm_config) = &config.managed_hsm {
        let component = ManagedHsm::new(
            site.clone(),
            groups.security.id(),
            site.names.unique::<Hsm>("", &config.subscription_id)?,
            &config.tenant_id,
            hsm_config.administrators.clone(),
            network.subnet("private-link")?,
            zones.managed_hsm.clone(),
            &workspace.id,
        );
        let component = component
            .activated(hsm_config.activated)
            .protect(config.protect)
            .security_group(&network.private_endpoints);
        hsm = Some(cx.add("managed-hsm", component)?);
    }
    Ok(Secrets { vault, keys, hsm })
}
