//! A record as a document: one line of header with a checksum over everything, then the record, then its signature.

use super::breaks::LockBreak;
use super::read::HistoryError;
use super::record::HistoryRecord;
use super::signing::{Signature, Signer};
use crate::StackName;
use crate::state::StateError;
use crate::state::file::{FORMAT, framed};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What is kept in numbered documents, each of which names the one before.
pub(super) trait Chained: Serialize + DeserializeOwned {
    /// What the header of a document says that it is.
    const KIND: &'static str;
    /// What is signed begins with this, so that no signature of anything else is one of such a document.
    const SIGNED_AS: &'static [u8];

    /// Its number.
    fn number(&self) -> u64;
    /// Whose it is.
    fn stack(&self) -> &str;
    /// Checksum of the one before.
    fn before(&self) -> Option<&str>;
    /// What errors call it.
    fn place(stack: &StackName, number: u64) -> String;
    /// That it is not what was written.
    fn damaged(stack: &StackName, number: u64, what: String) -> HistoryError;
}

impl Chained for HistoryRecord {
    const KIND: &'static str = "atp-iac record";
    const SIGNED_AS: &'static [u8] = b"atp-iac record\n";

    fn number(&self) -> u64 {
        self.number
    }

    fn stack(&self) -> &str {
        &self.stack
    }

    fn before(&self) -> Option<&str> {
        self.before.as_deref()
    }

    fn place(stack: &StackName, number: u64) -> String {
        format!("record {number} of the history of {stack}")
    }

    fn damaged(stack: &StackName, number: u64, what: String) -> HistoryError {
        HistoryError::Damaged { number, stack: stack.clone().into(), what }
    }
}

impl Chained for LockBreak {
    const KIND: &'static str = "atp-iac lock break";
    const SIGNED_AS: &'static [u8] = b"atp-iac lock break\n";

    fn number(&self) -> u64 {
        self.number
    }

    fn stack(&self) -> &str {
        &self.stack
    }

    fn before(&self) -> Option<&str> {
        self.before.as_deref()
    }

    fn place(stack: &StackName, number: u64) -> String {
        format!("note {number} of a broken lock of {stack}")
    }

    fn damaged(stack: &StackName, number: u64, what: String) -> HistoryError {
        StateError::Corrupt { file: Self::place(stack, number), what }.into()
    }
}

/// A record, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<R = HistoryRecord> {
    /// What it says.
    pub record: R,
    /// Its checksum, by which the next one names it.
    pub checksum: String,
    /// Its signature, if it has one.
    pub signature: Option<Signature>,
    /// What is signed.
    pub(super) signed: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    version: u64,
    length: u64,
}

/// The name of the document of a record.
pub(super) fn name(number: u64) -> String {
    format!("{number:010}.json")
}

/// The number that a document has by its name; `None` of one that is no record.
pub(super) fn number(name: &str) -> Option<u64> {
    let number = name.strip_suffix(".json").and_then(|digits| digits.parse().ok())?;
    (self::name(number) == name && number > 0).then_some(number)
}

/// The bytes of a record, and its checksum.
pub(super) async fn encode<R: Chained>(
    stack: &StackName,
    record: &R,
    signer: Option<&dyn Signer>,
) -> Result<(Vec<u8>, String), StateError> {
    let number = record.number();
    let unwritable = |source: std::io::Error| StateError::Write { file: R::place(stack, number), source };
    let mut body = serde_json::to_vec(record).map_err(|error| unwritable(error.into()))?;
    if let Some(signer) = signer {
        let signed = [R::SIGNED_AS, &body].concat();
        let signature =
            signer.sign(&signed).await.map_err(|error| unwritable(std::io::Error::other(error)))?;
        body.push(b'\n');
        body.extend(serde_json::to_vec(&signature).map_err(|error| unwritable(error.into()))?);
    }
    body.push(b'\n');
    let header = Header { format: R::KIND.into(), version: FORMAT, length: body.len() as u64 };
    framed::encode(&header, &body).map_err(|error| unwritable(error.into()))
}

/// A record from its bytes.
pub(super) fn decode<R: Chained>(
    stack: &StackName,
    number: u64,
    bytes: &[u8],
) -> Result<Entry<R>, HistoryError> {
    let bad = |what: String| R::damaged(stack, number, what);
    let place = R::place(stack, number);
    let framed = framed::decode::<Header>(&place, R::KIND, bytes).map_err(|error| match error {
        StateError::Corrupt { what, .. } => bad(what),
        StateError::Empty { .. } => bad("it is empty".to_owned()),
        StateError::Torn { expected, found, .. } => {
            bad(format!("it is cut off: {found} bytes are there of {expected}"))
        }
        other => HistoryError::State(other),
    })?;
    let body = bytes[framed.ends..].strip_suffix(b"\n").ok_or_else(|| bad("it has no end".to_owned()))?;
    let mut lines = body.splitn(2, |byte| *byte == b'\n');
    let line = lines.next().unwrap_or_default();
    let unreadable = |error: serde_json::Error| bad(format!("it cannot be read ({error})"));
    let record: R = serde_json::from_slice(line).map_err(unreadable)?;
    if record.number() != number {
        return Err(bad(format!("it says that it is record {}", record.number())));
    }
    if record.stack() != stack.to_string() {
        return Err(bad(format!("it is of the history of {}", record.stack())));
    }
    let signature = lines.next().map(serde_json::from_slice).transpose().map_err(unreadable)?;
    let signed = [R::SIGNED_AS, line].concat();
    Ok(Entry { record, checksum: framed.checksum, signature, signed })
}
