//! The client of Azure Resource Manager: requests, retries, long-running operations, errors and credentials.
//!
//! Invariant: no type here shows a token or the body of a request, in an error or in a `Debug` form.
//! Invariant: tokens are sent to the host of the [`Endpoint`] only, whatever URL an answer names.

pub mod client;
pub mod credentials;
pub mod endpoint;
pub mod error;
mod hints;
mod pace;
pub mod poller;
mod recent;
mod registration;
mod retry;
pub mod sleep;
pub mod transport;

#[cfg(test)]
pub(crate) mod script;

pub use client::{Answer, ArmClient, ArmClientOptions, Call, Deadline};
pub use credentials::{
    CredentialChain, CredentialError, CredentialOptions, FixedToken, Source, UnknownSource,
};
pub use endpoint::{Endpoint, EndpointError};
pub use error::{ArmError, Detail, Refusal, Tries};
pub(crate) use recent::UNKNOWN_FOR;
pub use sleep::{Sleep, TokioSleep};
pub use transport::{TransportError, trusting};
