//! Reading the cloud again.
