//! What the foundation declares, with the configuration of every environment as it is committed.

#![allow(clippy::unwrap_used, clippy::panic)]

mod configuration;
mod declared;
mod environments;
mod hardening;
