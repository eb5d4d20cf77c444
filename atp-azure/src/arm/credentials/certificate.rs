//! Reading the certificate of an application.

use azure_core::credentials::SecretBytes;
use std::path::Path;

/// The bytes of a PKCS #12 file, with the key of the certificate in it.
///
/// # Errors
/// When the file cannot be read, or is of the other common form.
pub(super) fn read(path: &Path) -> Result<SecretBytes, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    if bytes.starts_with(b"-----BEGIN") {
        let path = path.display();
        return Err(format!(
            "{path} is PEM, and PKCS #12 is needed: `openssl pkcs12 -export -in {path} -out certificate.pfx` makes it"
        ));
    }
    Ok(SecretBytes::new(bytes))
}
