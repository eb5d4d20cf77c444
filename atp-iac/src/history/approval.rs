//! Who agreed to which plan: a document for each approver of each plan.
//!
//! An approval is of one file of a plan by its checksum, and so of who made the plan, of how, and of the lineage and serial of
//! the state that it was made from: of any other file, it says nothing. How far the name in it can be trusted is a question
//! of who can write the store; a signature proves that the holder of a key agreed.

use super::public_key::TrustedKey;
use super::record::{ApprovalNote, By};
use super::signing::{Signature, Signer};
use crate::StackName;
use crate::state::encoding::time as moment;
use crate::state::file::{FORMAT, framed, hex};
use crate::state::{Folder, StateError, StateStore};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;
use time::OffsetDateTime;

const KIND: &str = "atp-iac approval";

/// What is signed begins with this, so that no signature of anything else is one of an approval.
const SIGNED_AS: &[u8] = b"atp-iac approval\n";

/// That somebody agreed to a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Hash of what the plan does.
    pub plan: String,
    /// Checksum of its file.
    #[serde(default)]
    pub file: String,
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

/// What approvals a plan needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ApprovalRule {
    /// By how many people, besides who made it.
    pub needed: usize,
    /// How long each one counts; `None`: for as long as the plan can be carried out.
    pub valid_for: Option<Duration>,
}

/// Why an approval does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discounted {
    /// It was given to another file, or the file was changed since.
    OtherFile,
    /// Whoever made the plan gave it, or has the same key.
    Maker,
    /// Keys are trusted, and none of them signed the plan, so that anybody could have made it.
    UnknownMaker,
    /// Keys are trusted, and no key signed it.
    Unsigned,
    /// A key signed it that is not trusted.
    Untrusted,
    /// The same key signed another one.
    SameKey,
    /// The same person gave another one.
    SamePerson,
    /// It was given too long ago.
    Expired,
}

impl fmt::Display for Discounted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Discounted::OtherFile => "it was given to another file, or the file was changed since",
            Discounted::Maker => "whoever made the plan gave it, or has the same key",
            Discounted::UnknownMaker => {
                "no key that is trusted signed the plan, so that anybody could have made it"
            }
            Discounted::Unsigned => "it is not signed",
            Discounted::Untrusted => "the key that signed it is not trusted",
            Discounted::SameKey => "its key signed another one",
            Discounted::SamePerson => "the same person gave another one",
            Discounted::Expired => "it has expired",
        })
    }
}

/// An approval, and whether it counts.
#[derive(Debug, Clone)]
pub struct JudgedApproval {
    /// The approval.
    pub kept: KeptApproval,
    /// Why it does not count; `None` when it does.
    pub discounted: Option<Discounted>,
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

/// Keeps an approval. Whether it is new: the same person may have agreed to this plan in the same second.
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
    // Who agreed once may have to again, when that has expired.
    let Approval { plan, by, at, .. } = approval;
    let name = format!("{plan}-{}-{}.json", short_hash(&by.who), at.unix_timestamp());
    Ok(store.put_document(stack, Folder::Approvals, &name, bytes).await?)
}

/// The approvals of a plan, by the name of who agreed, the newest of each first.
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
    let order = |one: &KeptApproval| (one.approval.by.who.clone(), Reverse(one.approval.at));
    kept.sort_by_key(order);
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

/// The plan that approvals are looked at for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    /// Checksum of its file.
    pub file: &'a str,
    /// Lineage and serial of the state that it was made from.
    pub base: (&'a str, u64),
    /// Who made it, and whose key signed it then.
    pub maker: (&'a str, Option<&'a TrustedKey>),
}

/// Which approvals count: those of this file, by different people, none of whom made the plan, that have not expired. Where
/// keys are trusted, only what is signed by different ones of them, none of which signed the plan; and one of them has to.
pub(crate) fn judge(
    kept: Vec<KeptApproval>,
    subject: Subject<'_>,
    trust: &[TrustedKey],
    (rule, now): (ApprovalRule, OffsetDateTime),
) -> Vec<JudgedApproval> {
    let (mut people, mut keys) = (BTreeSet::new(), BTreeSet::new());
    let mut why_not = |one: &KeptApproval| {
        let Approval { lineage, serial, by, at, file, .. } = &one.approval;
        let key = match &one.signed_by {
            _ if trust.is_empty() => None,
            None => return Some(Discounted::Unsigned),
            Some(key) if !trust.contains(key) => return Some(Discounted::Untrusted),
            Some(key) => Some(key.to_string()),
        };
        let (maker, maker_key) = subject.maker;
        let is_unknown = !trust.is_empty() && maker_key.is_none_or(|key| !trust.contains(key));
        let is_maker = by.who == maker || (key.is_some() && one.signed_by.as_ref() == maker_key);
        let is_old = |valid_for: Duration| now - *at > valid_for;
        match () {
            () if file != subject.file || (lineage.as_str(), *serial) != subject.base => {
                Some(Discounted::OtherFile)
            }
            () if is_unknown => Some(Discounted::UnknownMaker),
            () if is_maker => Some(Discounted::Maker),
            () if rule.valid_for.is_some_and(is_old) => Some(Discounted::Expired),
            () if people.contains(&by.who) => Some(Discounted::SamePerson),
            () if key.is_some_and(|key| !keys.insert(key)) => Some(Discounted::SameKey),
            () => {
                people.insert(by.who.clone());
                None
            }
        }
    };
    let judged = |kept: KeptApproval| JudgedApproval { discounted: why_not(&kept), kept };
    kept.into_iter().map(judged).collect()
}

/// Enough of a hash to tell people apart, for a name of a document.
fn short_hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes())).chars().take(16).collect()
}
