//! Names of tenants: they become parts of names of containers.

use super::DataConfig;
use std::collections::BTreeSet;

/// The longest name that fits beside `{project}-` and `-audit-logs` in the name of a container.
const LONGEST: usize = 40;

/// Names every tenant whose containers Azure would refuse, or that is there twice.
///
/// # Errors
/// All of these, separated by semicolons.
pub fn check(config: &DataConfig) -> Result<(), String> {
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    for tenant in &config.tenants {
        if !is_name(tenant) {
            problems.push(format!(
                "the tenant `{tenant}` cannot name a container: use 1 to {LONGEST} lower-case letters, digits and single \
                 hyphens between them"
            ));
        }
        if !seen.insert(tenant) {
            problems.push(format!("the tenant `{tenant}` is there twice"));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
}

fn is_name(tenant: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    tenant.len() <= LONGEST && tenant.split('-').all(is_part)
}
