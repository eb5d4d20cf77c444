//! What the stack `messaging` has to know.

use crate::components::customer_key::Keys;
use crate::components::service_bus::TopologyConfig;
use crate::helpers::{Exceptions, TagsConfig, Tier};
use atp_azure::service_bus::NamespaceSkuName;
use atp_iac::{Cidr, Config};

/// What the stack `messaging` of one environment and region has to know.
#[derive(Clone, Debug, Config)]
#[config(check = fits_together)]
pub struct MessagingConfig {
    /// Short name of the project, the start of all names.
    #[config(default = "atp", length = 2..=8)]
    pub project: String,
    /// The subscription that everything is in.
    #[config(length = 36..=36)]
    pub subscription_id: String,
    /// Who owns the resources, who pays, and what is in them.
    pub tags: TagsConfig,
    /// How large the environment is.
    pub tier: Tier,
    /// What messages flow through.
    pub topology: TopologyConfig,
    /// Messaging units of a premium namespace.
    #[config(default = 1, range = 1..=16)]
    pub capacity: u32,
    /// From where clients reach a namespace that is not premium: the addresses by which the cluster leaves the network.
    #[config(default)]
    pub allowed_ranges: Vec<Cidr>,
    /// The name under which clients find the namespace in whichever region it is. It is unique in all of Azure, and the
    /// stack in the recovery region declares it.
    #[config(length = 6..=50)]
    pub alias: Option<String>,
    /// With whose keys a premium namespace encrypts.
    #[config(default = Keys::Service)]
    pub keys: Keys,
    /// What may be public, and why.
    #[config(default)]
    pub public_exceptions: Exceptions,
    /// Whether plans that delete what holds messages are refused.
    pub protect: bool,
    /// Whether the resource group is locked against deletion of anything in it.
    pub locks: bool,
}

impl MessagingConfig {
    pub(super) fn is_premium(&self) -> bool {
        self.tier.service_bus() == NamespaceSkuName::Premium
    }
}

/// The most that a topic or a queue holds outside of premium.
const STANDARD_MEGABYTES: u32 = 5120;

fn fits_together(config: &MessagingConfig) -> Result<(), String> {
    if !config.capacity.is_power_of_two() {
        return Err(format!("`capacity` is {}, and can be 1, 2, 4, 8 or 16", config.capacity));
    }
    if config.is_premium() {
        return Ok(());
    }
    if config.alias.is_some() {
        return Err(
            "`alias` needs a premium namespace, as environments of the tier `large` have it".to_owned()
        );
    }
    if config.keys != Keys::Service {
        return Err(
            "`keys` of our own need a premium namespace, as environments of the tier `large` have it"
                .to_owned(),
        );
    }
    if config.allowed_ranges.is_empty() {
        return Err(
            "`allowed_ranges` is missing: a namespace that is not premium has no private endpoint, and without a range \
             the whole internet could try to sign in to it"
                .to_owned(),
        );
    }
    let sizes = config.topology.topics.iter().map(|(name, topic)| (name, topic.megabytes));
    let sizes = sizes.chain(config.topology.queues.iter().map(|(name, queue)| (name, queue.megabytes)));
    match sizes.into_iter().find(|(_, size)| *size > STANDARD_MEGABYTES) {
        Some((name, size)) => Err(format!(
            "`{name}` has {size} megabytes, and only in a premium namespace more than {STANDARD_MEGABYTES}"
        )),
        None => Ok(()),
    }
}
