//! A snapshot: one line of header, then the body.

use super::framed::{self, Framed};
use super::{corrupt, wrappings};
use crate::secrets::{WrappedKey, WrappedKeys};
use crate::state::{Content, StateError, Version};
use serde::{Deserialize, Serialize};

const KIND: &str = "atp-iac state";

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    version: u64,
    lineage: String,
    serial: u64,
    length: u64,
    /// Of format 1.
    #[serde(default, skip_serializing)]
    key: Option<WrappedKey>,
    keys: Option<WrappedKeys>,
}

/// The bytes of a snapshot.
pub fn encode(content: &Content) -> Result<(Vec<u8>, Version), serde_json::Error> {
    let Content { lineage, serial, keys, body } = content;
    let header = Header {
        format: KIND.into(),
        version: super::FORMAT,
        lineage: lineage.clone(),
        serial: *serial,
        length: body.len() as u64,
        key: None,
        keys: Some(keys.clone()),
    };
    let (bytes, checksum) = framed::encode(&header, body)?;
    Ok((bytes, Version { lineage: lineage.clone(), serial: *serial, checksum }))
}

/// The version that a header claims; the body is not looked at.
pub fn peek(file: &str, bytes: &[u8]) -> Result<Version, StateError> {
    let Framed { header: Header { lineage, serial, .. }, checksum, .. } = framed::peek(file, KIND, bytes)?;
    Ok(Version { lineage, serial, checksum })
}

/// A snapshot from its bytes.
pub fn decode(file: &str, mut bytes: Vec<u8>) -> Result<(Version, Content), StateError> {
    let Framed { header, checksum, ends } = framed::decode(file, KIND, &bytes)?;
    let Header { lineage, serial, key, keys, .. } = header;
    let keys = wrappings(file, key, keys)?.ok_or_else(|| corrupt(file, "its header has no key"))?;
    let body = bytes.split_off(ends);
    let version = Version { lineage: lineage.clone(), serial, checksum };
    Ok((version, Content { lineage, serial, keys, body }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> Content {
        Content {
            lineage: "0f8b".into(),
            serial: 3,
            keys: WrappedKey { provider: "none".into(), data: "AAAA".into() }.into(),
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
            b"{\"format\":\"atp-iac state\",\"version\":3,\"layout\":\"unheard of\"}\nbinary".to_vec();
        match decode("f", newer) {
            Err(StateError::NewerFormat { found: 3, supported: 2, .. }) => {}
            other => panic!("{other:?}"),
        }
        let other = b"{\"format\":\"terraform\",\"version\":4}\n".to_vec();
        assert!(matches!(decode("f", other), Err(StateError::Corrupt { .. })));
    }
}
