//! Which flows each kind of subnet needs. Everything else is denied, in both directions.

use super::{Rules, SubnetPurpose};
use atp_azure::network::{
    NetworkSecurityGroupSecurityRuleDirection as Direction,
    NetworkSecurityGroupSecurityRuleProtocol as Protocol,
};
use atp_iac::Cidr;

/// Who is at the other end of a flow.
#[derive(Clone, Debug)]
pub enum Peer {
    /// A service tag: a set of addresses that Azure keeps.
    Tag(String),
    /// All subnets of a purpose.
    Subnets(SubnetPurpose),
    /// The private endpoints of the network.
    PrivateEndpoints,
    /// Addresses outside of the network.
    Ranges(Vec<Cidr>),
}

/// A flow that is allowed.
#[derive(Clone, Debug)]
pub struct Flow {
    /// The name of its rule.
    pub name: String,
    /// Whether the peer or the subnet begins it.
    pub direction: Direction,
    /// Who is at the other end.
    pub peer: Peer,
    /// TCP, or any.
    pub protocol: Protocol,
    /// The ports at which it arrives.
    pub ports: Vec<String>,
}

/// Vault, blobs, Cosmos DB and registry; SQL; Service Bus.
const SERVICES: &[&str] = &["443", "1433", "5671-5672"];
/// Service Bus, by AMQP and by HTTPS.
const MESSAGING: &[&str] = &["443", "5671-5672"];
/// The platform's own services.
const CLUSTER: Peer = Peer::Subnets(SubnetPurpose::Cluster);

fn flow(direction: Direction, name: &str, peer: Peer, protocol: Protocol, ports: &[&str]) -> Flow {
    let way = if direction == Direction::INBOUND { "from" } else { "to" };
    let ports = ports.iter().map(|port| (*port).to_owned()).collect();
    Flow { name: format!("allow-{way}-{name}"), direction, peer, protocol, ports }
}

fn inbound(name: &str, peer: Peer, ports: &[&str]) -> Flow {
    flow(Direction::INBOUND, name, peer, Protocol::TCP, ports)
}

fn outbound(name: &str, peer: Peer, ports: &[&str]) -> Flow {
    flow(Direction::OUTBOUND, name, peer, Protocol::TCP, ports)
}

/// Azure probes from there what a load balancer spreads requests over.
fn load_balancer() -> Flow {
    let peer = Peer::Tag("AzureLoadBalancer".to_owned());
    flow(Direction::INBOUND, "load-balancer", peer, Protocol::ANY, &["*"])
}

impl Rules<'_> {
    /// The flows of the subnets of a purpose.
    pub(super) fn flows(&self, purpose: SubnetPurpose) -> Vec<Flow> {
        match purpose {
            SubnetPurpose::Cluster => self.cluster(),
            SubnetPurpose::PrivateLink => {
                // An endpoint begins nothing.
                let mut flows = vec![
                    inbound("cluster", CLUSTER, SERVICES),
                    // It reads its certificates from the vault.
                    inbound("gateway", Peer::Subnets(SubnetPurpose::Gateway), &["443"]),
                    inbound("messaging", Peer::Subnets(SubnetPurpose::ServiceBus), MESSAGING),
                ];
                if !self.peered.is_empty() {
                    flows.push(inbound("peered-region", Peer::Ranges(self.peered.to_vec()), SERVICES));
                }
                flows
            }
            SubnetPurpose::Gateway => self.gateway(),
            SubnetPurpose::Sql => {
                vec![inbound("cluster", CLUSTER, &["1433", "11000-11999"]), load_balancer()]
            }
            SubnetPurpose::ServiceBus => vec![
                inbound("cluster", CLUSTER, MESSAGING),
                outbound("services", Peer::PrivateEndpoints, MESSAGING),
            ],
        }
    }

    /// Nodes and pods. What AKS needs of Azure has service tags, so nothing is open to the internet at large.
    ///
    /// Pods have addresses of the subnet, and only the first address of a node could be in an application security
    /// group: so the cluster is known by the ranges of its subnets.
    fn cluster(&self) -> Vec<Flow> {
        let mut flows = vec![
            flow(Direction::INBOUND, "cluster", CLUSTER, Protocol::ANY, &["*"]),
            // The application gateway sends to pods directly.
            inbound("gateway", Peer::Subnets(SubnetPurpose::Gateway), &["443", "8443"]),
            load_balancer(),
            flow(Direction::OUTBOUND, "cluster", CLUSTER, Protocol::ANY, &["*"]),
            outbound("services", Peer::PrivateEndpoints, SERVICES),
        ];
        if !self.peered.is_empty() {
            flows.push(outbound("peered-region", Peer::Ranges(self.peered.to_vec()), SERVICES));
        }
        let regional = format!("AzureCloud.{}", self.location);
        let azure = [
            ("directory", "AzureActiveDirectory"),
            ("management", "AzureResourceManager"),
            ("monitor", "AzureMonitor"),
            // Images and packages of the nodes themselves, which come by Front Door.
            ("node-images", "MicrosoftContainerRegistry"),
            ("node-packages", "AzureFrontDoor.FirstParty"),
            // Add-ons: policy, threat protection, GitOps.
            ("regional-services", &regional),
        ];
        flows.extend(azure.map(|(name, tag)| outbound(name, Peer::Tag(tag.to_owned()), &["443"])));
        for (name, destination) in self.destinations {
            let ports: Vec<&str> = destination.ports.iter().map(String::as_str).collect();
            flows.push(outbound(name, Peer::Ranges(destination.ranges.clone()), &ports));
        }
        flows
    }

    /// The application gateway. Azure supports it only where it may begin connections to the internet.
    fn gateway(&self) -> Vec<Flow> {
        let mut flows = vec![
            // Azure manages and probes the gateway through these. Without them it is stopped.
            inbound("gateway-manager", Peer::Tag("GatewayManager".to_owned()), &["65200-65535"]),
            load_balancer(),
            outbound("cluster", CLUSTER, &["443", "8443"]),
            outbound("vault", Peer::PrivateEndpoints, &["443"]),
            outbound("internet", Peer::Tag("Internet".to_owned()), &["443"]),
        ];
        if self.open_to_internet {
            // Port 80 only to be sent on to 443.
            flows.push(inbound("internet", Peer::Tag("Internet".to_owned()), &["80", "443"]));
        }
        flows
    }
}
