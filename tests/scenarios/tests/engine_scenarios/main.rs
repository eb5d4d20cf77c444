//! The scenarios of the engine, each a test named by its number: `cargo xtask scenarios` says which are covered.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod aliases;
mod create_update_same;
mod deletes;
mod failed_replace;
mod hooks_and_plans;
mod import;
mod partial_failures;
mod pending;
mod providers;
mod reads;
mod refresh;
mod replace;
mod secrets;
mod targets;
mod unknowns;
