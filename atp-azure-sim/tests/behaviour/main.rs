//! What the simulator does, one module for each idea.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod descriptors;
mod support;

mod children;
mod conditions;
mod errors;
mod faults;
mod history_commands;
mod lists;
mod locks;
mod managed;
mod operations;
mod pace;
mod persistence;
mod plans;
mod random;
mod replication;
mod resources;
mod roles;
mod soft_delete;
mod storage;
mod transport;
mod unknown;
mod validation;
mod vault;
mod vault_commands;
mod vault_signer;

#[cfg(feature = "server")]
mod binary;
#[cfg(feature = "server")]
mod server;
