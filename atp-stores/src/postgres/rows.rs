//! A row for each resource: how the body of a snapshot is taken apart and put together again, and which rows differ.
//!
//! The body has one resource a line, so this needs to know nothing of what the lines say but the URN, for people who look
//! at the rows. A body of another form is kept whole, as its head.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// What stands before the first resource.
const OPENS: &[u8] = b"\"resources\":[\n";
/// What stands after the last one.
const CLOSES: [&[u8]; 2] = [b"]}", b"],\"pending\":["];
const BETWEEN: &[u8] = b",\n";

/// A body, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub struct Parts<'b> {
    /// All before the resources.
    pub head: &'b [u8],
    /// The resources, in order.
    pub lines: Vec<&'b [u8]>,
    /// All after them.
    pub tail: &'b [u8],
}

/// Takes a body apart.
pub fn split(body: &[u8]) -> Parts<'_> {
    split_resources(body).unwrap_or(Parts { head: body, lines: Vec::new(), tail: b"" })
}

fn split_resources(body: &[u8]) -> Option<Parts<'_>> {
    let begins = body.iter().position(|byte| *byte == b'\n')? + 1;
    let (head, mut rest) = body.split_at(begins);
    if !head.ends_with(OPENS) {
        return None;
    }
    let mut lines = Vec::new();
    loop {
        let ends = rest.iter().position(|byte| *byte == b'\n')?;
        let text = &rest[..ends];
        if let Some(line) = text.strip_suffix(b",") {
            lines.push(line);
            rest = &rest[ends + 1..];
            continue;
        }
        let line = CLOSES.iter().find_map(|close| text.strip_suffix(*close))?;
        lines.push(line);
        return Some(Parts { head, lines, tail: &rest[line.len()..] });
    }
}

/// Puts a body together.
pub fn join(head: &[u8], lines: &[Vec<u8>], tail: &[u8]) -> Vec<u8> {
    let length = head.len() + tail.len() + lines.iter().map(|line| line.len() + BETWEEN.len()).sum::<usize>();
    let mut body = Vec::with_capacity(length);
    body.extend_from_slice(head);
    for (index, line) in lines.iter().enumerate() {
        body.extend_from_slice(if index == 0 { b"" } else { BETWEEN });
        body.extend_from_slice(line);
    }
    body.extend_from_slice(tail);
    body
}

/// The URN in a line, as it is written there; nothing when it has none.
pub fn urn(line: &[u8]) -> Cow<'_, str> {
    #[derive(Deserialize)]
    struct Named<'l> {
        #[serde(borrow)]
        urn: Cow<'l, str>,
    }
    serde_json::from_slice(line).map_or(Cow::Borrowed(""), |named: Named<'_>| named.urn)
}

/// A row that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Orders the rows; there may be gaps.
    pub position: i64,
    /// The URN.
    pub urn: String,
    /// SHA-256 of the line.
    pub digest: Vec<u8>,
}

/// A row to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'b> {
    /// Where.
    pub position: i64,
    /// The URN.
    pub urn: Cow<'b, str>,
    /// The line.
    pub line: &'b [u8],
}

/// What makes the rows that are there into those of a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Changes<'b> {
    /// New rows, and rows with another line.
    pub written: Vec<Row<'b>>,
    /// Positions of rows that go.
    pub dropped: Vec<i64>,
}

/// Compares the rows that are there, in order, with the lines of a body. A resource keeps its position as long as the order
/// allows it; what comes between two resources takes a gap, or moves those behind it by one.
pub fn changes<'b>(kept: &[Kept], lines: &[&'b [u8]]) -> Changes<'b> {
    let mut positions: HashMap<&str, VecDeque<i64>> = HashMap::new();
    let mut rest: BTreeMap<i64, &Kept> = BTreeMap::new();
    for row in kept {
        positions.entry(&row.urn).or_default().push_back(row.position);
        rest.insert(row.position, row);
    }
    let mut written = Vec::new();
    let mut last = 0;
    for line in lines {
        let urn = urn(line);
        let before = positions.get_mut(&*urn).and_then(VecDeque::pop_front);
        last = before.filter(|before| *before > last).unwrap_or(last + 1);
        let same = |row: &Kept| row.urn == urn && row.digest[..] == Sha256::digest(line)[..];
        if !rest.remove(&last).is_some_and(same) {
            written.push(Row { position: last, urn, line });
        }
    }
    Changes { written, dropped: rest.into_keys().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(name: &str, version: u8) -> Vec<u8> {
        format!("{{\"urn\":\"{name}\",\"inputs\":{{\"v\":{version}}}}}").into_bytes()
    }

    fn body(lines: &[Vec<u8>], pending: bool) -> Vec<u8> {
        let text: Vec<&str> = lines.iter().map(|line| std::str::from_utf8(line).unwrap()).collect();
        let (open, close) = if text.is_empty() { ("", "") } else { ("\n", "") };
        let pending = if pending { ",\"pending\":[\n{\"step\":1},\n{\"step\":2}]" } else { "" };
        format!(
            "{{\"stack\":\"a/b/c\",\"outputs\":{{}},\"resources\":[{open}{}{close}]{pending}}}\n",
            text.join(",\n")
        )
        .into_bytes()
    }

    /// What is in the table after the changes.
    fn applied(kept: &[(i64, Vec<u8>)], changes: &Changes<'_>) -> Vec<(i64, Vec<u8>)> {
        let mut table: BTreeMap<i64, Vec<u8>> = kept.iter().cloned().collect();
        changes.dropped.iter().for_each(|position| drop(table.remove(position)));
        table.extend(changes.written.iter().map(|row| (row.position, row.line.to_vec())));
        table.into_iter().collect()
    }

    fn kept(table: &[(i64, Vec<u8>)]) -> Vec<Kept> {
        let row = |(position, line): &(i64, Vec<u8>)| Kept {
            position: *position,
            urn: urn(line).into_owned(),
            digest: Sha256::digest(line).to_vec(),
        };
        table.iter().map(row).collect()
    }

    fn numbered(lines: &[Vec<u8>]) -> Vec<(i64, Vec<u8>)> {
        (1..).zip(lines.iter().cloned()).collect()
    }

    fn slices(lines: &[Vec<u8>]) -> Vec<&[u8]> {
        lines.iter().map(Vec::as_slice).collect()
    }

    #[test]
    fn a_body_is_taken_apart_at_its_resources() {
        let lines = [line("a", 1), line("b", 1)];
        let text = body(&lines, true);
        let parts = split(&text);
        assert_eq!(parts.lines, slices(&lines));
        assert!(parts.head.ends_with(b"\"resources\":[\n") && parts.tail.starts_with(b"],\"pending\":[\n"));
        for other in [&b"{}\n"[..], b"", b"\n", b"{\"resources\":[\n{\"urn\":\"a\"}", &body(&[], true)] {
            assert_eq!(split(other), Parts { head: other, lines: vec![], tail: b"" });
        }
    }

    #[test]
    fn only_what_differs_is_written() {
        let before = numbered(&[line("a", 1), line("b", 1), line("c", 1)]);
        let one = [line("a", 1), line("b", 2), line("c", 1)];
        let found = changes(&kept(&before), &slices(&one)).written;
        assert_eq!(found.iter().map(|row| (row.position, &*row.urn)).collect::<Vec<_>>(), [(2, "b")]);
        let gone = [line("b", 1), line("c", 1), line("d", 1)];
        let found = changes(&kept(&before), &slices(&gone));
        assert_eq!((found.written.len(), found.written[0].position, &found.dropped[..]), (1, 4, &[1][..]));
    }

    #[test]
    fn a_resource_takes_a_gap_without_moving_the_others() {
        let before = vec![(1, line("a", 1)), (3, line("c", 1))];
        let found =
            changes(&kept(&before), &slices(&[line("a", 1), line("b", 1), line("c", 1)])).written.len();
        assert_eq!(found, 1);
    }

    proptest! {
        #[test]
        fn a_body_is_put_together_as_it_was(names in prop::collection::vec("[a-z\\PC]{0,6}", 0..8), pending: bool) {
            let lines: Vec<_> = names
                .iter()
                .map(|name| serde_json::to_vec(&serde_json::json!({ "urn": name })).unwrap())
                .collect();
            let body = body(&lines, pending);
            let Parts { head, lines: found, tail } = split(&body);
            prop_assert_eq!(found.len(), lines.len());
            let owned: Vec<Vec<u8>> = found.iter().map(|line| line.to_vec()).collect();
            prop_assert_eq!(join(head, &owned, tail), body);
        }

        #[test]
        fn any_bytes_are_put_together_as_they_were(bytes in prop::collection::vec(prop::sample::select(b"{}[],\n\"a".to_vec()), 0..40)) {
            let body = [&b"{\"resources\":[\n"[..], &bytes].concat();
            let Parts { head, lines, tail } = split(&body);
            let owned: Vec<Vec<u8>> = lines.iter().map(|line| line.to_vec()).collect();
            prop_assert_eq!(join(head, &owned, tail), body);
        }

        #[test]
        fn the_changes_give_the_lines_in_their_order(
            before in prop::collection::vec(("[a-e]", 0u8..3, 1i64..4), 0..8),
            after in prop::collection::vec(("[a-e]", 0u8..3), 0..8),
        ) {
            let mut position = 0;
            let before: Vec<_> = before
                .iter()
                .map(|(name, version, gap)| {
                    position += gap;
                    (position, line(name, *version))
                })
                .collect();
            let after: Vec<_> = after.iter().map(|(name, version)| line(name, *version)).collect();
            let slices = slices(&after);
            let table = applied(&before, &changes(&kept(&before), &slices));
            prop_assert_eq!(table.into_iter().map(|(_, line)| line).collect::<Vec<_>>(), after);
        }
    }
}
