//! Authentication and scopes.
