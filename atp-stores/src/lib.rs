//! Stores of states beyond the folder of a project: object stores, which a team shares.
//!
//! Each is a feature: `azure`, `s3`, `gcs`. An [`ObjectStates`] is made of whatever `object_store` connects to.

mod objects;

pub use objects::{LEASE, ObjectStates};
