//! The foundation.

mod configuration;
mod environments;
mod hardening;

use super::declared::*;
use stacks::FOUNDATION;

fn prod_with(changes: &[(&str, &str)]) -> Declared {
    let config = changed(&FOUNDATION, "prod", "westeurope", changes);
    try_declare(&FOUNDATION, "prod", "westeurope", config).unwrap()
}

fn prod() -> Declared {
    declare(&FOUNDATION, "prod", "westeurope")
}
