//! Databases and storage.

mod configuration;
mod environments;
mod hardening;

use super::declared::*;
use stacks::DATA;

fn prod() -> Declared {
    declare(&DATA, "prod", "westeurope")
}
