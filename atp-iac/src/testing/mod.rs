//! For tests of programs, of the engine, of providers and of stores: a cloud in memory, and what any provider and any
//! store has to keep.

pub mod conformance;
mod declare;
mod engine;
mod memory_cloud;
pub mod stores;

pub use declare::{Declaration, Declarations, declare};
pub use engine::{KeyInClear, carry_out, engine, tester};
pub use memory_cloud::{Call, CallKind, MemoryCloud};
