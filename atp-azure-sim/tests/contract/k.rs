//! Providers, deployments, what-if, move.

mod deployments;
mod what_if;
