//! The resource groups.

use crate::helpers::Site;
use atp_azure::resources::{ResourceGroup, ResourceGroupHandle};
use atp_iac::{Context, Result};

/// A resource group for each kind of people who look after what is in it.
#[derive(Clone, Debug)]
pub struct Groups {
    /// Network and endpoints.
    pub network: ResourceGroupHandle,
    /// Private DNS zones, apart from the network because the lock on them must not hold for it.
    pub dns: ResourceGroupHandle,
    /// Vault and identities.
    pub security: ResourceGroupHandle,
    /// What observes the others.
    pub observability: ResourceGroupHandle,
}

impl Groups {
    /// Declares them.
    pub fn declare(cx: &mut Context, site: &Site) -> Result<Self> {
        let mut group = |purpose: &str| {
            let group = ResourceGroup::new(site.names.of::<ResourceGroup>(purpose)?, &site.location);
            cx.add(&format!("{purpose}-group"), group.tags(&site.tags))
        };
        Ok(Groups {
            network: group("network")?,
            dns: group("dns")?,
            security: group("security")?,
            observability: group("observability")?,
        })
    }
}
