//! The file of a saved plan: one line of header, then the body, with a checksum over all of it.

use crate::StackName;
use crate::history::Signature;
use crate::secrets::{SecretError, WrappedKey, WrappedKeys};
use crate::state::StateError;
use crate::state::file::{FORMAT, framed, wrappings};
use serde::{Deserialize, Serialize};

const KIND: &str = "atp-iac plan";

/// Why a file cannot be read as a saved plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanFileError {
    /// A file without a byte in it.
    #[error("{file} has no content, and a saved plan always has some")]
    Empty {
        /// The file.
        file: String,
    },
    /// A file that was cut off.
    #[error("{file} is cut off: {found} bytes are there of {expected}")]
    Torn {
        /// The file.
        file: String,
        /// How long it should be, as far as that can be told.
        expected: String,
        /// How long it is.
        found: u64,
    },
    /// A file that is not what was written, or is no saved plan.
    #[error("{file} is damaged, or is no saved plan: {what}")]
    Corrupt {
        /// The file.
        file: String,
        /// What does not fit.
        what: String,
    },
    /// Written by a newer version of this program.
    #[error("{file} has format {found}, and this program reads up to format {supported}")]
    NewerFormat {
        /// The file.
        file: String,
        /// Its format.
        found: u64,
        /// The newest format that is understood.
        supported: u64,
    },
    /// Its secrets do not open.
    #[error("the secrets in {file} cannot be read: {error}")]
    Secret {
        /// The file.
        file: String,
        /// Why.
        error: SecretError,
    },
}

impl PlanFileError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            PlanFileError::NewerFormat { .. } => {
                "use the version of the program that made it, or a newer one"
            }
            PlanFileError::Secret { .. } => {
                "run it where the key of the stack is to be had, or make the plan again there"
            }
            _ => "make the plan again with `--out FILE`, and look at it",
        }
    }

    /// Files of states and of plans are framed alike; only the way out is another.
    pub(super) fn of(file: &str, error: StateError) -> Self {
        let file = file.to_owned();
        match error {
            StateError::Empty { .. } => PlanFileError::Empty { file },
            StateError::Torn { expected, found, .. } => PlanFileError::Torn { file, expected, found },
            StateError::NewerFormat { found, supported, .. } => {
                PlanFileError::NewerFormat { file, found, supported }
            }
            StateError::Secret { source, .. } => PlanFileError::Secret { file, error: source },
            StateError::Corrupt { what, .. } => PlanFileError::Corrupt { file, what },
            other => PlanFileError::Corrupt { file, what: other.to_string() },
        }
    }
}

/// What has to be known before the body can be read.
pub(super) struct Envelope {
    pub stack: StackName,
    /// The key to its secrets, and what it was wrapped with; `None` where there are none.
    pub keys: Option<(WrappedKeys, String)>,
    /// By whoever made it.
    pub signature: Option<Signature>,
}

/// What is signed of a plan. It begins otherwise than what is signed of records and approvals.
pub(super) fn signed(stack: &StackName, body: &[u8]) -> Vec<u8> {
    [format!("atp-iac plan\n{stack}\n").as_bytes(), body].concat()
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    version: u64,
    environment: String,
    region: String,
    stack: String,
    length: u64,
    /// Of format 1.
    #[serde(default, skip_serializing)]
    key: Option<WrappedKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<WrappedKeys>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signature: Option<Signature>,
}

pub(super) fn write(envelope: &Envelope, body: &[u8]) -> Result<Vec<u8>, StateError> {
    let StackName { environment, region, stack } = envelope.stack.clone();
    let (keys, context) = envelope.keys.clone().unzip();
    let length = body.len() as u64;
    let (format, version) = (KIND.into(), FORMAT);
    let signature = envelope.signature.clone();
    let header =
        Header { format, version, environment, region, stack, length, key: None, keys, context, signature };
    let unwritable =
        |error: serde_json::Error| StateError::Write { file: "the saved plan".into(), source: error.into() };
    Ok(framed::encode(&header, body).map_err(unwritable)?.0)
}

/// What has to be known first, the body, and the checksum of all.
pub(super) fn read<'b>(file: &str, bytes: &'b [u8]) -> Result<(Envelope, &'b [u8], String), PlanFileError> {
    let framed = framed::decode::<Header>(file, KIND, bytes).map_err(|e| PlanFileError::of(file, e))?;
    let Header { environment, region, stack, key, keys, context, signature, .. } = framed.header;
    let keys = wrappings(file, key, keys).map_err(|error| PlanFileError::of(file, error))?;
    let stack = StackName::new(&environment, &region, &stack)
        .map_err(|error| PlanFileError::Corrupt { file: file.to_owned(), what: error.to_string() })?;
    let body = &bytes[framed.ends..];
    if signature.as_ref().is_some_and(|signature| !signature.fits(&signed(&stack, body))) {
        let what = "its signature does not fit".to_owned();
        return Err(PlanFileError::Corrupt { file: file.to_owned(), what });
    }
    Ok((Envelope { stack, keys: keys.zip(context), signature }, body, framed.checksum))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{FileSigner, Signer as _};

    #[tokio::test]
    async fn a_plan_that_was_changed_after_it_was_signed_is_not_read_though_its_checksum_is_right() {
        let stack = |name: &str| StackName::new("test", "north", name).unwrap();
        let signer = FileSigner::new(&[1; 32]);
        let body = br#"{"by": "anna"}"#;
        let signature = Some(signer.sign(&signed(&stack("app"), body)).await.unwrap());
        let envelope = Envelope { stack: stack("app"), keys: None, signature };
        let written = write(&envelope, body).unwrap();
        let (found, ..) = read("the.plan", &written).unwrap();
        assert_eq!(found.signature.unwrap().key, signer.key());
        let other = Envelope { stack: stack("other"), keys: None, signature: envelope.signature.clone() };
        for changed in [write(&envelope, br#"{"by": "zoe"}"#), write(&other, body)] {
            let Err(error) = read("the.plan", &changed.unwrap()) else { unreachable!("it was read") };
            assert!(error.to_string().contains("its signature does not fit"), "{error}");
        }
    }
}
