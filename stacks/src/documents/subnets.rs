//! The ranges of all networks.

use super::Estate;
use super::estate::{Site, last};
use super::table::table;
use atp_iac::Cidr;
use std::fmt::Write;
use std::net::Ipv4Addr;

/// Azure keeps the first four addresses of a subnet, and the last.
const KEPT: u64 = 5;
const NETWORKS: &str = "Microsoft.Network/virtualNetworks";
const SUBNETS: &str = "Microsoft.Network/virtualNetworks/subnets";

/// A network of a site.
pub(super) struct Network {
    pub name: String,
    pub ranges: Vec<String>,
    pub subnets: Vec<Subnet>,
}

/// A subnet of a network.
pub(super) struct Subnet {
    pub name: String,
    pub range: String,
    pub usable: u64,
    pub security_group: String,
    pub delegation: String,
    pub service_endpoints: String,
}

/// The networks of a site, with their subnets by range.
pub(super) fn networks(estate: &Estate, site: Site<'_>) -> Vec<Network> {
    let of = |network: super::estate::Found<'_>| {
        let name = network.text("name");
        let inside = estate.of_type(site, SUBNETS).into_iter();
        let inside = inside.filter(|subnet| last(&subnet.text("parent")) == name);
        let mut subnets: Vec<Subnet> = inside
            .map(|subnet| {
                let range = subnet.text("properties/addressPrefix");
                let range = if range.is_empty() { subnet.text("properties/addressPrefixes") } else { range };
                let names = |path: &str, key: &str| {
                    let names = subnet.list(path).iter().map(|item| super::estate::text(item, key));
                    names.collect::<Vec<_>>().join(", ")
                };
                Subnet {
                    name: subnet.text("name"),
                    usable: usable(&range),
                    range,
                    security_group: last(&subnet.text("properties/networkSecurityGroup/id")).to_owned(),
                    delegation: names("properties/delegations", "properties/serviceName"),
                    service_endpoints: names("properties/serviceEndpoints", "service"),
                }
            })
            .collect();
        subnets.sort_by_key(|subnet| address(&subnet.range));
        let ranges = network.list("properties/addressSpace/addressPrefixes");
        Network { ranges: ranges.iter().map(super::estate::shown).collect(), name, subnets }
    };
    estate.of_type(site, NETWORKS).into_iter().map(of).collect()
}

fn address(range: &str) -> Option<Ipv4Addr> {
    range.split('/').next()?.parse().ok()
}

fn usable(range: &str) -> u64 {
    let prefix = range.rsplit_once('/').and_then(|(_, prefix)| prefix.parse::<u32>().ok());
    let all = prefix.filter(|prefix| *prefix <= 32).map_or(0, |prefix| 1_u64 << (32 - prefix));
    all.saturating_sub(KEPT)
}

pub(super) fn document(estate: &Estate) -> String {
    let mut text = overlaps(estate);
    for site in estate.sites() {
        for network in networks(estate, site) {
            let rows = network.subnets.iter().map(|subnet| {
                vec![
                    subnet.name.clone(),
                    subnet.range.clone(),
                    subnet.usable.to_string(),
                    subnet.security_group.clone(),
                    subnet.delegation.clone(),
                    subnet.service_endpoints.clone(),
                ]
            });
            let columns = [
                "subnet",
                "range",
                "usable addresses",
                "security group",
                "delegated to",
                "service endpoints",
            ];
            let _ = write!(
                text,
                "## {}: {} ({})\n\n{}\n",
                site.title(),
                network.name,
                network.ranges.join(", "),
                table(&columns, rows)
            );
        }
    }
    text
}

/// What overlaps: networks with each other, and the subnets of each.
fn overlaps(estate: &Estate) -> String {
    let mut spaces: Vec<(String, Cidr)> = Vec::new();
    let mut found = Vec::new();
    let mut compare = |known: &[(String, Cidr)], name: &str, range: Cidr| {
        let clash = known.iter().filter(|(_, other)| other.overlaps(range));
        found.extend(clash.map(|(other, _)| format!("{other} and {name}")));
    };
    for site in estate.sites() {
        for network in networks(estate, site) {
            for range in network.ranges.iter().filter_map(|range| Cidr::parse(range).ok()) {
                compare(&spaces, &network.name, range);
                spaces.push((network.name.clone(), range));
            }
            let mut subnets: Vec<(String, Cidr)> = Vec::new();
            for subnet in &network.subnets {
                let Ok(range) = Cidr::parse(&subnet.range) else { continue };
                let name = format!("{} of {}", subnet.name, network.name);
                compare(&subnets, &name, range);
                subnets.push((name, range));
            }
        }
    }
    let count = spaces.len();
    match found.as_slice() {
        [] => format!("No two of the {count} address spaces overlap, and no two subnets of a network.\n\n"),
        clashes => format!("These overlap: {}.\n\n", clashes.join("; ")),
    }
}

/// The private endpoints in a subnet: what each leads to.
pub(super) fn endpoints_in(estate: &Estate, site: Site<'_>, subnet: &str) -> Vec<String> {
    let endpoints = estate.of_type(site, "Microsoft.Network/privateEndpoints").into_iter();
    let inside = endpoints.filter(|endpoint| last(&endpoint.text("properties/subnet/id")) == subnet);
    inside.map(|endpoint| endpoint.text("name")).collect()
}

#[cfg(test)]
mod tests {
    use super::usable;

    #[test]
    fn azure_keeps_five_addresses_of_a_subnet() {
        assert_eq!(usable("10.0.0.0/24"), 251);
        assert_eq!(usable("10.0.0.0/29"), 3);
        assert_eq!(usable("10.0.0.0/31"), 0);
        assert_eq!(usable("somewhere"), 0);
    }
}
