//! For tests of programs, of the engine and of providers: a cloud in memory, and what any provider has to keep.

pub mod conformance;
mod declare;
mod memory_cloud;

pub use declare::{Declaration, Declarations, declare};
pub use memory_cloud::{Call, CallKind, MemoryCloud};
