//! The crash matrix: a run is repeated once for each of its points, which are its writes to the disk and its calls to the
//! cloud, and ends there: before, in the middle of, or after it. Whatever was left, the state can be read, the next run
//! brings the cloud to what the program says, nothing is made twice, and nothing is lost.
//!
//! A failure names the case and where it ended.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cases;
mod matrix;
