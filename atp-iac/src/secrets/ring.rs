//! Several providers together: the configured one, recipients for emergencies, and those that may still open what was
//! wrapped before the configuration changed.

use super::{DataKey, KeyProvider, SecretError, WrappedKey, WrappedKeys};
use async_trait::async_trait;
use std::sync::Arc;

/// Hears of a key that was opened although it is not wrapped as it is configured: its wrappers, and those configured.
type OnOther = dyn Fn(&[&str], &[&str]) + Send + Sync;

/// The providers of one environment.
///
/// A key is wrapped by the configured provider and by every recipient. It is opened by the first of them, and of the
/// fallbacks, that has a wrapping and can open it.
#[derive(Clone)]
pub struct KeyRing {
    configured: Arc<dyn KeyProvider>,
    recipients: Vec<Arc<dyn KeyProvider>>,
    fallbacks: Vec<Arc<dyn KeyProvider>>,
    on_other: Option<Arc<OnOther>>,
}

impl KeyRing {
    /// A ring of one.
    pub fn new(configured: Arc<dyn KeyProvider>) -> Self {
        KeyRing { configured, recipients: Vec::new(), fallbacks: Vec::new(), on_other: None }
    }

    /// With somebody else for whom every key is wrapped, too.
    pub fn with_recipient(mut self, recipient: Arc<dyn KeyProvider>) -> Self {
        self.recipients.push(recipient);
        self
    }

    /// With a provider that wraps nothing, and opens what it can.
    pub fn with_fallback(mut self, fallback: Arc<dyn KeyProvider>) -> Self {
        self.fallbacks.push(fallback);
        self
    }

    /// Who hears of a key that was opened although it is not wrapped as it is configured.
    pub fn with_on_other(mut self, on_other: impl Fn(&[&str], &[&str]) + Send + Sync + 'static) -> Self {
        self.on_other = Some(Arc::new(on_other));
        self
    }

    fn all(&self) -> impl Iterator<Item = &Arc<dyn KeyProvider>> {
        std::iter::once(&self.configured).chain(&self.recipients).chain(&self.fallbacks)
    }

    fn opened(&self, keys: &WrappedKeys) {
        let (found, configured) = (keys.providers(), self.wrappers());
        if let Some(on_other) = self.on_other.as_ref().filter(|_| found != configured) {
            on_other(&found, &configured);
        }
    }
}

#[async_trait]
impl KeyProvider for KeyRing {
    fn name(&self) -> &str {
        self.configured.name()
    }

    async fn wrap(&self, key: &DataKey, context: &str) -> Result<WrappedKey, SecretError> {
        self.configured.wrap(key, context).await
    }

    async fn unwrap(&self, wrapped: &WrappedKey, context: &str) -> Result<DataKey, SecretError> {
        self.unwrap_any(&wrapped.clone().into(), context).await
    }

    fn unwraps(&self, provider: &str) -> bool {
        self.all().any(|one| one.unwraps(provider))
    }

    fn wrappers(&self) -> Vec<&str> {
        std::iter::once(&self.configured).chain(&self.recipients).map(|one| one.name()).collect()
    }

    async fn wrap_for_all(&self, key: &DataKey, context: &str) -> Result<WrappedKeys, SecretError> {
        let mut wrappings = vec![self.configured.wrap(key, context).await?];
        for recipient in &self.recipients {
            wrappings.push(recipient.wrap(key, context).await?);
        }
        // There is at least the first.
        WrappedKeys::new(wrappings).ok_or_else(|| SecretError::WrongKey { from: self.name().to_owned() })
    }

    async fn unwrap_any(&self, keys: &WrappedKeys, context: &str) -> Result<DataKey, SecretError> {
        let mut first = None;
        for provider in self.all() {
            for wrapped in keys.iter().filter(|one| provider.unwraps(&one.provider)) {
                match provider.unwrap(wrapped, context).await {
                    Ok(key) => {
                        self.opened(keys);
                        return Ok(key);
                    }
                    Err(error) => first = first.or(Some(error)),
                }
            }
        }
        Err(first.unwrap_or_else(|| SecretError::OtherProvider {
            expected: self.name().to_owned(),
            found: keys.providers().join("`, `"),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SeededRandom;
    use crate::secrets::{LocalKeyFile, Passphrase, PassphraseKeys};
    use std::sync::Mutex;

    fn file(folder: &std::path::Path) -> Arc<dyn KeyProvider> {
        Arc::new(LocalKeyFile::new(folder.join("key"), Arc::new(SeededRandom::new(1))))
    }

    fn passphrase(text: &str) -> Arc<dyn KeyProvider> {
        Arc::new(PassphraseKeys::new(Passphrase::new(text), Arc::new(SeededRandom::new(2))))
    }

    #[tokio::test]
    async fn any_one_of_those_who_wrapped_a_key_opens_it() {
        let folder = tempfile::tempdir().unwrap();
        let ring = KeyRing::new(file(folder.path())).with_recipient(passphrase("for emergencies"));
        let key = DataKey::generate(&SeededRandom::new(3)).unwrap();
        let wrapped = ring.wrap_for_all(&key, "lineage").await.unwrap();
        assert_eq!(wrapped.providers(), ["local-file", "passphrase"]);
        std::fs::remove_file(folder.path().join("key")).unwrap();
        assert_eq!(ring.unwrap_any(&wrapped, "lineage").await.unwrap().expose(), key.expose());
        assert!(ring.unwrap_any(&wrapped, "other").await.is_err());
        let alone = passphrase("for emergencies").unwrap_any(&wrapped, "lineage").await.unwrap();
        assert_eq!(alone.expose(), key.expose());
    }

    #[tokio::test]
    async fn after_a_change_of_provider_the_former_one_opens_as_a_fallback_and_this_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let key = DataKey::generate(&SeededRandom::new(3)).unwrap();
        let before = file(folder.path()).wrap_for_all(&key, "lineage").await.unwrap();
        let told: Arc<Mutex<Vec<String>>> = Arc::default();
        let hears = told.clone();
        let ring = KeyRing::new(passphrase("new")).with_fallback(file(folder.path())).with_on_other(
            move |found, configured| {
                hears.lock().unwrap().push(format!("{found:?} {configured:?}"));
            },
        );
        assert_eq!(ring.unwrap_any(&before, "lineage").await.unwrap().expose(), key.expose());
        assert_eq!(*told.lock().unwrap(), [r#"["local-file"] ["passphrase"]"#]);
        let after = ring.wrap_for_all(&key, "lineage").await.unwrap();
        assert_eq!(after.providers(), ["passphrase"], "the new one writes");
        ring.unwrap_any(&after, "lineage").await.unwrap();
        assert_eq!(told.lock().unwrap().len(), 1, "nothing is due any more");
        let without = KeyRing::new(passphrase("new")).unwrap_any(&before, "lineage").await.unwrap_err();
        assert!(matches!(without, SecretError::OtherProvider { .. }), "{without}");
    }
}
