//! What is known of every deployed stack, kept so that a crash at any moment loses nothing.
//!
//! A state is a snapshot and a journal. Every operation writes an intent, calls the cloud, and writes the result; each
//! of the two is durable before the operation goes on. When the operation ends, the journal is folded into a new
//! snapshot. Nothing here calls the cloud.

mod backend;
mod backups;
mod claim;
pub(crate) mod encoding;
mod error;
pub(crate) mod file;
pub mod format;
mod holder;
mod lifecycle;
mod local;
mod memory;
mod mend;
mod parts;
mod place;
mod presence;
mod read;
mod record;
mod recovery;
mod restore;
mod session;
mod snapshot;
mod store;
#[cfg(test)]
mod tests;
mod verify;
mod view;
mod writer;

pub use backend::{Backend, BackendError, Opening};
pub(crate) use backups::keep_replaced;
pub use backups::{Retention, backup, backup_name, backup_serial, backups, keep_backup};
pub use claim::{Claim, LiveClaim, Survey, output_urn};
pub use error::StateError;
pub use holder::Holder;
pub use lifecycle::Lifecycle;
#[cfg(feature = "cli")]
pub(crate) use local::Disk;
pub use local::{Change, Fault, Faults, LocalStore, Watch};
pub use memory::{Counters, MemoryStore};
pub(crate) use mend::Mended;
pub use parts::{JournalPart, Parts};
pub(crate) use place::{Place, place};
pub use presence::{Presence, Sign};
pub(crate) use read::read_stored;
pub use read::{ReadState, read_state};
pub(crate) use read::{replay, unlock_secrets};
pub use record::{Action, Intent, Outcome, Record};
pub use recovery::{FolderRecovery, MemoryRecovery, RecoveryFiles};
pub(crate) use restore::restore;
pub use restore::{Incoming, Restored, back_up};
pub use session::{Closed, KeyChange, Recording, SessionPorts, StateSession};
pub use snapshot::{HistoryHead, LastUpdate, ResourceState, Snapshot};
pub use store::{Content, Folder, Lease, StateStore, Stored, Version, Wait, is_document_name};
pub use verify::{Diagnosis, Problem, diagnose};
pub use view::StateView;
