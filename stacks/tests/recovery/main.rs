//! `failover` and `failback`, with small programs, on the simulator and under virtual time.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod drill;
mod programs;
mod trouble;
mod world;
