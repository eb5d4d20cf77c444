//! Providers, deployments, what-if, move.

pub mod deployments;
mod moves;
mod providers;
mod what_if;
