//! The stacks of platforms, deployed to the simulator through the engine on top of the foundation.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod data;
mod exported_templates;
mod foundation;
mod governance;
mod instances;
mod messaging;
mod observability;
mod recovery;
mod stand_ins;
mod whole;
mod world;
