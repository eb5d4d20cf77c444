//! Targets and exclusions.
