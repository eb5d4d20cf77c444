//! The macros of atp-iac.
