//! The networks of an environment: subnets, what is in them, and what leads in and out.

use super::Estate;
use super::estate::{Site, last};
use super::subnets::{Network, endpoints_in, networks};
use super::svg::{Area, Drawing};

const COLUMN: i32 = 620;
const INSIDE: i32 = 580;
const LINE: i32 = 17;
const HEAD: i32 = 44;
/// Types by which traffic comes in or goes out.
const WAYS: [(&str, &str); 6] = [
    ("Microsoft.Network/applicationGateways", "application gateway"),
    ("Microsoft.Network/azureFirewalls", "firewall"),
    ("Microsoft.Network/natGateways", "NAT gateway"),
    ("Microsoft.Network/bastionHosts", "bastion"),
    ("Microsoft.Network/publicIPAddresses", "public address"),
    ("Microsoft.Network/trafficmanagerprofiles", "traffic manager"),
];

pub(super) fn drawing(estate: &Estate, environment: &str) -> String {
    let mut drawing = Drawing::default();
    let sites = estate.sites().into_iter().filter(|site| site.environment == environment);
    let mut frames = Vec::new();
    for (column, site) in (0..).zip(sites) {
        let x = 20 + column * COLUMN;
        drawing.text("title", x, 30, &site.title());
        let mut y = 46;
        for network in networks(estate, site) {
            frames.push((network.name.clone(), x, y));
            y = draw(&mut drawing, estate, site, &network, (x, y)) + 24;
        }
        let ways = ways(estate, site);
        y = listed(&mut drawing, "Ways in and out", &ways, (x, y)) + 24;
        listed(&mut drawing, "Private DNS zones", &zones(estate, site), (x, y));
    }
    if let [(_, left, y), (_, right, _)] = frames.as_slice()
        && is_peered(estate, environment)
    {
        let middle = y + HEAD / 2;
        drawing.line((left + INSIDE, middle), (*right, middle));
        drawing.centered("small", (left + INSIDE + right) / 2, middle - 6, "peered");
    }
    drawing.finish()
}

/// Draws a network, and says where it ends.
fn draw(drawing: &mut Drawing, estate: &Estate, site: Site<'_>, network: &Network, at: (i32, i32)) -> i32 {
    let (x, start) = at;
    let mut y = start + HEAD;
    let mut boxes = Vec::new();
    for subnet in &network.subnets {
        let mut lines = Vec::new();
        if !subnet.delegation.is_empty() {
            lines.push(format!("delegated to {}", subnet.delegation));
        }
        lines.extend(endpoints_in(estate, site, &subnet.name));
        let height = 30 + count(lines.len()) * LINE;
        boxes.push((subnet, lines, y, height));
        y += height + 8;
    }
    drawing.area("frame", Area { x, y: start, width: INSIDE, height: y - start + 4 });
    drawing.text("title", x + 14, start + 27, &format!("{}  {}", network.name, network.ranges.join(", ")));
    for (subnet, lines, y, height) in boxes {
        drawing.area("box", Area { x: x + 14, y, width: INSIDE - 28, height });
        drawing.text("", x + 26, y + 20, &subnet.name);
        drawing.text("small", x + 190, y + 20, &format!("{}, {} addresses", subnet.range, subnet.usable));
        for (line, text) in (1..).zip(&lines) {
            drawing.text("small", x + 40, y + 20 + line * LINE, text);
        }
    }
    y + 4
}

/// Draws a frame with a list in it, and says where it ends.
fn listed(drawing: &mut Drawing, title: &str, lines: &[String], at: (i32, i32)) -> i32 {
    let (x, y) = at;
    let height = 40 + count(lines.len().max(1)) * LINE;
    drawing.area("frame", Area { x, y, width: INSIDE, height });
    drawing.text("title", x + 14, y + 25, title);
    let none = ["none".to_owned()];
    let lines = if lines.is_empty() { &none } else { lines };
    for (line, text) in (1..).zip(lines) {
        drawing.text("small", x + 26, y + 28 + line * LINE, text);
    }
    y + height
}

fn count(lines: usize) -> i32 {
    i32::try_from(lines).unwrap_or(i32::MAX / LINE)
}

fn ways(estate: &Estate, site: Site<'_>) -> Vec<String> {
    let of = |(kind, what): &(&str, &str)| {
        let found = estate.of_type(site, kind).into_iter();
        found.map(|found| format!("{what} {}", found.text("name"))).collect::<Vec<_>>()
    };
    WAYS.iter().flat_map(of).collect()
}

fn zones(estate: &Estate, site: Site<'_>) -> Vec<String> {
    let zones = estate.of_type(site, "Microsoft.Network/privateDnsZones").into_iter();
    zones.map(|zone| last(&zone.text("name")).to_owned()).collect()
}

fn is_peered(estate: &Estate, environment: &str) -> bool {
    let sites = estate.sites().into_iter().filter(|site| site.environment == environment);
    sites.into_iter().any(|site| {
        !estate.of_type(site, "Microsoft.Network/virtualNetworks/virtualNetworkPeerings").is_empty()
    })
}
