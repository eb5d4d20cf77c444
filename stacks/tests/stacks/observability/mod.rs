//! The stack that observes the others.

mod alerts;
mod configuration;
mod dashboards;
mod hardening;

use super::declared::*;
use stacks::OBSERVABILITY;

fn all() -> Vec<Declared> {
    SITES.iter().map(|(environment, region)| declare(&OBSERVABILITY, environment, region)).collect()
}

fn prod() -> Declared {
    declare(&OBSERVABILITY, "prod", "westeurope")
}
