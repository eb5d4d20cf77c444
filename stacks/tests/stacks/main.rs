//! What the stacks declare, with the configuration of every environment as it is committed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod aks;
mod application;
mod compliance;
mod data;
mod declared;
mod edge;
mod foundation;
mod governance;
mod messaging;
mod observability;
mod world;
