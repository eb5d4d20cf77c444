//! What is only read.
