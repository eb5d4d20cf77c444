//! What is asked for before an environment is changed.

use atp_iac::Config;
use atp_iac::cli::{Failure, Invocation};

/// What is asked for before an environment is changed: `common.promotion` of it.
#[derive(Clone, Debug, Config)]
pub struct PromotionConfig {
    /// How many people have to approve.
    #[config(default = 1, range = 0..=5)]
    pub approvals: u32,
    /// What differs between environments on purpose: the stack and the key, such as `foundation.subnets.*.range`; a `*`
    /// stands for anything.
    #[config(default)]
    pub differs: Vec<String>,
}

/// The part of `common` that promotion reads.
#[derive(Config)]
struct Common {
    /// What is asked for before an environment is changed.
    promotion: Option<PromotionConfig>,
}

impl PromotionConfig {
    /// What is asked for before this environment is changed.
    ///
    /// # Errors
    /// What cannot be read of it.
    pub fn of(invocation: &Invocation<'_>, environment: &str, region: &str) -> Result<Self, Failure> {
        let common: Common = invocation.common(environment, region)?.read()?;
        Ok(common.promotion.unwrap_or(PromotionConfig { approvals: 1, differs: Vec::new() }))
    }

    /// Whether a value differs on purpose.
    pub(super) fn expects(&self, stack: &str, path: &str) -> bool {
        let name = format!("{stack}.{path}");
        self.differs.iter().any(|pattern| fits(pattern, &name))
    }
}

/// Whether a name is as a pattern says, in which `*` stands for anything.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(tail) = name.strip_prefix(start) else { return false };
    let ends = tail.char_indices().map(|(index, _)| index).chain([tail.len()]);
    ends.into_iter().any(|index| fits(rest, &tail[index..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything_and_the_rest_for_itself() {
        assert!(fits("*.subscription_id", "data.subscription_id"));
        assert!(fits("foundation.subnets.*.range", "foundation.subnets.aks-system.range"));
        assert!(fits("edge.*", "edge.gateway.host_names[0]"));
        assert!(!fits("*.subscription_id", "data.subscription_ids"));
        assert!(!fits("foundation.subnets", "foundation.subnets.a"));
    }
}
