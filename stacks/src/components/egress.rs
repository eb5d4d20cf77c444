//! The way out of a network.

use crate::helpers::exceptions::Granted;
use crate::helpers::{Site, Tier};
use atp_azure::SubResource;
use atp_azure::network::{
    NatGateway, NatGatewaySku, NatGatewaySkuName, PublicIpPrefix, PublicIpPrefixSku, PublicIpPrefixSkuName,
};
use atp_azure::resources::ResourceGroup;
use atp_iac::{Component, Context, Input, Output, ResourceId, Result, component};

/// A NAT gateway, so that what leaves a network has addresses that are known and stay: others can allow them.
///
/// Nothing comes in by it. Its addresses are public all the same, so it stands only where an exception is granted.
#[component(type = "atp:network:Egress")]
#[derive(Clone, Debug)]
pub struct Egress {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// The exception by which it has public addresses.
    pub exception: Granted,
    /// A small one fails with its zone; the others stand in all zones.
    pub tier: Tier,
    /// How many addresses it has, as the length of their prefix: 31 are two, 28 are sixteen. Each serves some 64,000
    /// connections to one destination at a time.
    #[component(default = 31)]
    pub prefix_length: u32,
}

/// What the user of an [`Egress`] gets.
#[derive(Clone, Debug)]
pub struct EgressOutputs {
    /// What subnets are given.
    pub gateway: Output<ResourceId<NatGateway>>,
    /// The addresses that others see, such as `20.1.2.0/31`.
    pub addresses: Output<String>,
}

impl Component for Egress {
    type Outputs = EgressOutputs;

    fn build(self, cx: &mut Context) -> Result<EgressOutputs> {
        let Site { names, tags, location } = &self.site;
        let tags = self.exception.tags(tags);
        let (prefix_sku, gateway_sku) = match self.tier.zones() {
            [] => (PublicIpPrefixSkuName::STANDARD, NatGatewaySkuName::STANDARD),
            _ => (PublicIpPrefixSkuName::STANDARD_V2, NatGatewaySkuName::STANDARD_V2),
        };
        let prefix = PublicIpPrefix::new(
            &self.group,
            names.of::<PublicIpPrefix>("egress")?,
            location,
            PublicIpPrefixSku::new().name(prefix_sku),
            i64::from(self.prefix_length),
        );
        let prefix = cx.add("prefix", prefix.zones(self.tier.zones().to_vec()).tags(&tags))?;
        let gateway = NatGateway::new(
            &self.group,
            names.of::<NatGateway>("egress")?,
            location,
            NatGatewaySku::new(gateway_sku),
        );
        let gateway = gateway
            .zones(self.tier.zones().to_vec())
            .public_ip_prefixes([SubResource::new(prefix.id())])
            .tags(&tags);
        Ok(EgressOutputs { gateway: cx.add("gateway", gateway)?.id(), addresses: prefix.ip_prefix() })
    }
}
