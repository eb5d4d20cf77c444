//! Who agreed to which plan: a document for each approver of each plan.
//!
//! An approval is of one plan by its hash, and so of the lineage and serial of the state that the plan was made from: of
//! any other plan, it says nothing. How far the name in it can be trusted is a question of who can write the store; a
//! signature proves that the holder of a key agreed.

use super::record::{ApprovalNote, By};
use super::signing::{Signature, Signer, TrustedKey};
use crate::StackName;
use crate::state::encoding::time as moment;
use crate::state::file::{FORMAT, framed, hex};
use crate::state::{Folder, StateError, StateStore};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use time::OffsetDateTime;

const KIND: &str = "atp-iac approval";

/// What is signed begins with this, so that no signature of anything else is one of an approval.
const SIGNED_AS: &[u8] = b"atp-iac approval\n";

/// That somebody agreed to a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Hash of the plan.
    pub plan: String,
    /// The stack.
    pub stack: String,
    /// Lineage of the state that the plan was made from; empty when there was none.
    pub lineage: String,
    /// Serial of that state.
    pub serial: u64,
    /// Who agreed.
    pub by: By,
    /// When.
    #[serde(with = "moment")]
    pub at: OffsetDateTime,
    /// What they say to it.
    pub message: Option<String>,
}

/// An approval as it is kept.
#[derive(Debug, Clone)]
pub struct KeptApproval {
    /// What it says.
    pub approval: Approval,
    /// Checksum of the document.
    pub checksum: String,
    /// Whose signature it has, if it has one that fits.
    pub signed_by: Option<TrustedKey>,
}

impl KeptApproval {
    /// As the record of the update holds it.
    pub fn note(&self) -> ApprovalNote {
        let Approval { by, at, message, .. } = self.approval.clone();
        ApprovalNote { who: by.who, host: by.host, at, message, checksum: self.checksum.clone() }
    }
}

/// Why an approval cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalError {
    /// A document is not what was written.
    #[error("the approval `{name}` is damaged: {what}")]
    Damaged {
        /// Which document.
        name: String,
        /// What does not fit.
        what: String,
    },
    /// It cannot be signed.
    #[error("the approval cannot be signed: {0}")]
    Signature(String),
    /// The store.
    #[error(transparent)]
    State(#[from] StateError),
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    version: u64,
    length: u64,
}

/// Keeps an approval. Whether it is new: the same person may have agreed to this plan before.
///
/// # Errors
/// When it cannot be signed or written.
pub async fn approve(
    store: &dyn StateStore,
    stack: &StackName,
    approval: &Approval,
    signer: Option<&dyn Signer>,
) -> Result<bool, ApprovalError> {
    let unwritable = |source: serde_json::Error| StateError::Write {
        file: "the approval".to_owned(),
        source: source.into(),
    };
    let mut body = serde_json::to_vec(approval).map_err(unwritable)?;
    if let Some(signer) = signer {
        let signed = [SIGNED_AS, &body].concat();
        let signature = signer.sign(&signed).await.map_err(ApprovalError::Signature)?;
        body.push(b'\n');
        body.extend(serde_json::to_vec(&signature).map_err(unwritable)?);
    }
    body.push(b'\n');
    let header = Header { format: KIND.into(), version: FORMAT, length: body.len() as u64 };
    let (bytes, _) = framed::encode(&header, &body).map_err(unwritable)?;
    let name = format!("{}-{}.json", approval.plan, short_hash(&approval.by.who));
    Ok(store.put_document(stack, Folder::Approvals, &name, bytes).await?)
}

/// The approvals of a plan, by the name of who agreed.
///
/// # Errors
/// When they cannot be read, or one is damaged.
pub async fn approvals(
    store: &dyn StateStore,
    stack: &StackName,
    plan: &str,
) -> Result<Vec<KeptApproval>, ApprovalError> {
    let mut kept = Vec::new();
    for name in store.documents(stack, Folder::Approvals).await? {
        if !name.strip_prefix(plan).is_some_and(|rest| rest.starts_with('-')) {
            continue;
        }
        if let Some(bytes) = store.document(stack, Folder::Approvals, &name).await? {
            kept.push(decode(stack, plan, &name, &bytes)?);
        }
    }
    kept.sort_by(|one, other| one.approval.by.who.cmp(&other.approval.by.who));
    Ok(kept)
}

fn decode(stack: &StackName, plan: &str, name: &str, bytes: &[u8]) -> Result<KeptApproval, ApprovalError> {
    let bad = |what: String| ApprovalError::Damaged { name: name.to_owned(), what };
    let framed = framed::decode::<Header>(name, KIND, bytes).map_err(|error| match error {
        StateError::Corrupt { what, .. } => bad(what),
        error @ StateError::NewerFormat { .. } => ApprovalError::State(error),
        _ => bad("it is cut off".to_owned()),
    })?;
    let body = bytes[framed.ends..].strip_suffix(b"\n").ok_or_else(|| bad("it has no end".to_owned()))?;
    let mut lines = body.splitn(2, |byte| *byte == b'\n');
    let line = lines.next().unwrap_or_default();
    let unreadable = |error: serde_json::Error| bad(format!("it cannot be read ({error})"));
    let approval: Approval = serde_json::from_slice(line).map_err(unreadable)?;
    if approval.plan != plan || approval.stack != stack.to_string() {
        return Err(bad("it is of another plan".to_owned()));
    }
    let signature: Option<Signature> =
        lines.next().map(serde_json::from_slice).transpose().map_err(unreadable)?;
    if signature.as_ref().is_some_and(|signature| !signature.fits(&[SIGNED_AS, line].concat())) {
        return Err(bad("its signature does not fit".to_owned()));
    }
    let signed_by = signature.map(|signature| signature.key);
    Ok(KeptApproval { approval, checksum: framed.checksum, signed_by })
}

/// The approvals that count: by different people, none of whom made the plan, of the state that it was made from. Where keys
/// are trusted, only what is signed by different ones of them.
pub(crate) fn counting<'k>(
    kept: &'k [KeptApproval],
    (lineage, serial): (&str, u64),
    maker: &str,
    trust: &[TrustedKey],
) -> Vec<&'k KeptApproval> {
    let (mut people, mut keys) = (BTreeSet::new(), BTreeSet::new());
    let counts = |one: &&KeptApproval| {
        let Approval { lineage: of, serial: at, by, .. } = &one.approval;
        let trusted = trust.is_empty()
            || one.signed_by.is_some_and(|key| trust.contains(&key) && keys.insert(key.to_string()));
        by.who != maker && (of.as_str(), *at) == (lineage, serial) && trusted && people.insert(by.who.clone())
    };
    kept.iter().filter(counts).collect()
}

/// Enough of a hash to tell people apart, for a name of a document.
fn short_hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes())).chars().take(16).collect()
}
