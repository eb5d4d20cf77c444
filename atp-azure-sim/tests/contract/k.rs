//! Providers, deployments, what-if, move.
