//! Encryption on the way to the server, which has to prove its name with a certificate.

use super::address::Encryption;
use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use std::path::Path;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Why there can be no encryption.
#[derive(Debug, thiserror::Error)]
#[error("the way to the database cannot be encrypted: {0}")]
pub struct TlsError(pub String);

/// Encrypts, and trusts the authorities in a file, or else those of the machine.
pub fn connector(encryption: Encryption, authorities: Option<&Path>) -> Result<MakeRustlsConnect, TlsError> {
    let roots = match (encryption, authorities) {
        (Encryption::Off, _) => RootCertStore::empty(),
        (_, Some(file)) => from_file(file)?,
        (_, None) => of_the_machine(),
    };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn from_file(file: &Path) -> Result<RootCertStore, TlsError> {
    let wrong = |what: &dyn ToString| TlsError(format!("{} ({})", file.display(), what.to_string()));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| wrong(&error))? {
        let certificate = certificate.map_err(|error| wrong(&error))?;
        roots.add(certificate).map_err(|error| wrong(&error))?;
    }
    if roots.is_empty() {
        return Err(wrong(&"there is no certificate in it"));
    }
    Ok(roots)
}

fn of_the_machine() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    // What cannot be read is not trusted; a server that needs it is refused by name.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}
