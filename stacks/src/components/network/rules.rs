//! The rules of security groups, from the flows of each kind of subnet.

use super::flows::{Flow, Peer};
use super::{Destination, SubnetConfig, SubnetPurpose};
use atp_azure::SubResource;
use atp_azure::network::{
    ApplicationSecurityGroup, NetworkSecurityGroupSecurityRule as Rule,
    NetworkSecurityGroupSecurityRuleAccess as Access, NetworkSecurityGroupSecurityRuleDirection as Direction,
    NetworkSecurityGroupSecurityRuleProtocol as Protocol,
};
use atp_iac::{Cidr, Output, ResourceId};
use std::collections::BTreeMap;

/// The lowest priority that a rule may have. It still comes before the rules of Azure itself, which let the whole
/// virtual network in, and everything out.
const LAST: i64 = 4096;

/// What the rules of a network depend on.
pub struct Rules<'a> {
    /// All subnets.
    pub subnets: &'a BTreeMap<String, SubnetConfig>,
    /// What private endpoints are known by.
    pub private_endpoints: &'a Output<ResourceId<ApplicationSecurityGroup>>,
    /// The region, as service tags have it.
    pub location: &'a str,
    /// Address spaces of peered networks, whose services may use the private endpoints here and the other way round.
    pub peered: &'a [Cidr],
    /// What the cluster reaches outside of Azure, by name.
    pub destinations: &'a BTreeMap<String, Destination>,
    /// Whether the gateway takes requests from the internet.
    pub open_to_internet: bool,
}

impl Rules<'_> {
    /// The rules for subnets of a purpose; the first that matches decides.
    pub fn of(&self, purpose: SubnetPurpose) -> Vec<Rule> {
        let (inbound, outbound): (Vec<Flow>, Vec<Flow>) =
            self.flows(purpose).into_iter().partition(|flow| flow.direction == Direction::INBOUND);
        let rules = |flows: Vec<Flow>, direction: Direction| {
            let allowed = (100..).step_by(10).zip(flows);
            let allowed = allowed.filter_map(|(priority, flow)| self.allow(purpose, priority, flow));
            allowed.chain([deny_everything(direction)]).collect::<Vec<_>>()
        };
        [rules(inbound, Direction::INBOUND), rules(outbound, Direction::OUTBOUND)].concat()
    }

    /// `None` where the peer is a kind of subnet that this network does not have.
    fn allow(&self, purpose: SubnetPurpose, priority: i64, flow: Flow) -> Option<Rule> {
        let Flow { name, direction, peer, protocol, ports } = flow;
        let inbound = direction == Direction::INBOUND;
        let mut rule = Rule::new(name, protocol, Access::ALLOW, priority, direction).source_port_range("*");
        rule = match peer {
            Peer::Tag(tag) if inbound => rule.source_address_prefix(tag),
            Peer::Tag(tag) => rule.destination_address_prefix(tag),
            Peer::PrivateEndpoints => self.to_private_endpoints(rule),
            Peer::Subnets(purpose) => between(rule, inbound, &self.ranges(purpose))?,
            Peer::Ranges(ranges) => between(rule, inbound, &ranges)?,
        };
        rule = match (inbound, purpose) {
            (true, SubnetPurpose::PrivateLink) => self.to_private_endpoints(rule),
            (true, _) => rule.destination_address_prefix("*"),
            (false, _) => rule.source_address_prefix("*"),
        };
        Some(match ports.as_slice() {
            [port] => rule.destination_port_range(port),
            _ => rule.destination_port_ranges(ports),
        })
    }

    fn to_private_endpoints(&self, rule: Rule) -> Rule {
        rule.destination_application_security_groups([SubResource::new(self.private_endpoints)])
    }

    fn ranges(&self, purpose: SubnetPurpose) -> Vec<Cidr> {
        self.subnets.values().filter(|subnet| subnet.purpose == purpose).map(|subnet| subnet.range).collect()
    }
}

/// A rule for one range has another property than one for several.
fn between(rule: Rule, inbound: bool, ranges: &[Cidr]) -> Option<Rule> {
    Some(match (inbound, ranges) {
        (_, []) => return None,
        (true, [range]) => rule.source_address_prefix(*range),
        (true, ranges) => rule.source_address_prefixes(ranges.to_vec()),
        (false, [range]) => rule.destination_address_prefix(*range),
        (false, ranges) => rule.destination_address_prefixes(ranges.to_vec()),
    })
}

fn deny_everything(direction: Direction) -> Rule {
    let name = if direction == Direction::INBOUND { "deny-all-inbound" } else { "deny-all-outbound" };
    Rule::new(name, Protocol::ANY, Access::DENY, LAST, direction)
        .source_address_prefix("*")
        .source_port_range("*")
        .destination_address_prefix("*")
        .destination_port_range("*")
}
