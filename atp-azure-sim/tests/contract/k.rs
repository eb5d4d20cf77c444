//! Providers, deployments, what-if, move.

pub mod deployments;
mod what_if;
