//! Calls that failed half way, and what goes on after a failure.
