//! The scenarios of the state, each a test named by its number: `cargo xtask scenarios` says which are covered.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod conditions;
mod ordering;
mod partial_failure;
mod plan_against_reality;
mod safety;
mod stores;
