//! Names and soft delete.
