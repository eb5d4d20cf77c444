//! Deletes and locks.
