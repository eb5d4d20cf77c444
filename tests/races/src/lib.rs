//! Races: many processes write one state at once, some of them are paused for longer than their lease and come back, some
//! are killed; then a judge compares what each of them was told with a register that only grows.
//!
//! A worker locks the stack, reads it, adds numbered records to its journal, folds the journal into a snapshot, and gives
//! the lock back or loses it. Before and after every call it writes a line into a log of its own, with the time. The state
//! is a list of records: nobody ever removes one, so what a reader may see and what must be there at the end follows from
//! the logs. The rules are in [`judge`].
//!
//! Where a store lets several share a stack, a sharer does the same with some keys of it, beside others ([`parts`]).

pub mod history;
pub mod judge;
pub mod parts;
pub mod race;
pub mod sharer;
pub mod stores;
pub mod worker;
