//! Hooks and saved plans.
