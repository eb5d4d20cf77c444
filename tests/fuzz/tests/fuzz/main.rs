//! The targets. See the documentation of the crate.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod azure;
mod config;
mod names;
mod plan;
mod state;
mod world;
