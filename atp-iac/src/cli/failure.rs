//! What ends a run without success, and the exit code for it.

use crate::apply::RecoverError;
use crate::cloud::CloudError;
use crate::config::ConfigError;
use crate::engine::EngineError;
use crate::history::HistoryError;
use crate::program::ProgramError;
use crate::project::ProjectError;
use crate::provider::ProviderError;
use std::error::Error;

/// Exit codes.
pub mod exit {
    /// Done, or nothing to do.
    pub const DONE: u8 = 0;
    /// Failed.
    pub const FAILED: u8 = 1;
    /// With `--detailed-exitcode`: done, and there are or were changes. Of `drift`: something was changed outside.
    pub const CHANGES: u8 = 2;
    /// Refused: something is protected, data would be lost, changes were not expected, or nobody said yes.
    pub const REFUSED: u8 = 3;
    /// The lock of the stack was not to be had.
    pub const LOCKED: u8 = 4;
    /// Interrupted by Ctrl-C.
    pub const INTERRUPTED: u8 = 130;
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The command line does not fit the project.
    #[error("{message}")]
    Usage {
        /// In which way.
        message: String,
        /// What to type instead.
        hint: String,
    },
    /// It could not be done.
    #[error("{message}")]
    Failed {
        /// What.
        message: String,
        /// What the user can do.
        hint: Option<String>,
        /// Why.
        #[source]
        cause: Option<Box<dyn Error + Send + Sync>>,
    },
    /// The project or its configuration files.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// A value given by `--set`.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The cloud is not set up.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// The engine.
    #[error(transparent)]
    Engine(Box<EngineError>),
    /// Something stands against it.
    #[error("{message}")]
    Refused {
        /// What.
        message: String,
        /// What the user can do.
        hint: String,
    },
    /// The lock of a stack was not to be had, among several stacks: which one has been said.
    #[error("{0}")]
    Locked(String),
    /// Steps failed: the summary has said which.
    #[error("not everything was done")]
    Incomplete,
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// The program panicked.
    #[error("the program stopped with a panic: this is a mistake in its code")]
    Panic,
}

impl Failure {
    /// The command line does not fit the project.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Failure::Usage { message: message.into(), hint: hint.into() }
    }

    /// It could not be done.
    pub fn failed(message: impl Into<String>) -> Self {
        Failure::Failed { message: message.into(), hint: None, cause: None }
    }

    /// The same with what the user can do, where it could not be done.
    pub fn with_hint(self, text: impl Into<String>) -> Self {
        match self {
            Failure::Failed { message, cause, .. } => {
                Failure::Failed { message, hint: Some(text.into()), cause }
            }
            other => other,
        }
    }

    /// The same with why, where it could not be done.
    pub fn with_cause(self, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        match self {
            Failure::Failed { message, hint, .. } => {
                Failure::Failed { message, hint, cause: Some(error.into()) }
            }
            other => other,
        }
    }

    /// Something stands against it.
    pub fn refused(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Failure::Refused { message: message.into(), hint: hint.into() }
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Failure::Engine(error) if error.is_locked() => exit::LOCKED,
            Failure::Engine(error) if error.is_refused() => exit::REFUSED,
            Failure::Refused { .. } => exit::REFUSED,
            Failure::Locked(_) => exit::LOCKED,
            Failure::Interrupted => exit::INTERRUPTED,
            Failure::Engine(error) if matches!(**error, EngineError::Interrupted) => exit::INTERRUPTED,
            _ => exit::FAILED,
        }
    }

    /// The message and those of its causes, without what was said before.
    pub fn messages(&self) -> Vec<String> {
        let mut messages = vec![self.to_string()];
        let mut cause = self.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if !messages.iter().any(|said| said.contains(&text)) {
                messages.push(text);
            }
            cause = error.source();
        }
        messages
    }

    /// What the user can do, where the message does not say it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Failure::Usage { hint, .. } | Failure::Refused { hint, .. } => Some(hint.clone()),
            Failure::Failed { hint, .. } => hint.clone(),
            Failure::Locked(_) => Some(WAIT.into()),
            Failure::Cloud(error) => error.hint.clone(),
            Failure::Engine(error) => engine_hint(error),
            Failure::Interrupted => Some("run again: what was done stays done".into()),
            Failure::Config(_) => Some("`config describe` shows what can be set".into()),
            _ => None,
        }
    }
}

const WAIT: &str = "try again when that is done, or wait longer with `--lock-timeout 10m`; `lock show` and `lock break` are for a holder that is gone";

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Failure::Engine(Box::new(error))
    }
}

impl From<ProgramError> for Failure {
    fn from(error: ProgramError) -> Self {
        EngineError::from(error).into()
    }
}

fn history_hint(error: &HistoryError) -> Option<String> {
    match error {
        HistoryError::Damaged { .. } => Some("`history verify` says where the damage begins".into()),
        HistoryError::NoRecord { .. } => Some("`history list` shows all of them".into()),
        HistoryError::NoSnapshot { .. } => {
            Some("choose another update, or run `up` with the program of that time".into())
        }
        HistoryError::State(_) => None,
    }
}

/// What to type where only approved plans are carried out.
fn for_approval(operation: &str, to: Option<u64>) -> String {
    let save = match (operation, to) {
        (_, Some(to)) => format!("rollback --to {to}"),
        ("up", None) => "preview".to_owned(),
        (operation, None) => operation.to_owned(),
    };
    format!(
        "save a plan with `{save} --out FILE`, have others look at it and agree with `plan approve FILE`, and carry it out \
         with `{operation} --plan FILE`"
    )
}

fn engine_hint(error: &EngineError) -> Option<String> {
    let of_provider = |error: &ProviderError| error.hint.clone();
    match error {
        EngineError::Recover(RecoverError::Provider { error, .. }) => of_provider(error),
        EngineError::Refresh(refresh) => of_provider(&refresh.error),
        EngineError::Program(ProgramError::Config(_)) => {
            Some("`config describe` shows what can be set".into())
        }
        EngineError::Discover { error, .. } => of_provider(error),
        EngineError::NothingFound { notes, .. } if !notes.is_empty() => {
            Some("what is managed already is declared, too, with `--include-managed`".into())
        }
        EngineError::NothingFound { .. } => Some("name a scope that something is in".into()),
        EngineError::NoCode { .. } => Some("declare the resources by hand, with `Options::import`".into()),
        EngineError::UnknownProvider { .. } => {
            Some("name a provider of this program with `--provider`".into())
        }
        EngineError::Moved(_) => Some("make a new plan with `--out FILE`, and look at it".into()),
        EngineError::PlanFile(error) => Some(error.hint().into()),
        EngineError::NeedsApproval { operation, to, .. } => Some(for_approval(operation, *to)),
        EngineError::NotApproved { .. } => {
            Some("have others run `plan approve FILE`; `plan show FILE` shows who did".into())
        }
        EngineError::OwnPlan { .. } => Some("have somebody else run `plan approve FILE`".into()),
        EngineError::Signer(_) => Some(
            "put that right, or take `sign:` out of `history:` in `atp.yaml`: what is done then is not signed, and `history \
             verify` says so"
                .into(),
        ),
        EngineError::UntrustedSigner { .. } => Some(
            "see that it is yours, with `history key`, and add it to `history: {trust: [..]}` in `atp.yaml`; leave former \
             keys there for as long as records are there that they signed"
                .into(),
        ),
        EngineError::UnsignedPlan => Some(
            "make it again where such a key signs: name it under `history: {sign: ..}` in `atp.yaml`, or in ATP_HISTORY_SIGN"
                .into(),
        ),
        EngineError::UnsignedApproval => Some(
            "name your key in ATP_HISTORY_SIGN: a file that `history keygen FILE` makes, or a key in a vault; and have its \
             public key added to `history: {trust: [..]}` in `atp.yaml`"
                .into(),
        ),
        EngineError::History(error) => history_hint(error),
        EngineError::FailedPlan(_) => Some("put that right, and make the plan again".into()),
        error if error.is_locked() => Some(WAIT.into()),
        _ => None,
    }
}
