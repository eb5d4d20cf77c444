//! Blobs: those that are read and written daily, and those that nobody can change.

mod account;
mod containers;
mod hot;
mod lifecycle;
mod replication;
mod worm;

pub use account::Redundancy;
pub use containers::Containers;
pub use hot::{HotStorage, HotStorageConfig, HotStorageOutputs};
pub use lifecycle::LifecycleConfig;
pub use replication::copy_blobs;
pub use worm::{WormStorage, WormStorageConfig, WormStorageOutputs};
