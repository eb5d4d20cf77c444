//! Blobs: those that are read and written daily, and those that nobody can change.

mod account;
mod containers;
mod hot;
mod lifecycle;
mod worm;

pub use account::Redundancy;
pub use hot::{HotStorage, HotStorageConfig, HotStorageOutputs};
pub use lifecycle::LifecycleConfig;
pub use worm::{WormStorage, WormStorageConfig, WormStorageOutputs};
