//! Checks the subnets against the address space, against each other, and against what other stacks need.

use super::FoundationConfig;

/// The subnets without which no other stack can be deployed. The others may be left out.
pub const REQUIRED: [&str; 6] =
    ["aks-system", "aks-ingestion", "aks-query", "aks-projection", "private-link", "gateway"];

/// Names every subnet that is missing, outside of the address space, or over another.
///
/// # Errors
/// All of these, separated by semicolons.
pub fn check(config: &FoundationConfig) -> Result<(), String> {
    let FoundationConfig { address_space, subnets, .. } = config;
    let mut problems = Vec::new();
    for name in REQUIRED.iter().filter(|name| !subnets.contains_key(**name)) {
        problems.push(format!("the subnet `{name}` is missing: other stacks are deployed into it"));
    }
    for (index, (name, subnet)) in subnets.iter().enumerate() {
        if !address_space.contains(subnet.range) {
            problems.push(format!(
                "the subnet `{name}` ({}) lies outside of the address space {address_space}",
                subnet.range
            ));
        }
        for (other_name, other) in subnets.iter().take(index).filter(|(_, o)| o.range.overlaps(subnet.range))
        {
            problems.push(format!(
                "the subnets `{other_name}` ({}) and `{name}` ({}) overlap",
                other.range, subnet.range
            ));
        }
    }
    for peer in config.peered_networks.iter().filter(|peer| peer.overlaps(*address_space)) {
        problems.push(format!(
            "the peered network {peer} overlaps the address space {address_space}: no address can be in both"
        ));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
}
