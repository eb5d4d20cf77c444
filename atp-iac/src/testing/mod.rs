//! For tests of programs and of the engine: a cloud in memory.

mod declare;
mod memory_cloud;

pub use declare::{Declaration, Declarations, declare};
pub use memory_cloud::{Call, CallKind, MemoryCloud};
