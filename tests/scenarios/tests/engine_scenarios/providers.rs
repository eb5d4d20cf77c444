//! Providers that change.
