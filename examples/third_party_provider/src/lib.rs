//! A provider in a crate of its own: the files of a folder as resources.
//!
//! It is an example of how anybody adds what the engine does not know. `README.md` beside it says in which order one
//! writes one.

mod file;
mod provider;

pub use file::{File, FileHandle};
pub use provider::FolderProvider;
