//! Commands that the binaries have beside those of the library.

mod export;

pub use export::Export;
