//! One line of header, then a body: what snapshots and saved plans have in common.
//!
//! The last field of the header is a checksum of all that stands before it, and of the body. Every header has a `length`:
//! that of the body.

use super::{check_kind, corrupt, hex};
use crate::state::StateError;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const SUM_BEFORE: &[u8] = b",\"checksum\":\"";
const SUM_AFTER: &[u8] = b"\"}";
const SUM_PREFIX: &str = "sha256:";
const SUM_LENGTH: usize = SUM_PREFIX.len() + 64;

/// What every header says.
#[derive(Deserialize)]
struct Length {
    length: u64,
}

/// A file that was looked at.
pub struct Framed<H> {
    /// What stands in its first line.
    pub header: H,
    /// `sha256:` and the hash of its content.
    pub checksum: String,
    /// Where the body begins.
    pub ends: usize,
}

/// The bytes of a file, and their checksum.
pub fn encode(header: &impl Serialize, body: &[u8]) -> Result<(Vec<u8>, String), serde_json::Error> {
    let mut bytes = serde_json::to_vec(header)?;
    bytes.reserve(body.len() + 128);
    bytes.pop();
    let checksum = checksum(&bytes, body);
    bytes.extend_from_slice(SUM_BEFORE);
    bytes.extend_from_slice(checksum.as_bytes());
    bytes.extend_from_slice(SUM_AFTER);
    bytes.push(b'\n');
    bytes.extend_from_slice(body);
    Ok((bytes, checksum))
}

/// What a header claims; the body is not looked at.
pub fn peek<H: DeserializeOwned>(file: &str, kind: &str, bytes: &[u8]) -> Result<Framed<H>, StateError> {
    let (header, body) = split(file, bytes)?;
    let (_, checksum) = parse(file, kind, header)?;
    let parsed = serde_json::from_slice(header).map_err(|error| corrupt(file, error.to_string()))?;
    Ok(Framed { header: parsed, checksum: checksum.to_owned(), ends: bytes.len() - body.len() })
}

/// A whole file.
pub fn decode<H: DeserializeOwned>(file: &str, kind: &str, bytes: &[u8]) -> Result<Framed<H>, StateError> {
    let (header, body) = split(file, bytes)?;
    let (covered, claimed) = parse(file, kind, header)?;
    let Length { length } =
        serde_json::from_slice(header).map_err(|error| corrupt(file, error.to_string()))?;
    if (body.len() as u64) < length {
        let expected = ((bytes.len() - body.len()) as u64).saturating_add(length).to_string();
        return Err(StateError::Torn { file: file.to_owned(), expected, found: bytes.len() as u64 });
    }
    let found = checksum(covered, body);
    if found != claimed {
        return Err(corrupt(file, format!("its checksum is {found}, and its header says {claimed}")));
    }
    if body.len() as u64 != length {
        return Err(corrupt(file, format!("it has {} bytes after its header, not {length}", body.len())));
    }
    peek(file, kind, bytes)
}

fn split<'b>(file: &str, bytes: &'b [u8]) -> Result<(&'b [u8], &'b [u8]), StateError> {
    if bytes.is_empty() {
        return Err(StateError::Empty { file: file.to_owned() });
    }
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => Ok((&bytes[..end], &bytes[end + 1..])),
        None => Err(StateError::Torn {
            file: file.to_owned(),
            expected: "at least a header".into(),
            found: bytes.len() as u64,
        }),
    }
}

/// The bytes of a header that the checksum covers, and the checksum.
fn parse<'h>(file: &str, kind: &str, header: &'h [u8]) -> Result<(&'h [u8], &'h str), StateError> {
    check_kind(file, header, kind)?;
    let no_checksum = || corrupt(file, "its header has no checksum");
    let sum_and_before = header.strip_suffix(SUM_AFTER).ok_or_else(no_checksum)?;
    let at = sum_and_before.len().checked_sub(SUM_LENGTH).ok_or_else(no_checksum)?;
    let (before, sum) = sum_and_before.split_at(at);
    let covered = before.strip_suffix(SUM_BEFORE).ok_or_else(no_checksum)?;
    let sum = std::str::from_utf8(sum).map_err(|_| no_checksum())?;
    Ok((covered, sum))
}

fn checksum(header: &[u8], body: &[u8]) -> String {
    let digest = Sha256::new().chain_update(header).chain_update(b"\n").chain_update(body).finalize();
    [SUM_PREFIX, &hex(&digest)].concat()
}
