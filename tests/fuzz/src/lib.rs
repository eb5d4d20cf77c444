//! What everything that reads bytes from outside does with bytes that nobody wrote: states, saved plans, configuration,
//! answers of Azure Resource Manager, URNs, ids and paths.
//!
//! Nothing may panic; damage is an error and never an empty state; and what can be read says the same when it is written
//! and read again.
//!
//! ```text
//! cargo test -p fuzz                                            # a few seconds of each, on stable
//! BOLERO_RANDOM_ITERATIONS=1000000 cargo test -p fuzz state     # longer
//! BOLERO_RANDOM_SEED=42 cargo test -p fuzz state                # again: a failure prints the seed
//! cargo install cargo-bolero
//! cargo +nightly bolero test -p fuzz --test fuzz state::bodies -T 10m   # guided by coverage, with libFuzzer
//! ```
//!
//! Bytes that are drawn at random seldom get past the first check. So most targets change valid documents: [`Edit`]s are
//! what is drawn.

use bolero::TypeGenerator;

/// Pieces that mean something to parsers.
const PIECES: [&str; 24] = [
    "null",
    "true",
    "[]",
    "{}",
    "[",
    "]",
    "{",
    "}",
    "\"\"",
    "\"",
    ":",
    ",",
    "-1",
    "0",
    "1e999",
    "18446744073709551616",
    "\\u0000",
    "\u{0}",
    "\n",
    "::",
    "..",
    "*",
    "&a",
    "é",
];

/// One change of a document. Positions count from the start, and go round at the end.
#[derive(Debug, Clone, TypeGenerator)]
pub enum Edit {
    /// Another byte.
    Set(u16, u8),
    /// Bytes go.
    Cut(u16, u8),
    /// A piece that means something to parsers comes in.
    Insert(u16, u8),
    /// Bytes come twice.
    Repeat(u16, u8),
    /// Bytes change places with those at another position.
    Swap(u16, u16, u8),
    /// Everything from here on goes.
    End(u16),
}

/// A document with changes.
pub fn edited(document: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut bytes = document.to_vec();
    for edit in edits {
        apply(&mut bytes, edit);
    }
    bytes
}

fn apply(bytes: &mut Vec<u8>, edit: &Edit) {
    let length = bytes.len();
    if length == 0 {
        return;
    }
    let at = |position: &u16| usize::from(*position) % length;
    let until = |from: usize, count: &u8| (from + usize::from(*count)).min(length);
    match edit {
        Edit::Set(position, byte) => bytes[at(position)] = *byte,
        Edit::Cut(position, count) => drop(bytes.drain(at(position)..until(at(position), count))),
        Edit::Insert(position, piece) => {
            let piece = PIECES[usize::from(*piece) % PIECES.len()];
            let position = at(position);
            bytes.splice(position..position, piece.bytes());
        }
        Edit::Repeat(position, count) => {
            let from = at(position);
            let again = bytes[from..until(from, count)].to_vec();
            bytes.splice(from..from, again);
        }
        Edit::Swap(position, other, count) => {
            let (from, to) = (at(position).min(at(other)), at(position).max(at(other)));
            let count = usize::from(*count).min(to - from).min(length - to);
            let (before, after) = bytes.split_at_mut(to);
            before[from..from + count].swap_with_slice(&mut after[..count]);
        }
        Edit::End(position) => bytes.truncate(at(position)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_change_what_they_say() {
        let edit = |edit: Edit| String::from_utf8(edited(b"abcdef", &[edit])).unwrap_or_default();
        assert_eq!(edit(Edit::Set(7, b'x')), "axcdef");
        assert_eq!(edit(Edit::Cut(4, 9)), "abcd");
        assert_eq!(edit(Edit::Insert(2, 0)), "abnullcdef");
        assert_eq!(edit(Edit::Repeat(1, 2)), "abcbcdef");
        assert_eq!(edit(Edit::Swap(4, 0, 2)), "efcdab");
        assert_eq!(edit(Edit::End(3)), "abc");
        assert_eq!(edited(b"", &[Edit::Set(0, 0)]), b"");
    }
}
