//! Throttling and conflicts.
