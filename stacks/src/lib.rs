//! The infrastructure of the Audit Trail Platform.
