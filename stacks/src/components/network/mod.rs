//! The network of a region.

mod flows;
mod private_dns;
mod rules;
mod subnet;

pub use private_dns::{PrivateDns, PrivateDnsOutputs};
pub use subnet::{Destination, SubnetConfig, SubnetPurpose};

use rules::Rules;

use crate::helpers::exceptions::Granted;
use crate::helpers::{Site, diagnostics};
use atp_azure::network::{
    ApplicationSecurityGroup, DdosProtectionPlan, NatGateway, Subnet, VirtualNetwork,
    VirtualNetworkAddressSpace,
};
use atp_azure::operational_insights::Workspace;
use atp_azure::resources::ResourceGroup;
use atp_iac::program::ProgramError;
use atp_iac::{Cidr, Component, Context, Input, Output, ResourceId, Result, component};
use std::collections::BTreeMap;

/// A virtual network with its subnets, each behind a security group that denies by default.
#[component(type = "atp:network:Network")]
#[derive(Clone, Debug)]
pub struct Network {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// All addresses of the network.
    pub address_space: Cidr,
    /// The subnets by name.
    pub subnets: BTreeMap<String, SubnetConfig>,
    /// Where it logs to.
    pub workspace: Input<ResourceId<Workspace>>,
    /// What the cluster's subnets leave by. Without it nothing leaves the network.
    pub nat_gateway: Option<Input<ResourceId<NatGateway>>>,
    /// What absorbs floods of requests, beyond what Azure does for everybody.
    pub ddos_protection_plan: Option<Input<ResourceId<DdosProtectionPlan>>>,
    /// Address spaces of networks in other regions that it is peered with.
    #[component(default)]
    pub peered: Vec<Cidr>,
    /// What the cluster reaches outside of Azure, by name.
    #[component(default)]
    pub destinations: BTreeMap<String, Destination>,
    /// The exception by which the gateway takes requests from the internet. Without it, it takes none.
    pub open_to_internet: Option<Granted>,
}

/// What the user of a [`Network`] gets.
#[derive(Clone, Debug)]
pub struct NetworkOutputs {
    /// The network.
    pub virtual_network: Output<ResourceId<VirtualNetwork>>,
    /// Its subnets by name.
    pub subnets: BTreeMap<String, Output<ResourceId<Subnet>>>,
    /// What the rules know private endpoints by.
    pub private_endpoints: Output<ResourceId<ApplicationSecurityGroup>>,
}

impl NetworkOutputs {
    /// A subnet that has to be there.
    ///
    /// # Errors
    /// When it is not.
    pub fn subnet(&self, name: &str) -> Result<Output<ResourceId<Subnet>>> {
        let subnet = self.subnets.get(name).cloned();
        subnet.ok_or_else(|| ProgramError::Other(format!("the network has no subnet `{name}`")))
    }

    /// A subnet that may be left out.
    pub fn optional_subnet(&self, name: &str) -> Output<Option<ResourceId<Subnet>>> {
        self.subnets.get(name).map_or_else(|| Output::known(None), |subnet| subnet.map(Some))
    }
}

impl Component for Network {
    type Outputs = NetworkOutputs;

    fn build(self, cx: &mut Context) -> Result<NetworkOutputs> {
        let Site { names, tags, location } = &self.site;
        let address_space = VirtualNetworkAddressSpace::new([self.address_space]);
        let mut network =
            VirtualNetwork::new(&self.group, names.only::<VirtualNetwork>()?, location, address_space)
                .tags(tags);
        if let Some(plan) = &self.ddos_protection_plan {
            network = network.enable_ddos_protection(true).ddos_protection_plan(plan.clone());
        }
        let network = cx.add("virtual-network", network)?;
        cx.add("diagnostics", diagnostics::logs_and_metrics(network.id(), &self.workspace))?;
        let endpoints = names.of::<ApplicationSecurityGroup>("private-endpoints")?;
        let endpoints = ApplicationSecurityGroup::new(&self.group, endpoints, location).tags(tags);
        let endpoints = cx.add("private-endpoints", endpoints)?.id();
        let rules = Rules {
            subnets: &self.subnets,
            private_endpoints: &endpoints,
            location,
            peered: &self.peered,
            destinations: &self.destinations,
            open_to_internet: self.open_to_internet.is_some(),
        };
        let mut subnets = BTreeMap::new();
        for (name, subnet) in &self.subnets {
            subnets.insert(name.clone(), self.add_subnet(cx, &network.id(), &rules, name, subnet)?);
        }
        Ok(NetworkOutputs { virtual_network: network.id(), subnets, private_endpoints: endpoints })
    }
}
