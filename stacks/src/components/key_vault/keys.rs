//! The keys of an environment.

use crate::helpers::Tags;
use atp_azure::key_vault::{
    Vault, VaultKey, VaultKeyHandle, VaultKeyKty, VaultKeyOp, VaultKeyRotationPolicy,
    VaultKeyRotationPolicyAttributes, VaultKeyRotationPolicyLifetimeAction,
    VaultKeyRotationPolicyLifetimeActionAction, VaultKeyRotationPolicyLifetimeActionTrigger, VaultKeyType,
};
use atp_iac::resource::HasUrn;
use atp_iac::{Component, Context, Input, Output, ResourceId, Result, Urn, component};

/// Days between the rotation of a key and the end of its former version, in which what uses it changes over.
const OVERLAP: u32 = 60;
/// Days before its end that people are told of a version that was not rotated.
const WARNING: u32 = 30;

/// The keys that data is encrypted with, and what makes the trail tamper-evident is signed with.
///
/// Azure makes the keys, and nobody sees them: what stands here are names, kinds and rules. The vault makes a new
/// version on its own when one is as old as the rotation says; older versions still decrypt and verify.
#[component(type = "atp:security:VaultKeys")]
#[derive(Clone, Debug)]
pub struct VaultKeys {
    /// The vault that they are in.
    pub vault: Input<ResourceId<Vault>>,
    /// The tags of everything.
    pub tags: Tags,
    /// Whether they are kept in hardware. Only premium vaults do.
    pub hardware: bool,
    /// Days after which a new version is made.
    #[component(default = 365)]
    pub rotation_days: u32,
}

/// A key, as others see it.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its id.
    pub id: Output<ResourceId<VaultKey>>,
    /// Where it is found, without a version: what uses it follows the rotation.
    pub uri: Output<String>,
}

/// What the user of [`VaultKeys`] gets.
#[derive(Clone, Debug)]
pub struct VaultKeysOutputs {
    /// Encrypts the keys that services encrypt what they store with.
    pub data_encryption: Key,
    /// Encrypts the keys that the platform encrypts records with.
    pub key_encryption: Key,
    /// Signs the audit trail.
    pub audit_signing: Key,
    /// All of them: a lock waits for them.
    pub resources: Vec<Urn>,
}

impl Component for VaultKeys {
    type Outputs = VaultKeysOutputs;

    fn build(self, cx: &mut Context) -> Result<VaultKeysOutputs> {
        let rsa = if self.hardware { VaultKeyKty::RSA_HSM } else { VaultKeyKty::RSA };
        let elliptic = if self.hardware { VaultKeyKty::EC_HSM } else { VaultKeyKty::EC };
        let wrapping = [VaultKeyOp::WRAP_KEY, VaultKeyOp::UNWRAP_KEY];
        let mut resources = Vec::new();
        let mut add = |name: &str, key: VaultKey| -> Result<Key> {
            let handle: VaultKeyHandle =
                cx.add(name, key.rotation_policy(self.rotation()).tags(&self.tags))?;
            resources.push(handle.urn().clone());
            Ok(Key { id: handle.id(), uri: handle.key_uri() })
        };
        let key = |name: &str, kind: &VaultKeyKty| VaultKey::new(&self.vault, name, kind.clone());
        let wraps = |name: &str| key(name, &rsa).key_size(3072).key_ops(wrapping.clone());
        let signs = key("audit-signing", &elliptic)
            .curve_name(atp_azure::key_vault::VaultKeyCurveName::P_384)
            .key_ops([VaultKeyOp::SIGN, VaultKeyOp::VERIFY]);
        Ok(VaultKeysOutputs {
            data_encryption: add("data-encryption", wraps("data-encryption"))?,
            key_encryption: add("key-encryption", wraps("key-encryption"))?,
            audit_signing: add("audit-signing", signs)?,
            resources,
        })
    }
}

impl VaultKeys {
    fn rotation(&self) -> VaultKeyRotationPolicy {
        let days = |days: u32| format!("P{days}D");
        let action = |kind, trigger| {
            VaultKeyRotationPolicyLifetimeAction::new()
                .action(VaultKeyRotationPolicyLifetimeActionAction::new().type_(kind))
                .trigger(trigger)
        };
        let trigger = VaultKeyRotationPolicyLifetimeActionTrigger::new;
        VaultKeyRotationPolicy::new()
            .attributes(
                VaultKeyRotationPolicyAttributes::new().expiry_time(days(self.rotation_days + OVERLAP)),
            )
            .lifetime_actions([
                action(VaultKeyType::Rotate, trigger().time_after_create(days(self.rotation_days))),
                action(VaultKeyType::Notify, trigger().time_before_expiry(days(WARNING))),
            ])
    }
}
