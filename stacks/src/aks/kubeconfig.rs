//! What `kubectl` signs in with, as the service gives it.

use atp_iac::value::Mismatch;
use atp_iac::{Secret, Value};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The text, which the service gives in Base64.
///
/// # Errors
/// When it is something else. What it is, nobody is told.
pub fn decoded(given: Secret<Value>) -> Result<Secret<String>, Mismatch> {
    let bytes = given.expose().exposed().as_str().and_then(|text| STANDARD.decode(text).ok());
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.map(Secret::new).ok_or_else(|| Mismatch::new("text in Base64", "something else"))
}
