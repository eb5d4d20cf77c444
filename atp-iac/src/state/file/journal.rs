//! A journal: lines of `<checksum> <length> <text>`. The first one says to which snapshot it belongs; each other one is
//! a batch that was written and made durable at once.
//!
//! A checksum covers the one before it, so no line can be dropped, added or moved. A batch that was being written when
//! the power failed was never acknowledged: it may end early, or have a run of zeros where a page was not written.
//! Anything else that is wrong with it is damage.

use super::{FORMAT, check_kind, corrupt, hex};
use crate::state::{StateError, Version};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const KIND: &str = "atp-iac journal";

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    version: u64,
    lineage: String,
    serial: u64,
    checksum: String,
}

/// Makes the lines of one journal, in order.
#[derive(Debug, Clone)]
pub struct Framer {
    chain: [u8; 32],
}

impl Framer {
    /// The first line of a journal.
    pub fn begin(base: &Version) -> Result<(Framer, Vec<u8>), serde_json::Error> {
        let Version { lineage, serial, checksum } = base.clone();
        let header = Header { format: KIND.into(), version: FORMAT, lineage, serial, checksum };
        let mut framer = Framer { chain: [0; 32] };
        let line = framer.frame(&serde_json::to_vec(&header)?);
        Ok((framer, line))
    }

    /// The next line; its text must not have a line break.
    pub fn frame(&mut self, text: &[u8]) -> Vec<u8> {
        debug_assert!(!text.contains(&b'\n'));
        self.chain = next(&self.chain, text);
        let mut line = format!("{} {} ", sum(&self.chain), text.len()).into_bytes();
        line.extend_from_slice(text);
        line.push(b'\n');
        line
    }
}

/// The snapshot that a journal belongs to, and its batches. A batch at the end that is not whole is left out.
pub fn decode(file: &str, bytes: &[u8]) -> Result<(Version, Vec<Vec<u8>>), StateError> {
    if bytes.is_empty() {
        return Err(StateError::Empty { file: file.to_owned() });
    }
    let mut chain = [0; 32];
    let Some((header, mut rest)) = line(file, bytes, &mut chain)? else {
        return Err(StateError::Torn {
            file: file.to_owned(),
            expected: "at least a header".into(),
            found: bytes.len() as u64,
        });
    };
    check_kind(file, header, KIND)?;
    let header: Header = serde_json::from_slice(header).map_err(|error| corrupt(file, error.to_string()))?;
    let mut batches = Vec::new();
    while let Some((text, after)) = line(file, rest, &mut chain)? {
        batches.push(text.to_vec());
        rest = after;
    }
    let Header { lineage, serial, checksum, .. } = header;
    Ok((Version { lineage, serial, checksum }, batches))
}

/// The same as far as it can be read: up to the first damage, which is told.
pub fn salvage(file: &str, bytes: &[u8]) -> (Option<Version>, Vec<Vec<u8>>, Option<StateError>) {
    let damage = match decode(file, bytes) {
        Ok((version, batches)) => return (Some(version), batches, None),
        Err(damage) => damage,
    };
    // Each beginning that ends with a line is a journal, if that line is good.
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    let good = ends.map_while(|end| decode(file, &bytes[..end]).ok()).last();
    match good {
        Some((version, batches)) => (Some(version), batches, Some(damage)),
        None => (None, Vec::new(), Some(damage)),
    }
}

/// The text of a line, and what follows the line.
type Line<'b> = (&'b [u8], &'b [u8]);

/// The first line; `None` at the end, or when the last line is not whole.
fn line<'b>(file: &str, bytes: &'b [u8], chain: &mut [u8; 32]) -> Result<Option<Line<'b>>, StateError> {
    let (line, rest, ended) = match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&bytes[..end], &bytes[end + 1..], true),
        None => (bytes, &bytes[bytes.len()..], false),
    };
    let split = split(line);
    if let Some((claimed, length, text)) = split
        && text.len() == length
    {
        let found = next(chain, text);
        if claimed == sum(&found).as_bytes() {
            *chain = found;
            return Ok(Some((text, rest)));
        }
    }
    let last = rest.is_empty();
    let early = !ended && split.is_none_or(|(_, length, text)| text.len() < length) && starts_well(line);
    let unwritten = line.windows(2).any(|pair| pair == [0, 0]);
    if last && (early || unwritten) {
        return Ok(None);
    }
    Err(corrupt(file, "a line of it is not what was written"))
}

fn split(line: &[u8]) -> Option<(&[u8], usize, &[u8])> {
    let (claimed, rest) = line.split_at_checked(SUM)?;
    let rest = rest.strip_prefix(b" ")?;
    let space = rest.iter().position(|byte| *byte == b' ')?;
    let digits = &rest[..space];
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let length = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((claimed, length, &rest[space + 1..]))
}

/// Whether these can be the first bytes of a line.
fn starts_well(line: &[u8]) -> bool {
    let (claimed, rest) = line.split_at(line.len().min(SUM));
    let digits = |byte: &u8| byte.is_ascii_digit();
    let hexadecimal = claimed.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    hexadecimal
        && rest.strip_prefix(b" ").is_none_or(|rest| {
            let end = rest.iter().position(|byte| !digits(byte)).unwrap_or(rest.len());
            rest[end..].first().is_none_or(|byte| *byte == b' ' && end > 0)
        })
        && rest.first().is_none_or(|byte| *byte == b' ')
}

/// How many hexadecimal digits of a checksum are written.
const SUM: usize = 16;

fn sum(chain: &[u8; 32]) -> String {
    hex(&chain[..SUM / 2])
}

fn next(chain: &[u8; 32], text: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(chain).chain_update(text).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Version {
        Version { lineage: "0f8b".into(), serial: 3, checksum: "sha256:00".into() }
    }

    fn journal(batches: &[&str]) -> Vec<u8> {
        let (mut framer, mut bytes) = Framer::begin(&base()).unwrap();
        for batch in batches {
            bytes.extend(framer.frame(batch.as_bytes()));
        }
        bytes
    }

    const BATCHES: [&str; 3] = [r#"[{"a":"one"}]"#, "[2]", r#"[{"c": 3},4]"#];

    #[test]
    fn a_journal_reads_back_with_the_snapshot_that_it_belongs_to() {
        let (version, batches) = decode("f", &journal(&BATCHES)).unwrap();
        assert_eq!((version, batches), (base(), BATCHES.map(|batch| batch.as_bytes().to_vec()).to_vec()));
    }

    #[test]
    fn a_journal_cut_at_any_length_keeps_every_whole_batch() {
        let bytes = journal(&BATCHES);
        let ends: Vec<usize> = (0..=3).map(|count| journal(&BATCHES[..count]).len()).collect();
        for length in 0..=bytes.len() {
            let decoded = decode("f", &bytes[..length]);
            // The line break itself may be missing: all of the text is there.
            let whole = ends.iter().filter(|end| length + 1 >= **end).count();
            match decoded {
                Err(StateError::Empty { .. }) if length == 0 => {}
                Err(StateError::Torn { .. }) if whole == 0 && length > 0 => {}
                Ok((_, batches)) if batches.len() + 1 == whole => {}
                other => panic!("{length}: {other:?}"),
            }
        }
    }

    #[test]
    fn any_flipped_bit_of_a_journal_is_found() {
        let bytes = journal(&BATCHES);
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let decoded = decode("f", &damaged);
            assert!(matches!(decoded, Err(StateError::Corrupt { .. })), "bit {bit}: {decoded:?}");
        }
    }

    #[test]
    fn a_page_that_was_not_written_loses_the_last_batch_only() {
        let bytes = journal(&BATCHES);
        let before = journal(&BATCHES[..2]).len();
        for from in before..bytes.len() - 2 {
            let mut torn = bytes.clone();
            torn[from..].fill(0);
            assert_eq!(decode("f", &torn).unwrap().1.len(), 2, "zeros from {from}");
            let mut torn = bytes.clone();
            torn[from..from + 2].fill(0);
            assert_eq!(decode("f", &torn).unwrap().1.len(), 2, "two zeros at {from}");
        }
        let mut damaged = bytes;
        damaged[before - 6..before - 2].fill(0);
        assert!(matches!(decode("f", &damaged), Err(StateError::Corrupt { .. })), "not the last one");
    }

    #[test]
    fn a_line_that_was_dropped_or_moved_or_doubled_is_found() {
        let bytes = journal(&BATCHES);
        let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        let [header, one, two, three] = lines[..] else { panic!() };
        for wrong in
            [vec![header, two, three], vec![header, one, three, two], vec![header, one, one, two, three]]
        {
            assert!(matches!(decode("f", &wrong.concat()), Err(StateError::Corrupt { .. })));
        }
    }
}
