//! A snapshot: one line of header, then the body.
//!
//! The last field of the header is a checksum of all that stands before it, and of the body.

use super::{FORMAT, check_kind, corrupt, hex};
use crate::secrets::WrappedKey;
use crate::state::{Content, StateError, Version};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const KIND: &str = "atp-iac state";
const SUM_BEFORE: &[u8] = b",\"checksum\":\"";
const SUM_AFTER: &[u8] = b"\"}";
const SUM_PREFIX: &str = "sha256:";
const SUM_LENGTH: usize = SUM_PREFIX.len() + 64;

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    version: u64,
    lineage: String,
    serial: u64,
    length: u64,
    key: WrappedKey,
}

/// The bytes of a snapshot.
pub fn encode(content: &Content) -> Result<(Vec<u8>, Version), serde_json::Error> {
    let Content { lineage, serial, key, body } = content;
    let header = Header {
        format: KIND.into(),
        version: FORMAT,
        lineage: lineage.clone(),
        serial: *serial,
        length: body.len() as u64,
        key: key.clone(),
    };
    let mut bytes = serde_json::to_vec(&header)?;
    bytes.reserve(body.len() + 128);
    bytes.pop();
    let checksum = checksum(&bytes, body);
    bytes.extend_from_slice(SUM_BEFORE);
    bytes.extend_from_slice(checksum.as_bytes());
    bytes.extend_from_slice(SUM_AFTER);
    bytes.push(b'\n');
    bytes.extend_from_slice(body);
    Ok((bytes, Version { lineage: lineage.clone(), serial: *serial, checksum }))
}

/// The version that a header claims; the body is not looked at.
pub fn peek(file: &str, bytes: &[u8]) -> Result<Version, StateError> {
    let (header, _) = split(file, bytes)?;
    let (Header { lineage, serial, .. }, _, checksum) = parse(file, header)?;
    Ok(Version { lineage, serial, checksum: checksum.to_owned() })
}

/// A snapshot from its bytes.
pub fn decode(file: &str, mut bytes: Vec<u8>) -> Result<(Version, Content), StateError> {
    let (header, body) = split(file, &bytes)?;
    let ends = bytes.len() - body.len();
    let (Header { lineage, serial, length, key, .. }, covered, claimed) = parse(file, header)?;
    if (body.len() as u64) < length {
        let expected = (ends as u64).saturating_add(length).to_string();
        return Err(StateError::Torn { file: file.to_owned(), expected, found: bytes.len() as u64 });
    }
    let found = checksum(covered, body);
    if found != claimed {
        return Err(corrupt(file, format!("its checksum is {found}, and its header says {claimed}")));
    }
    if body.len() as u64 != length {
        return Err(corrupt(file, format!("it has {} bytes after its header, not {length}", body.len())));
    }
    let body = bytes.split_off(ends);
    let version = Version { lineage: lineage.clone(), serial, checksum: found };
    Ok((version, Content { lineage, serial, key, body }))
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

/// The header, the bytes of it that the checksum covers, and the checksum.
fn parse<'h>(file: &str, header: &'h [u8]) -> Result<(Header, &'h [u8], &'h str), StateError> {
    check_kind(file, header, KIND)?;
    let no_checksum = || corrupt(file, "its header has no checksum");
    let sum_and_before = header.strip_suffix(SUM_AFTER).ok_or_else(no_checksum)?;
    let at = sum_and_before.len().checked_sub(SUM_LENGTH).ok_or_else(no_checksum)?;
    let (before, sum) = sum_and_before.split_at(at);
    let covered = before.strip_suffix(SUM_BEFORE).ok_or_else(no_checksum)?;
    let sum = std::str::from_utf8(sum).map_err(|_| no_checksum())?;
    let parsed = serde_json::from_slice(header);
    Ok((parsed.map_err(|error| corrupt(file, error.to_string()))?, covered, sum))
}

fn checksum(header: &[u8], body: &[u8]) -> String {
    let digest = Sha256::new().chain_update(header).chain_update(b"\n").chain_update(body).finalize();
    [SUM_PREFIX, &hex(&digest)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> Content {
        Content {
            lineage: "0f8b".into(),
            serial: 3,
            key: WrappedKey { provider: "none".into(), data: "AAAA".into() },
            body: b"{\"stack\":\"a/b/c\",\n\"resources\":[]}\n".to_vec(),
        }
    }

    #[test]
    fn a_snapshot_reads_back_and_tells_its_version_from_its_header() {
        let (bytes, version) = encode(&content()).unwrap();
        assert_eq!(peek("f", &bytes).unwrap(), version);
        assert_eq!(decode("f", bytes).unwrap(), (version, content()));
    }

    #[test]
    fn a_snapshot_cut_at_any_length_is_empty_or_torn() {
        let (bytes, _) = encode(&content()).unwrap();
        for length in 0..bytes.len() {
            match decode("f", bytes[..length].to_vec()) {
                Err(StateError::Empty { .. }) if length == 0 => {}
                Err(StateError::Torn { .. }) if length > 0 => {}
                other => panic!("{length}: {other:?}"),
            }
        }
    }

    #[test]
    fn any_flipped_bit_of_a_snapshot_is_found() {
        let (bytes, _) = encode(&content()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            match decode("f", damaged) {
                Err(
                    StateError::Corrupt { .. } | StateError::Torn { .. } | StateError::NewerFormat { .. },
                ) => {}
                other => panic!("bit {bit}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_is_added_to_a_snapshot_is_found() {
        let (mut bytes, _) = encode(&content()).unwrap();
        bytes.push(b'\n');
        assert!(matches!(decode("f", bytes), Err(StateError::Corrupt { .. })));
    }

    #[test]
    fn a_newer_format_is_refused_by_its_version_whatever_else_it_has() {
        let newer =
            b"{\"format\":\"atp-iac state\",\"version\":2,\"layout\":\"unheard of\"}\nbinary".to_vec();
        match decode("f", newer) {
            Err(StateError::NewerFormat { found: 2, supported: 1, .. }) => {}
            other => panic!("{other:?}"),
        }
        let other = b"{\"format\":\"terraform\",\"version\":4}\n".to_vec();
        assert!(matches!(decode("f", other), Err(StateError::Corrupt { .. })));
    }
}
