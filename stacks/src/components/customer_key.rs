//! A key of our own, with which a service encrypts what it stores.

use crate::helpers::roles::{self, Principal};
use crate::helpers::{BuiltInRole, Site};
use atp_azure::Scope;
use atp_azure::key_vault::{
    Vault, VaultKey, VaultKeyKty, VaultKeyOp, VaultKeyRotationPolicy, VaultKeyRotationPolicyAttributes,
    VaultKeyRotationPolicyLifetimeAction, VaultKeyRotationPolicyLifetimeActionAction,
    VaultKeyRotationPolicyLifetimeActionTrigger, VaultKeyType,
};
use atp_azure::managed_identity::UserAssignedIdentity;
use atp_azure::resources::ResourceGroup;
use atp_iac::resource::HasUrn;
use atp_iac::{Component, Config, Context, Input, Output, ResourceId, Result, Urn, component};

/// Whose keys encrypt data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Config)]
pub enum Keys {
    /// Those of each service.
    Service,
    /// Our own, in the vault.
    Vault,
    /// Our own, in hardware of the vault, which has to be a premium one.
    VaultHardware,
}

impl Keys {
    /// Whether they are kept in hardware; `None` where they are those of each service.
    pub const fn in_hardware(self) -> Option<bool> {
        match self {
            Keys::Service => None,
            Keys::Vault => Some(false),
            Keys::VaultHardware => Some(true),
        }
    }
}

/// A key that another stack declares.
#[derive(Clone, Debug)]
pub struct ExistingKey {
    /// The key.
    pub id: Output<Scope>,
    /// Where it is found, at its version.
    pub uri_with_version: Output<String>,
}

/// The size of the keys.
const BITS: i64 = 3072;
/// How long a version of a key is used: two years, as ISO 8601 has it.
const LIFETIME: &str = "P2Y";
/// How long before that the next version is made.
const BEFORE_EXPIRY: &str = "P60D";

/// A key in the vault, an identity that a service takes on, and its permission to wrap and unwrap with that one key.
///
/// Whatever encrypts with the key has to wait for [`CustomerKeyOutputs::permission`]: the identity cannot use the key
/// before. The vault makes a new version of the key in time, and services follow it.
#[component(type = "atp:security:CustomerKey")]
#[derive(Clone, Debug)]
pub struct CustomerKey {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group of the identity.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// What is encrypted, for names: `hot-storage`.
    pub purpose: String,
    /// The subscription that the definitions of roles are read in.
    pub subscription_id: String,
    /// The vault of the key, which has purge protection.
    pub key_vault: Input<ResourceId<Vault>>,
    /// Whether the key is kept in hardware, for which the vault must be a premium one.
    #[component(default = false)]
    pub hardware: bool,
    /// The key to use in place of a new one: what is encrypted in one region and copied to another has one key in both.
    pub existing: Option<ExistingKey>,
}

/// What the user of a [`CustomerKey`] gets.
#[derive(Clone, Debug)]
pub struct CustomerKeyOutputs {
    /// The key.
    pub id: Output<Scope>,
    /// The identity that may use the key.
    pub identity: Output<ResourceId<UserAssignedIdentity>>,
    /// The key at its version, such as `https://vault.vault.azure.net/keys/name/version`.
    pub uri_with_version: Output<String>,
    /// The assignment of the role: what encrypts waits for it.
    pub permission: Urn,
}

impl Component for CustomerKey {
    type Outputs = CustomerKeyOutputs;

    fn build(self, cx: &mut Context) -> Result<CustomerKeyOutputs> {
        let Site { names, tags, location } = &self.site;
        let name = names.of::<UserAssignedIdentity>(&format!("{}-encryption", self.purpose))?;
        let identity =
            cx.add("identity", UserAssignedIdentity::new(&self.group, name, location).tags(tags))?;
        let key = match &self.existing {
            Some(existing) => existing.clone(),
            None => self.add_key(cx)?,
        };
        // At the key and not at its vault: the service has no business with other keys.
        let role = BuiltInRole::KeyVaultCryptoServiceEncryptionUser;
        let permission = roles::assignment_of(
            &self.subscription_id,
            &key.id,
            role,
            Principal::Service(identity.principal_id()),
        )?;
        let permission = cx.add("may-use-key", permission)?.urn().clone();
        let ExistingKey { id, uri_with_version } = key;
        Ok(CustomerKeyOutputs { id, uri_with_version, identity: identity.id(), permission })
    }
}

impl CustomerKey {
    fn add_key(&self, cx: &mut Context) -> Result<ExistingKey> {
        let kind = if self.hardware { VaultKeyKty::RSA_HSM } else { VaultKeyKty::RSA };
        let key = VaultKey::new(&self.key_vault, format!("{}-encryption", self.purpose), kind)
            .key_size(BITS)
            .key_ops([VaultKeyOp::WRAP_KEY, VaultKeyOp::UNWRAP_KEY])
            .rotation_policy(rotation())
            .tags(&self.site.tags);
        let key = cx.add("key", key)?;
        Ok(ExistingKey { id: key.id().map(Scope::from), uri_with_version: key.key_uri_with_version() })
    }
}

fn rotation() -> VaultKeyRotationPolicy {
    let rotate = VaultKeyRotationPolicyLifetimeAction::new()
        .action(VaultKeyRotationPolicyLifetimeActionAction::new().type_(VaultKeyType::Rotate))
        .trigger(VaultKeyRotationPolicyLifetimeActionTrigger::new().time_before_expiry(BEFORE_EXPIRY));
    VaultKeyRotationPolicy::new()
        .attributes(VaultKeyRotationPolicyAttributes::new().expiry_time(LIFETIME))
        .lifetime_actions([rotate])
}

impl CustomerKeyOutputs {
    /// Where the vault is.
    pub fn vault_uri(&self) -> Output<String> {
        self.uri_with_version.map(|uri| uri.split("/keys/").next().unwrap_or_default().to_owned())
    }

    /// The name of the key.
    pub fn name(&self) -> Output<String> {
        self.id.map(|id| id.as_str().rsplit('/').next().unwrap_or_default().to_owned())
    }
}
