//! The foundation.

mod configuration;
mod environments;
mod hardening;

use super::declared::*;
use stacks::FOUNDATION;

fn prod() -> Declared {
    declare(&FOUNDATION, "prod", "westeurope")
}
