//! Other names for what is there.
