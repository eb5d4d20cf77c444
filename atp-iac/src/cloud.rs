//! Which cloud a stack is deployed to, and how the command line gets its providers.
//!
//! This library knows no cloud. A binary gives the command line a [`Clouds`] that connects to those it was built with.

pub use crate::project::Cloud;

use crate::config::ConfigTree;
use crate::history::Signer;
use crate::provider::Provider;
use crate::secrets::KeyProvider;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

impl Cloud {
    /// All of them.
    pub const ALL: [Cloud; 2] = [Cloud::Simulator, Cloud::Azure];

    /// The name, as the command line and `atp.yaml` write it.
    pub fn name(self) -> &'static str {
        match self {
            Cloud::Simulator => "simulator",
            Cloud::Azure => "azure",
        }
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no cloud.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", crate::config::unknown("cloud", .0, Cloud::ALL.map(Cloud::name)))]
pub struct UnknownCloud(pub String);

impl FromStr for Cloud {
    type Err = UnknownCloud;
    fn from_str(text: &str) -> Result<Self, UnknownCloud> {
        Cloud::ALL.into_iter().find(|cloud| cloud.name() == text).ok_or_else(|| UnknownCloud(text.to_owned()))
    }
}

/// Connects to clouds.
pub trait Clouds: Send + Sync {
    /// Keys at the top of the configuration that connecting reads: a stack need not know them.
    fn keys(&self) -> &'static [&'static str] {
        &[]
    }

    /// The providers of a cloud. Looks for credentials if it needs them, and calls nothing yet.
    ///
    /// # Errors
    /// When the cloud cannot be used as it is set up.
    fn connect(&self, request: &CloudRequest<'_>) -> Result<Vec<Arc<dyn Provider>>, CloudError>;

    /// Who wraps keys by a key in a vault of the cloud, by its URL; without a URL, who unwraps what any such key wrapped.
    /// `None` when this is not the URL of such a key, or there are none. Calls nothing yet.
    ///
    /// # Errors
    /// When the URL is wrong, or the vault cannot be used as it is set up.
    fn keys_in(
        &self,
        url: Option<&str>,
        request: &CloudRequest<'_>,
    ) -> Result<Option<Arc<dyn KeyProvider>>, CloudError> {
        let _ = (url, request);
        Ok(None)
    }

    /// Who signs by a key in a vault of the cloud, by its URL. `None` when this is not the URL of such a key. Calls nothing
    /// yet.
    ///
    /// # Errors
    /// When the URL is wrong, or the vault cannot be used as it is set up.
    fn signer_in(
        &self,
        url: &str,
        request: &CloudRequest<'_>,
    ) -> Result<Option<Arc<dyn Signer>>, CloudError> {
        let _ = (url, request);
        Ok(None)
    }
}

/// What is known when a cloud is connected to.
#[derive(Clone, Copy)]
pub struct CloudRequest<'a> {
    /// Which cloud.
    pub cloud: Cloud,
    /// Where a simulated cloud keeps what it holds. It may not exist yet.
    pub work_dir: &'a Path,
    /// The configuration of the stack.
    pub config: &'a ConfigTree,
    /// Reads an environment variable.
    pub environment: &'a (dyn Fn(&str) -> Option<String> + Send + Sync),
}

impl fmt::Debug for CloudRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudRequest")
            .field("cloud", &self.cloud)
            .field("work_dir", &self.work_dir)
            .finish_non_exhaustive()
    }
}

/// A cloud that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CloudError {
    /// Why. Never contains a secret.
    pub message: String,
    /// What the user can do.
    pub hint: Option<String>,
}

impl CloudError {
    /// An error without a hint.
    pub fn new(message: impl Into<String>) -> Self {
        CloudError { message: message.into(), hint: None }
    }

    /// The same error with what the user can do.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cloud_is_read_as_it_is_shown_and_a_misspelt_one_is_guessed() {
        for cloud in Cloud::ALL {
            assert_eq!(cloud.to_string().parse(), Ok(cloud));
        }
        let error = "azur".parse::<Cloud>().unwrap_err();
        assert_eq!(error.to_string(), "unknown cloud `azur`; did you mean `azure`?");
    }
}
