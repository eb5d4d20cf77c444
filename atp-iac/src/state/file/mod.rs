//! How a snapshot, a journal and a saved plan are framed, so that any damage to them shows. Knows nothing of what they say.

pub mod framed;
pub mod journal;
pub mod snapshot;

use super::StateError;
use crate::secrets::{WrappedKey, WrappedKeys};
use serde::Deserialize;

/// The format of snapshots, journals and saved plans that is written, and the newest that is understood. Format 1 is
/// read: its header has one `key` where this one has `keys`, and its resources and intents may have `protect` and `retain`
/// of their own, beside no `lifecycle`.
pub const FORMAT: u64 = 2;

/// What every format of the future has, too.
#[derive(Deserialize)]
struct Kind {
    format: String,
    version: u64,
}

/// That a header is of the right kind, and not newer than this program.
fn check_kind(file: &str, header: &[u8], format: &str) -> Result<(), StateError> {
    match serde_json::from_slice::<Kind>(header) {
        Ok(kind) if kind.format != format => Err(corrupt(file, format!("it is not an {format}"))),
        Ok(kind) if kind.version > FORMAT => {
            Err(StateError::NewerFormat { file: file.to_owned(), found: kind.version, supported: FORMAT })
        }
        Ok(kind) if kind.version > 0 => Ok(()),
        Ok(kind) => Err(corrupt(file, format!("there is no format {}", kind.version))),
        Err(error) => Err(corrupt(file, format!("its header cannot be read ({error})"))),
    }
}

/// The wrappings of a key in a header: several, or the one that format 1 has. `None` when it has no key at all.
pub fn wrappings(
    file: &str,
    one: Option<WrappedKey>,
    several: Option<WrappedKeys>,
) -> Result<Option<WrappedKeys>, StateError> {
    match (one, several) {
        (Some(_), Some(_)) => Err(corrupt(file, "its header has keys of two formats")),
        (Some(one), None) => Ok(Some(one.into())),
        (None, Some(several)) if several.iter().next().is_none() => {
            Err(corrupt(file, "nobody can open the key in its header"))
        }
        (None, several) => Ok(several),
    }
}

fn corrupt(file: &str, what: impl Into<String>) -> StateError {
    StateError::Corrupt { file: file.to_owned(), what: what.into() }
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
