//! Recipients of age, for emergencies: whoever keeps the identity of one, on paper in a safe, say, opens every key that was
//! wrapped for it, with nothing else. Wrapping needs the public half only.
//!
//! age has no associated data: what is wrapped is bound to its context by [`bound`](super::bound). It draws its randomness
//! itself.

use super::bound::{bind, release};
use super::{DataKey, KeyProvider, SecretError, WrappedKey};
use age::x25519::{Identity, Recipient};
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::str::FromStr;

/// What the name of every recipient begins with.
const PREFIX: &str = "age1";

/// Wraps keys for somebody who is not here.
pub struct AgeRecipient {
    name: String,
    recipient: Recipient,
}

impl AgeRecipient {
    /// A recipient such as `age1..`.
    ///
    /// # Errors
    /// When it is none.
    pub fn new(text: &str) -> Result<Self, String> {
        let recipient =
            Recipient::from_str(text).map_err(|why| format!("`{text}` is no recipient of age: {why}"))?;
        Ok(AgeRecipient { name: recipient.to_string(), recipient })
    }
}

#[async_trait]
impl KeyProvider for AgeRecipient {
    fn name(&self) -> &str {
        &self.name
    }

    fn unwraps(&self, _: &str) -> bool {
        false
    }

    async fn wrap(&self, key: &DataKey, context: &str) -> Result<WrappedKey, SecretError> {
        let sealed = age::encrypt(&self.recipient, &bind(key, context));
        let sealed = sealed.map_err(|error| unavailable(&self.name, error))?;
        Ok(WrappedKey { provider: self.name.clone(), data: STANDARD_NO_PAD.encode(sealed) })
    }

    async fn unwrap(&self, _: &WrappedKey, _: &str) -> Result<DataKey, SecretError> {
        Err(unavailable(&self.name, "whoever has its identity names the file in ATP_AGE_IDENTITY_FILE"))
    }
}

/// Opens keys with the identities of recipients. Wraps nothing.
pub struct AgeIdentities {
    identities: Vec<Identity>,
    file: String,
}

impl AgeIdentities {
    /// The identities in the text of a file, one on a line, as `age-keygen` writes it. `file` is what it is called in errors.
    ///
    /// # Errors
    /// When there is none, or a line is something else; nothing of the line is said.
    pub fn read(file: &str, text: &str) -> Result<Self, String> {
        let lines = text.lines().map(str::trim).enumerate();
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let identities = lines.map(|(at, line)| {
            Identity::from_str(line).map_err(|_| format!("line {} is no identity of age", at + 1))
        });
        let identities: Vec<Identity> = identities.collect::<Result<_, _>>()?;
        match identities.is_empty() {
            true => Err("it holds no identity of age".to_owned()),
            false => Ok(AgeIdentities { identities, file: file.to_owned() }),
        }
    }
}

#[async_trait]
impl KeyProvider for AgeIdentities {
    fn name(&self) -> &str {
        "age"
    }

    fn unwraps(&self, provider: &str) -> bool {
        provider.starts_with(PREFIX)
    }

    async fn wrap(&self, _: &DataKey, _: &str) -> Result<WrappedKey, SecretError> {
        Err(unavailable("age", "keys are wrapped for recipients: name them in `secrets: {recipients: [..]}`"))
    }

    async fn unwrap(&self, wrapped: &WrappedKey, context: &str) -> Result<DataKey, SecretError> {
        let wrong = || SecretError::WrongKey { from: self.file.clone() };
        let sealed = STANDARD_NO_PAD.decode(&wrapped.data).map_err(|_| wrong())?;
        let own = self.identities.iter().find(|one| one.to_public().to_string() == wrapped.provider);
        let mut opened = age::decrypt(own.ok_or_else(wrong)?, &sealed).map_err(|_| wrong())?;
        let key = release(&opened, context);
        opened.fill(0);
        key.ok_or_else(wrong)
    }
}

fn unavailable(provider: &str, reason: impl ToString) -> SecretError {
    SecretError::Unavailable { provider: provider.to_owned(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SeededRandom;
    use age::secrecy::ExposeSecret as _;

    #[tokio::test]
    async fn the_identity_of_a_recipient_opens_what_was_wrapped_for_it_in_its_context_only() {
        let identity = Identity::generate();
        let name = identity.to_public().to_string();
        let key = DataKey::generate(&SeededRandom::new(3)).unwrap();
        let wrapped = AgeRecipient::new(&name).unwrap().wrap(&key, "lineage").await.unwrap();
        assert_eq!(wrapped.provider, name);
        let text = format!("# created: today\n{}\n", identity.to_string().expose_secret());
        let identities = AgeIdentities::read("keys.txt", &text).unwrap();
        assert!(identities.unwraps(&name));
        assert_eq!(identities.unwrap(&wrapped, "lineage").await.unwrap().expose(), key.expose());
        assert!(identities.unwrap(&wrapped, "other").await.is_err());
        let other = Identity::generate();
        let other = AgeIdentities::read("k", other.to_string().expose_secret()).unwrap();
        assert!(other.unwrap(&wrapped, "lineage").await.is_err());
    }

    #[test]
    fn a_file_without_identities_is_refused_and_not_repeated() {
        assert!(AgeIdentities::read("f", "# nothing\n").is_err());
        let error = AgeIdentities::read("f", "hunter2\n").err().unwrap();
        assert!(error.contains("line 1") && !error.contains("hunter2"), "{error}");
        assert!(AgeRecipient::new("age1xyz").is_err());
    }
}
