//! Who vouches for what is done: the key that signs the history, and those that are trusted.

use super::failure::Failure;
use super::workspace::Workspace;
use crate::history::{FileSigner, Signature, Signer, TrustedKey, public_key};
use crate::project::{Files, PROJECT_FILE, Project};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Names the key that signs in the place of `history.sign`: a person who approves has another one than a pipeline.
pub(super) const SIGN_WITH: &str = "ATP_HISTORY_SIGN";

type Variable<'v> = &'v (dyn Fn(&str) -> Option<String> + Send + Sync);

/// What the history is signed with, and which signatures are trusted.
#[derive(Default)]
pub(super) struct Signers {
    sign: Sign,
    pub trust: Vec<TrustedKey>,
    /// The signers of each environment: asking a vault once is enough.
    made: Mutex<BTreeMap<String, Arc<dyn Signer>>>,
}

#[derive(Default)]
enum Sign {
    #[default]
    Nobody,
    File(Arc<dyn Signer>),
    /// A key in a vault, which is reached as each environment is.
    Url(String),
}

impl Signers {
    /// As the project and the environment of the process say.
    ///
    /// # Errors
    /// When a key cannot be read.
    pub fn find(
        project: &Project,
        files: &(dyn Files + Sync),
        variable: Variable<'_>,
    ) -> Result<Self, Failure> {
        let trust = project.history.trust.iter().map(|text| {
            public_key(text).map_err(|wrong| {
                Failure::usage(
                    format!("{PROJECT_FILE}: history.trust: {wrong}"),
                    "`history key` prints the public key of the key that signs",
                )
            })
        });
        let trust = trust.collect::<Result<Vec<_>, _>>()?;
        let given = variable(SIGN_WITH).filter(|text| !text.is_empty());
        let named = match (&given, &project.history.sign) {
            (Some(given), _) => Some((SIGN_WITH.to_owned(), given)),
            (None, Some(sign)) => Some((format!("{PROJECT_FILE}: history.sign"), sign)),
            (None, None) => None,
        };
        let sign = match named {
            None => Sign::Nobody,
            Some((_, url)) if url.contains("://") => Sign::Url(url.clone()),
            Some((place, name)) => Sign::File(Arc::new(file(project, files, &place, name)?)),
        };
        Ok(Signers { sign, trust, made: Mutex::default() })
    }
}

fn file(
    project: &Project,
    files: &(dyn Files + Sync),
    place: &str,
    name: &str,
) -> Result<FileSigner, Failure> {
    let refused = |why: String| {
        Failure::usage(
            format!("{place} names {name}, {why}"),
            "put the key there, make one with `history keygen FILE`, or take that setting out",
        )
    };
    match files.read(&project.root.join(name)) {
        Ok(Some(text)) => FileSigner::read(&text).map_err(|wrong| refused(format!("and {wrong}"))),
        Ok(None) => Err(refused("which is not there".to_owned())),
        Err(error) => Err(refused(format!("which cannot be read: {error}"))),
    }
}

impl Workspace<'_> {
    /// Who signs what is done in an environment. What cannot be used says so when it is needed.
    pub(super) fn signer(&self, environment: &str) -> Option<Arc<dyn Signer>> {
        match &self.signers.sign {
            Sign::Nobody => None,
            Sign::File(signer) => Some(signer.clone()),
            Sign::Url(url) => {
                let mut made = self.signers.made.lock().unwrap_or_else(PoisonError::into_inner);
                let make = || self.signer_of_url(environment, url);
                Some(made.entry(environment.to_owned()).or_insert_with(make).clone())
            }
        }
    }

    fn signer_of_url(&self, environment: &str, url: &str) -> Arc<dyn Signer> {
        let config = self.common(environment).unwrap_or_default();
        let reason = match self.application.clouds.signer_in(url, &self.request(&config)) {
            Ok(Some(signer)) => return signer,
            Ok(None) => format!("this program knows no such vault as that of `{url}`"),
            Err(error) => {
                let hint = error.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
                format!("{}{hint}", error.message)
            }
        };
        Arc::new(Unusable(reason))
    }
}

/// A signer that cannot be set up: whoever needs it hears why.
struct Unusable(String);

#[async_trait]
impl Signer for Unusable {
    async fn public_key(&self) -> Result<TrustedKey, String> {
        Err(self.0.clone())
    }

    async fn sign(&self, _: &[u8]) -> Result<Signature, String> {
        Err(self.0.clone())
    }
}
