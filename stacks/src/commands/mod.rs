//! Commands that the binaries have beside those of the library.

mod documents;
mod export;

pub use documents::Documents;
pub use export::Export;
