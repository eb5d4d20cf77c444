//! The rules of security groups: what each kind of subnet lets in. Everything else is denied.

use super::{SubnetConfig, SubnetPurpose};
use atp_azure::network::{
    NetworkSecurityGroupSecurityRule as Rule, NetworkSecurityGroupSecurityRuleAccess as Access,
    NetworkSecurityGroupSecurityRuleDirection as Direction,
    NetworkSecurityGroupSecurityRuleProtocol as Protocol,
};
use atp_iac::Cidr;
use std::collections::BTreeMap;

/// The lowest priority that a rule may have. It still comes before the rules of Azure itself, which let the whole
/// virtual network in.
const LAST: i64 = 4096;

/// Where a request comes from.
enum Source {
    /// A service tag: a set of addresses that Azure keeps.
    Tag(&'static str),
    /// All subnets of a purpose.
    Subnets(SubnetPurpose),
}

/// The platform's own services.
const CLUSTER: Source = Source::Subnets(SubnetPurpose::Cluster);

/// A flow that is let in.
struct Flow(&'static str, Source, Protocol, &'static [&'static str]);

fn flows(purpose: SubnetPurpose) -> Vec<Flow> {
    match purpose {
        SubnetPurpose::Cluster => vec![
            Flow("allow-cluster", CLUSTER, Protocol::ANY, &["*"]),
            // The application gateway sends to pods directly.
            Flow("allow-gateway", Source::Subnets(SubnetPurpose::Gateway), Protocol::TCP, &["443", "8443"]),
            Flow("allow-load-balancer", Source::Tag("AzureLoadBalancer"), Protocol::ANY, &["*"]),
        ],
        SubnetPurpose::PrivateLink => vec![
            // Vault, blobs, Cosmos DB and registry; SQL; Service Bus.
            Flow("allow-https", CLUSTER, Protocol::TCP, &["443"]),
            Flow("allow-sql", CLUSTER, Protocol::TCP, &["1433"]),
            Flow("allow-amqp", CLUSTER, Protocol::TCP, &["5671-5672"]),
        ],
        SubnetPurpose::Gateway => vec![
            Flow("allow-internet", Source::Tag("Internet"), Protocol::TCP, &["443"]),
            // Azure manages and probes the gateway through these. Without them it is stopped.
            Flow("allow-gateway-manager", Source::Tag("GatewayManager"), Protocol::TCP, &["65200-65535"]),
            Flow("allow-load-balancer", Source::Tag("AzureLoadBalancer"), Protocol::ANY, &["*"]),
        ],
        SubnetPurpose::Sql => vec![
            Flow("allow-sql", CLUSTER, Protocol::TCP, &["1433", "11000-11999"]),
            Flow("allow-load-balancer", Source::Tag("AzureLoadBalancer"), Protocol::ANY, &["*"]),
        ],
        SubnetPurpose::ServiceBus => {
            vec![Flow("allow-amqp", CLUSTER, Protocol::TCP, &["443", "5671-5672"])]
        }
    }
}

/// The rules for what comes in; the first that matches decides.
pub fn inbound_rules(purpose: SubnetPurpose, subnets: &BTreeMap<String, SubnetConfig>) -> Vec<Rule> {
    let flows = (100..).step_by(10).zip(flows(purpose));
    let allowed = flows.filter_map(|(priority, flow)| allow(priority, flow, subnets));
    allowed.chain([deny_everything()]).collect()
}

/// `None` where the flow comes from subnets that this network does not have.
fn allow(priority: i64, flow: Flow, subnets: &BTreeMap<String, SubnetConfig>) -> Option<Rule> {
    let Flow(name, source, protocol, ports) = flow;
    let rule = inbound(name, Access::ALLOW, priority, protocol);
    let rule = match source {
        Source::Tag(tag) => rule.source_address_prefix(tag),
        Source::Subnets(purpose) => {
            let ranges: Vec<Cidr> = subnets
                .values()
                .filter(|subnet| subnet.purpose == purpose)
                .map(|subnet| subnet.range)
                .collect();
            match ranges.as_slice() {
                [] => return None,
                [range] => rule.source_address_prefix(*range),
                _ => rule.source_address_prefixes(ranges),
            }
        }
    };
    Some(match ports {
        [port] => rule.destination_port_range(*port),
        ports => rule.destination_port_ranges(ports.to_vec()),
    })
}

fn deny_everything() -> Rule {
    inbound("deny-everything-else", Access::DENY, LAST, Protocol::ANY)
        .source_address_prefix("*")
        .destination_port_range("*")
}

fn inbound(name: &str, access: Access, priority: i64, protocol: Protocol) -> Rule {
    Rule::new(name, protocol, access, priority, Direction::INBOUND)
        .source_port_range("*")
        .destination_address_prefix("*")
}
