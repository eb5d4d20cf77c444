//! What services take for the same, though it is spelled otherwise: the order of sets, the case of ids, regions.
//!
//! The provider compares by it, and the simulator varies by it what it answers. Patterns are paths without the positions
//! of lists: `properties.rules[].name`.

use crate::descriptor::{Object, Shape};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Lists whose order has no meaning, by their last name, besides those that [`is_set`] tells by their items.
const SETS: &[&str] = &[
    "accessPolicies",
    "actions",
    "allowedHeaders",
    "allowedMethods",
    "allowedOrigins",
    "assignableScopes",
    "availabilityZones",
    "certificates",
    "dataActions",
    "destinationAddressPrefixes",
    "destinationPortRanges",
    "exposedHeaders",
    "groupIds",
    "ipRules",
    "keys",
    "locations",
    "notActions",
    "notDataActions",
    "resourceAccessRules",
    "secrets",
    "serviceEndpoints",
    "sourceAddressPrefixes",
    "sourcePortRanges",
    "storage",
    "virtualNetworkRules",
    "zones",
];

/// Lists of known values whose order has a meaning all the same: the first one is tried first.
const ORDERED: &[&str] = &["cipherSuites"];

/// Whether the order of the list at a pattern has no meaning. That is so of the lists that are known for it, of lists of
/// ids, and of lists whose items are among a few known values, such as permissions.
pub fn is_set(list: Option<&Shape>, pattern: &str) -> bool {
    let last = pattern.rsplit('.').next().unwrap_or(pattern);
    if SETS.contains(&last) || last.ends_with("Ids") {
        return true;
    }
    match list {
        Some(Shape::List { item: Shape::Object(item), .. }) => is_reference(item),
        Some(Shape::List { item: Shape::String(text), .. }) => {
            !text.values.is_empty() && !ORDERED.contains(&last)
        }
        _ => false,
    }
}

/// Whether an object is nothing but the id of something.
fn is_reference(object: &Object) -> bool {
    matches!(object.properties, [only] if only.name == "id")
        && object.additional.is_none()
        && object.variants.is_none()
}

/// Whether what stands at a pattern is kept to the letter by every service: the tags.
pub fn is_literal(pattern: &str) -> bool {
    pattern.split('.').any(|part| part == "tags")
}

/// Whether a region stands at a pattern.
pub fn is_location(pattern: &str) -> bool {
    let last = pattern.rsplit('.').next().unwrap_or(pattern).trim_end_matches("[]");
    matches!(last, "location" | "locations" | "locationName" | "region")
}

/// Whether two texts name one region: `West Europe` and `westeurope`.
pub fn same_location(before: &str, after: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
    letters(before).eq_ignore_ascii_case(&letters(after))
}

/// Whether a text is the id of a resource, group or subscription, or of something in the tenant.
pub fn is_id(text: &str) -> bool {
    ["/subscriptions/", "/providers/"]
        .iter()
        .any(|start| text.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start)))
}

/// Whether two texts are one instant: with or without a fraction, in one zone or another.
pub fn same_instant(before: &str, after: &str) -> bool {
    match (OffsetDateTime::parse(before, &Rfc3339), OffsetDateTime::parse(after, &Rfc3339)) {
        (Ok(before), Ok(after)) => before == after,
        _ => false,
    }
}

/// Whether two texts are one length of time: `PT60M` and `PT1H`.
pub fn same_duration(before: &str, after: &str) -> bool {
    seconds(before).is_some_and(|before| Some(before) == seconds(after))
}

/// The seconds of an ISO 8601 duration of whole days, hours, minutes and seconds. Months and years have no fixed length.
pub fn seconds(text: &str) -> Option<u64> {
    let rest = text.strip_prefix('P')?;
    let (date, time) = rest.split_once('T').unwrap_or((rest, ""));
    if rest.ends_with('T') || rest.is_empty() {
        return None;
    }
    parts(date, &[('W', 604_800), ('D', 86_400)])?
        .checked_add(parts(time, &[('H', 3600), ('M', 60), ('S', 1)])?)
}

/// The sum of numbers that are each followed by a letter, in the order of `units`.
fn parts(mut text: &str, units: &[(char, u64)]) -> Option<u64> {
    let mut sum = 0_u64;
    for (letter, length) in units {
        if let Some((number, rest)) = text.split_once(*letter) {
            sum = sum.checked_add(number.parse::<u64>().ok()?.checked_mul(*length)?)?;
            text = rest;
        }
    }
    text.is_empty().then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_compared_by_their_length() {
        for (one, other) in [("PT60M", "PT1H"), ("P1D", "PT24H"), ("PT1M30S", "PT90S"), ("P7D", "P1W")] {
            assert!(same_duration(one, other), "{one} {other}");
        }
        for (one, other) in [("PT1H", "PT1M"), ("P1M", "PT1M"), ("P1M", "P30D"), ("P", "P"), ("PT", "PT")] {
            assert!(!same_duration(one, other), "{one} {other}");
        }
    }

    #[test]
    fn lists_are_sets_by_their_names_or_their_items_and_else_ordered() {
        let list = |kind: &str, pattern: &str| {
            let body = crate::descriptor(kind).unwrap().body;
            is_set(crate::provider::shape_at(body, pattern), pattern)
        };
        let vault = "Microsoft.KeyVault/vaults";
        assert!(list(vault, "properties.accessPolicies[].permissions.keys"));
        assert!(list("Microsoft.ServiceBus/namespaces/authorizationRules", "properties.rights"));
        assert!(!list("Microsoft.Network/virtualNetworks", "properties.addressSpace.addressPrefixes"));
        assert!(!list("Microsoft.Network/applicationGateways", "properties.sslPolicy.cipherSuites"));
    }
}
