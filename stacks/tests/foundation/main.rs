//! What the foundation declares, with the configuration of every environment as it is committed.

mod configuration;
mod declared;
mod environments;
mod hardening;
