//! For stores in other crates: the bytes of snapshots and journals, framed so that any damage shows, and how the holder
//! of a lock is written. What they say is nobody's business but the engine's.

pub use super::encoding::HolderForm;
pub use super::file::{FORMAT, framed, journal, snapshot};
