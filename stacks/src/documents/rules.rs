//! Who may reach whom: the rules of the security groups, by subnet.

use super::Estate;
use super::estate::text;
use super::subnets::networks;
use super::table::table;
use atp_iac::Value;
use std::fmt::Write;

pub(super) fn document(estate: &Estate) -> String {
    let mut document =
        "What no rule allows is denied. The rules of a subnet are in the order in which they are \
                        asked, in each direction.\n\n"
            .to_owned();
    for site in estate.sites() {
        let _ = write!(document, "## {}\n\n", site.title());
        let groups = estate.of_type(site, "Microsoft.Network/networkSecurityGroups");
        for subnet in networks(estate, site).into_iter().flat_map(|network| network.subnets) {
            let group = groups.iter().find(|group| group.text("name") == subnet.security_group);
            let Some(group) = group else {
                let _ = write!(document, "### {}\n\nIt has no security group.\n\n", subnet.name);
                continue;
            };
            let mut rules: Vec<&Value> = group.list("properties/securityRules").iter().collect();
            let order = |rule: &&Value| {
                let priority = text(rule, "properties/priority").parse().unwrap_or(u32::MAX);
                (text(rule, "properties/direction"), priority)
            };
            rules.sort_by_key(order);
            let rows = rules.into_iter().map(|rule| {
                let of = |path: &str| text(rule, &format!("properties/{path}"));
                vec![
                    of("direction"),
                    of("priority"),
                    text(rule, "name"),
                    of("access"),
                    side(rule, "source"),
                    side(rule, "destination"),
                    of("protocol"),
                    either(of("destinationPortRange"), of("destinationPortRanges")),
                ]
            });
            let columns = ["direction", "priority", "rule", "access", "from", "to", "protocol", "ports"];
            let _ = write!(document, "### {} ({})\n\n{}\n", subnet.name, subnet.range, table(&columns, rows));
        }
    }
    document
}

fn either(one: String, several: String) -> String {
    if one.is_empty() { several } else { one }
}

/// The addresses of one side of a rule.
fn side(rule: &Value, side: &str) -> String {
    let of = |end: &str| text(rule, &format!("properties/{side}{end}"));
    let groups = atp_iac::value::Path::of_keys(&format!("properties/{side}ApplicationSecurityGroups"));
    let groups = groups.find(rule).and_then(|groups| groups.exposed().as_list()).unwrap_or_default();
    let groups: Vec<String> =
        groups.iter().map(|group| super::estate::last(&text(group, "id")).to_owned()).collect();
    either(either(of("AddressPrefix"), of("AddressPrefixes")), groups.join(", "))
}
