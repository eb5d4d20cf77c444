//! Failures half way.
