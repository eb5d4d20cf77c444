//! What the foundation declares, with the configuration of every environment as it is committed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod configuration;
mod declared;
mod environments;
mod hardening;
