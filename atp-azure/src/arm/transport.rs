//! A transport that trusts one more certificate authority, for endpoints that are not Azure's own.

use azure_core::http::Transport;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A certificate authority that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {source}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file holds no certificate, or the client cannot be made with it.
    #[error("{path} cannot be used as a certificate authority: {reason}")]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// A transport over the network that also trusts the certificates in a PEM file.
///
/// # Errors
/// When the file cannot be read or holds no certificate.
pub fn trusting(pem: &Path) -> Result<Transport, TransportError> {
    let bytes =
        std::fs::read(pem).map_err(|source| TransportError::Unreadable { path: pem.to_owned(), source })?;
    let unusable = |reason: String| TransportError::Unusable { path: pem.to_owned(), reason };
    let roots = reqwest::Certificate::from_pem_bundle(&bytes).map_err(|error| unusable(error.to_string()))?;
    if roots.is_empty() {
        return Err(unusable("it holds no certificate".to_owned()));
    }
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(20))
        .read_timeout(Duration::from_secs(60));
    for root in roots {
        builder = builder.add_root_certificate(root);
    }
    let client = builder.build().map_err(|error| unusable(error.to_string()))?;
    Ok(Transport::new(Arc::new(client)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_named() {
        let error = trusting(Path::new("no-such-file.pem")).unwrap_err().to_string();
        assert!(error.starts_with("no-such-file.pem cannot be read"), "{error}");
    }
}
