//! What reaches what inside of the network.

use super::{Declaration, Problems, Stack};
use atp_iac::Value;

pub(super) fn private_endpoints(stack: &Stack<'_>, problems: &mut Problems<'_>) {
    for endpoint in stack.of_type("Microsoft.Network/privateEndpoints") {
        if endpoint.items("properties/applicationSecurityGroups").is_empty() {
            problems.add(endpoint, "is in no application security group: no rule lets requests to it in");
        }
        if !stack.has_at("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", endpoint) {
            problems.add(endpoint, "has no names in a private DNS zone");
        }
    }
}

/// Subnets that Azure refuses a security group for.
const WITHOUT_GROUP: &[&str] = &["GatewaySubnet", "AzureFirewallSubnet", "AzureFirewallManagementSubnet"];

pub(super) fn deny_by_default(stack: &Stack<'_>, problems: &mut Problems<'_>) {
    for subnet in stack.of_type("Microsoft.Network/virtualNetworks/subnets") {
        let needs_none = subnet.text("name").is_some_and(|name| WITHOUT_GROUP.contains(&name));
        if subnet.find("properties/networkSecurityGroup/id").is_none() && !needs_none {
            problems.add(subnet, "is behind no security group");
        }
    }
    for group in stack.of_type("Microsoft.Network/networkSecurityGroups") {
        let rules: Vec<&Value> = group
            .items("properties/securityRules")
            .iter()
            .filter_map(|rule| rule.get("properties"))
            .collect();
        if !denies(&rules, "Inbound") {
            problems.add(group, "does not deny everything that comes in and that no rule allows");
        }
        // Azure supports an application gateway only where it may begin connections to the internet.
        if !denies(&rules, "Outbound") && !is_of_gateway(&rules) {
            problems.add(group, "does not deny everything that goes out and that no rule allows");
        }
        if opens_to_internet(&rules) && !stack.is_excepted(group) {
            problems.add(group, "lets the internet in, and no granted exception stands in its tag");
        }
        reaches_everything(group, &rules, problems);
    }
}

fn text<'a>(rule: &'a Value, name: &str) -> Option<&'a str> {
    rule.get(name).and_then(Value::as_str)
}

fn is(rule: &Value, name: &str, wanted: &str) -> bool {
    text(rule, name).is_some_and(|text| text.eq_ignore_ascii_case(wanted))
}

/// Whether the last rule of a direction denies everything.
fn denies(rules: &[&Value], direction: &str) -> bool {
    let everything = ["sourceAddressPrefix", "destinationAddressPrefix", "protocol", "destinationPortRange"];
    rules.iter().any(|rule| {
        is(rule, "direction", direction)
            && is(rule, "access", "Deny")
            && everything.iter().all(|name| is(rule, name, "*"))
            && rule.get("priority") == Some(&Value::from(4096_i64))
    })
}

fn is_of_gateway(rules: &[&Value]) -> bool {
    rules.iter().any(|rule| is(rule, "sourceAddressPrefix", "GatewayManager"))
}

fn opens_to_internet(rules: &[&Value]) -> bool {
    rules.iter().any(|rule| {
        let anybody = ["Internet", "*", "0.0.0.0/0"];
        is(rule, "direction", "Inbound")
            && is(rule, "access", "Allow")
            && anybody.iter().any(|source| is(rule, "sourceAddressPrefix", source))
    })
}

fn reaches_everything(group: &Declaration, rules: &[&Value], problems: &mut Problems<'_>) {
    let anywhere = ["Internet", "*", "0.0.0.0/0"];
    let open = rules.iter().any(|rule| {
        is(rule, "direction", "Outbound")
            && is(rule, "access", "Allow")
            && anywhere.iter().any(|to| is(rule, "destinationAddressPrefix", to))
    });
    if open && !is_of_gateway(rules) {
        problems.add(group, "lets everything out to the internet");
    }
}
