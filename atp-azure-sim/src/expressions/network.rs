//! Functions of networks in CIDR notation: `cidrSubnet('10.0.0.0/16', 24, 1)` is `10.0.1.0/24`. IPv4 only.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::functions::{Outcome, integer};

/// The value of the function `name`, which is in lower case; `None` when there is none.
pub(super) fn call(name: &str, arguments: &[Value]) -> Option<Outcome> {
    Some(match (name, arguments) {
        ("parsecidr", [Value::String(network)]) => described(network),
        ("cidrsubnet", [Value::String(network), length, index]) => subnet(network, length, index),
        ("cidrhost", [Value::String(network), index]) => host(network, index),
        _ => return None,
    })
}

/// First address and length of the prefix.
fn parse(text: &str) -> Result<(u32, u32), String> {
    let wrong = || format!("'{text}' is not an IPv4 network such as '10.0.0.0/16'");
    let (address, length) = text.split_once('/').ok_or_else(wrong)?;
    let address: Ipv4Addr = address.parse().map_err(|_| wrong())?;
    let length: u32 = length.parse().ok().filter(|length| *length <= 32).ok_or_else(wrong)?;
    Ok((u32::from(address) & mask(length), length))
}

fn mask(length: u32) -> u32 {
    u32::MAX.checked_shl(32 - length).unwrap_or(0)
}

fn described(text: &str) -> Outcome {
    let (first, length) = parse(text)?;
    let last = first | !mask(length);
    let address = |number: u32| Ipv4Addr::from(number).to_string();
    // The outermost addresses are no hosts, where there are others.
    let inside = u32::from(length < 31);
    Ok(json!({
        "network": address(first),
        "netmask": address(mask(length)),
        "broadcast": address(last),
        "firstUsable": address(first + inside),
        "lastUsable": address(last - inside),
        "cidr": length,
    }))
}

fn subnet(text: &str, length: &Value, index: &Value) -> Outcome {
    let (first, around) = parse(text)?;
    let wanted = integer(length)?;
    let length = u32::try_from(wanted).ok().filter(|length| (around..=32).contains(length));
    let length = length.ok_or_else(|| format!("a subnet of '{text}' cannot have the length {wanted}"))?;
    let index = u64::try_from(integer(index)?).map_err(|_| "the number of a subnet is not negative")?;
    let start = u64::from(first) + index * (1 << (32 - length));
    match u32::try_from(start).ok().filter(|_| index < 1 << (length - around)) {
        Some(start) => Ok(json!(format!("{}/{length}", Ipv4Addr::from(start)))),
        None => Err(format!("'{text}' has fewer than {} subnets of the length {length}", index + 1)),
    }
}

/// The first host has the number 0.
fn host(text: &str, index: &Value) -> Outcome {
    let (first, length) = parse(text)?;
    let index = u32::try_from(integer(index)?).map_err(|_| "the number of a host is not negative")?;
    let last = first | !mask(length);
    match first.checked_add(1).and_then(|host| host.checked_add(index)).filter(|host| *host < last) {
        Some(host) => Ok(json!(Ipv4Addr::from(host).to_string())),
        None => Err(format!("'{text}' has no host with the number {index}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str, arguments: Value) -> Outcome {
        call(name, arguments.as_array().unwrap()).unwrap()
    }

    #[test]
    fn networks_are_cut_into_subnets_and_hosts() {
        assert_eq!(value("cidrsubnet", json!(["10.144.0.0/20", 24, 3])), Ok(json!("10.144.3.0/24")));
        assert_eq!(value("cidrsubnet", json!(["0.0.0.0/0", 32, 5])), Ok(json!("0.0.0.5/32")));
        assert_eq!(value("cidrhost", json!(["10.144.3.0/24", 3])), Ok(json!("10.144.3.4")));
        let parsed = value("parsecidr", json!(["10.144.0.7/20"])).unwrap();
        assert_eq!(
            (&parsed["network"], &parsed["lastUsable"]),
            (&json!("10.144.0.0"), &json!("10.144.15.254"))
        );
    }

    #[test]
    fn what_does_not_fit_is_a_problem() {
        for (name, arguments) in [
            ("cidrsubnet", json!(["10.0.0.0/16", 8, 0])),
            ("cidrsubnet", json!(["10.0.0.0/16", 24, 256])),
            ("cidrsubnet", json!(["10.0.0.0/16", 24, -1])),
            ("cidrhost", json!(["10.0.0.0/30", 2])),
            ("parsecidr", json!(["10.0.0/16"])),
        ] {
            assert!(value(name, arguments.clone()).is_err(), "{name} {arguments}");
        }
    }
}
