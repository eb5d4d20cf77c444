//! The foundation.

mod configuration;
mod environments;
mod hardening;

use super::declared::*;
use atp_iac::Value;
use stacks::FOUNDATION;

fn prod_with(changes: &[(&str, &str)]) -> Declared {
    let config = changed(&FOUNDATION, "prod", "westeurope", changes);
    try_declare(&FOUNDATION, "prod", "westeurope", config).unwrap()
}

/// The properties of a rule of a security group.
fn rule<'a>(group: &'a Resource, name: &str) -> &'a Value {
    let rules = group.find("properties/securityRules").unwrap().as_list().unwrap();
    let found = rules.iter().find(|rule| rule.get("name").and_then(Value::as_str) == Some(name));
    found.unwrap_or_else(|| panic!("no rule `{name}`")).get("properties").unwrap()
}

fn prod() -> Declared {
    declare(&FOUNDATION, "prod", "westeurope")
}
