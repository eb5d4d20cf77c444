//! The infrastructure of the Audit Trail Platform.
//!
//! A stack is a folder: `foundation/` holds what it must know (`config.rs`), what it gives (`outputs.rs`) and what it
//! declares (`program.rs`). What several stacks share is in `components/` (groups of resources) and `helpers/`.
//!
//! Invariant: no program asks which environment it is in. What differs is a value in `config/`.

pub mod components;
pub mod foundation;
pub mod helpers;
mod run;

pub use run::main;

pub use foundation::{Foundation, FoundationConfig, FoundationOutputs};

use atp_iac::program::Program;

/// Layer 0 of every environment and region.
pub const FOUNDATION: Program = Program::of::<Foundation>();

/// All stacks, the lower layers first.
pub static PROGRAMS: &[Program] = &[FOUNDATION];
