//! The order of deletes, protection, and errors.
