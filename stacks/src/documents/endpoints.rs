//! Where services are reached by private ways.

use super::Estate;
use super::estate::{Found, Site, last, short, shown, text};
use super::table::table;
use atp_iac::Value;
use std::fmt::Write;

pub(super) fn document(estate: &Estate) -> String {
    let mut document = String::new();
    for site in estate.sites() {
        let endpoints = estate.of_type(site, "Microsoft.Network/privateEndpoints").into_iter();
        let rows = endpoints.map(|endpoint| {
            let connections = [
                endpoint.list("properties/privateLinkServiceConnections"),
                endpoint.list("properties/manualPrivateLinkServiceConnections"),
            ];
            let connection = connections.concat().first().cloned().unwrap_or(Value::Null);
            vec![
                endpoint.text("name"),
                short(&text(&connection, "properties/privateLinkServiceId")),
                text(&connection, "properties/groupIds"),
                last(&endpoint.text("properties/subnet/id")).to_owned(),
                zones(estate, site, &endpoint).join(", "),
                endpoint.stack.to_owned(),
            ]
        });
        let columns = ["endpoint", "service", "part", "subnet", "zones", "stack"];
        let _ = write!(document, "## {}\n\n{}\n", site.title(), table(&columns, rows));
    }
    document
}

/// The zones that an endpoint registers its names in.
fn zones(estate: &Estate, site: Site<'_>, endpoint: &Found<'_>) -> Vec<String> {
    let name = endpoint.text("name");
    let groups = estate.of_type(site, "Microsoft.Network/privateEndpoints/privateDnsZoneGroups").into_iter();
    let own = groups.filter(|group| last(&group.text("parent")) == name);
    let zone = |config: &Value| {
        let id = atp_iac::value::Path::of_keys("properties/privateDnsZoneId").find(config).map(shown);
        last(&id.unwrap_or_default()).to_owned()
    };
    own.flat_map(|group| group.list("properties/privateDnsZoneConfigs").iter().map(zone)).collect()
}
