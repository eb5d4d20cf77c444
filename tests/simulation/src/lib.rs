//! The engine, a store and a simulated cloud on virtual time, with everything that can go wrong; all of it from one seed.
//!
//! A run has rounds. In each, a random program of Azure resources becomes another one, and processes of the engine try to
//! bring the cloud to it while requests are refused, throttled, lost, answered late or with what was true before, while
//! operations fail after they were accepted, while the store does not write, writes a part, or writes and says that it did
//! not, while people press Ctrl-C once or twice, take the lock from each other, and change the cloud by hand, and while
//! processes are killed at any request, any write and any instant. Then the weather becomes good.
//!
//! What must hold at every instant:
//! - the state can be read, its lineage never changes, and its serial never falls;
//! - what was reported as done is in it;
//! - whatever was made is known to the state or the journal: there are no orphans;
//! - only what the plan says is written and deleted, and nothing is deleted that something else still refers to;
//! - no byte of the store has a secret in it.
//!
//! And in good weather: one `up` ends well, the cloud is what a naive reading of the program says, the next plan is empty
//! with and without reading the cloud, nothing drifted, and `destroy` leaves nothing.
//!
//! ```text
//! cargo test -p simulation                             # the same 4,000 seeds, for a minute at most; prints how many
//! SIMULATION_SECONDS=3600 cargo test -p simulation     # new seeds, for as long as you like
//! SEED=42 cargo test -p simulation                     # one seed: a failure prints this command
//! ```
//!
//! The same seed gives the same run, request by request: there is one thread, time passes only when everybody waits, and
//! all chance is drawn from the seed. A failure prints what happened last, with virtual time.
//!
//! What the world is spared: the lock is not taken from a process whose late requests are then expected to do no harm; who
//! takes it cleans up afterwards. And what others do by hand is over before the next process looks.

mod checks;
mod dice;
mod kinds;
mod life;
mod local;
mod network;
mod others;
mod process;
mod program;
mod sequence;
mod stage;
mod store;
mod time;
mod trace;
mod weather;

pub use sequence::{Ran, run};
