//! The stacks of platforms, deployed to the simulator through the engine on top of the foundation.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod data;
mod instances;
mod governance;
mod observability;
mod stand_ins;
mod whole;
mod world;
