//! What becomes of blobs as they age.

use super::Redundancy;
use atp_azure::storage::{
    ManagementPolicy, ManagementPolicyBaseBlob, ManagementPolicyDateAfterCreation,
    ManagementPolicyDateAfterModification, ManagementPolicyPolicy, ManagementPolicyPolicyRule,
    ManagementPolicyPolicyRuleDefinition, ManagementPolicyPolicyRuleDefinitionActions,
    ManagementPolicyPolicyRuleDefinitionFilters, ManagementPolicyPolicyRuleType, ManagementPolicyVersion,
    StorageAccount,
};
use atp_iac::{Config, Output, ResourceId};

/// When blobs become cheaper to keep and dearer to read.
#[derive(Clone, Copy, Debug, Config)]
#[config(check = in_order)]
pub struct LifecycleConfig {
    /// Days without a change after which a blob moves to the cool tier.
    #[config(default = 90, range = 1..=3650)]
    pub cool_after_days: u32,
    /// Days without a change after which it moves to the cold tier; without it, never.
    #[config(range = 1..=3650)]
    pub cold_after_days: Option<u32>,
    /// Days without a change after which it moves to the archive tier, from where it takes hours to read; without it,
    /// never. Accounts with copies in zones have no archive tier: the cold one is their last.
    #[config(range = 1..=3650)]
    pub archive_after_days: Option<u32>,
    /// Days after which older versions of a blob are deleted; without it, they are kept as long as the blob.
    #[config(range = 1..=3650)]
    pub delete_versions_after_days: Option<u32>,
}

fn in_order(config: &LifecycleConfig) -> Result<(), String> {
    let steps = [
        ("cool_after_days", Some(config.cool_after_days)),
        ("cold_after_days", config.cold_after_days),
        ("archive_after_days", config.archive_after_days),
    ];
    let steps: Vec<(&str, u32)> = steps.into_iter().filter_map(|(name, days)| Some((name, days?))).collect();
    match steps.iter().zip(steps.iter().skip(1)).find(|((_, before), (_, after))| after <= before) {
        Some(((earlier, before), (later, after))) => {
            Err(format!("`{later}` is {after}, and has to be more than `{earlier}`, which is {before}"))
        }
        None => Ok(()),
    }
}

impl LifecycleConfig {
    /// Whether an account with this redundancy has the tiers.
    pub(super) fn fits(self, redundancy: Redundancy) -> Result<(), String> {
        match (self.archive_after_days, redundancy) {
            (None, _) | (_, Redundancy::Lrs) => Ok(()),
            _ => Err("`archive_after_days` needs `redundancy: lrs`: accounts with copies in zones have no archive tier; \
                      give `cold_after_days` instead"
                .to_owned()),
        }
    }

    /// The policy of an account.
    pub(super) fn policy(self, account: &Output<ResourceId<StorageAccount>>) -> ManagementPolicy {
        let unchanged = |days| {
            ManagementPolicyDateAfterModification::new().days_after_modification_greater_than(i64::from(days))
        };
        let made = |days| ManagementPolicyDateAfterCreation::new(i64::from(days));
        let mut blobs = ManagementPolicyBaseBlob::new().tier_to_cool(unchanged(self.cool_after_days));
        let mut versions = ManagementPolicyVersion::new().tier_to_cool(made(self.cool_after_days));
        if let Some(days) = self.cold_after_days {
            blobs = blobs.tier_to_cold(unchanged(days));
            versions = versions.tier_to_cold(made(days));
        }
        if let Some(days) = self.archive_after_days {
            blobs = blobs.tier_to_archive(unchanged(days));
            versions = versions.tier_to_archive(made(days));
        }
        if let Some(days) = self.delete_versions_after_days {
            versions = versions.delete(made(days));
        }
        let actions = ManagementPolicyPolicyRuleDefinitionActions::new().base_blob(blobs).version(versions);
        let definition = ManagementPolicyPolicyRuleDefinition::new(actions)
            .filters(ManagementPolicyPolicyRuleDefinitionFilters::new(["blockBlob"]));
        let rule = ManagementPolicyPolicyRule::new("by-age", definition)
            .enabled(true)
            .type_(ManagementPolicyPolicyRuleType::LIFECYCLE);
        ManagementPolicy::new(account, ManagementPolicyPolicy::new([rule]))
    }
}
