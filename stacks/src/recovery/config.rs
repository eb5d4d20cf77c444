//! What is promised of a recovery.

use atp_iac::cli::{Failure, Invocation};
use atp_iac::{Config, ConfigTree};

/// What is promised of a recovery: `common.recovery` of an environment.
#[derive(Clone, Copy, Debug, Config)]
pub struct RecoveryConfig {
    /// Within how many minutes the other region serves, from the decision on.
    #[config(default = 60, range = 1..=1440)]
    pub rto_minutes: u32,
    /// How many minutes of data may be lost.
    #[config(default = 5, range = 0..=1440)]
    pub rpo_minutes: u32,
}

/// The part of `common` that recovery reads.
#[derive(Config)]
struct Common {
    /// What is promised of a recovery.
    recovery: Option<RecoveryConfig>,
}

impl RecoveryConfig {
    /// What the configuration promises for an environment.
    ///
    /// # Errors
    /// When it promises nothing, or something that cannot be read.
    pub fn of(invocation: &Invocation<'_>, environment: &str, region: &str) -> Result<Self, Failure> {
        RecoveryConfig::read(&invocation.common(environment, region)?)?.ok_or_else(|| {
            Failure::usage(
                format!("the configuration of `{environment}` does not say what is promised of a recovery"),
                "add `recovery: { rto_minutes: 60, rpo_minutes: 5 }` under `common:`",
            )
        })
    }

    fn read(common: &ConfigTree) -> Result<Option<Self>, Failure> {
        Ok(common.read::<Common>()?.recovery)
    }
}
