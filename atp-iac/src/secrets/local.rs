//! A key in a file: the embedded default.

use super::seal::{cipher, decrypt, encrypt};
use super::{DataKey, KeyProvider, SecretError, WrappedKey};
use crate::ports::Random;
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const NAME: &str = "local-file";

/// Keeps one key in a file that only its owner can read. The file is made when the first stack needs it, and never
/// made again: a state whose key is gone is not given a new one.
#[derive(Clone)]
pub struct LocalKeyFile {
    path: PathBuf,
    random: Arc<dyn Random>,
}

impl LocalKeyFile {
    /// The key in this file.
    pub fn new(path: impl Into<PathBuf>, random: Arc<dyn Random>) -> Self {
        LocalKeyFile { path: path.into(), random }
    }

    fn fails(&self, what: impl ToString) -> SecretError {
        SecretError::KeyFile { file: self.path.display().to_string(), what: what.to_string() }
    }

    fn read(&self) -> Result<Option<DataKey>, SecretError> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.fails(error)),
        };
        let bytes = STANDARD_NO_PAD.decode(text.trim_end()).map_err(|_| self.fails("it is not a key"))?;
        DataKey::from_bytes(&bytes).map(Some).ok_or_else(|| self.fails("it is not a key of 32 bytes"))
    }

    fn read_or_create(&self) -> Result<DataKey, SecretError> {
        if let Some(key) = self.read()? {
            return Ok(key);
        }
        self.create().map_err(|error| self.fails(error))?;
        // Whoever was first: it is that key which counts.
        self.read()?.ok_or_else(|| self.fails("it vanished"))
    }

    /// Written under another name and then linked, so that the key is never seen half and never replaces another.
    fn create(&self) -> io::Result<()> {
        let key = DataKey::generate(&*self.random).map_err(io::Error::other)?;
        let mut suffix = [0; 8];
        self.random.fill(&mut suffix).map_err(io::Error::other)?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let temporary = self.path.with_extension(format!("{:x}", u64::from_le_bytes(suffix)));
        let mut file = private(&temporary)?;
        let written =
            writeln!(file, "{}", STANDARD_NO_PAD.encode(key.expose())).and_then(|()| file.sync_all());
        let linked = written.and_then(|()| match fs::hard_link(&temporary, &self.path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        });
        fs::remove_file(&temporary)?;
        linked?;
        File::open(folder)?.sync_all()
    }
}

/// A new file that only its owner can read.
#[cfg(unix)]
pub(crate) fn private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// A new file.
#[cfg(not(unix))]
pub(crate) fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[async_trait]
impl KeyProvider for LocalKeyFile {
    fn name(&self) -> &str {
        NAME
    }

    async fn wrap(&self, key: &DataKey, context: &str) -> Result<WrappedKey, SecretError> {
        let own = self.read_or_create()?;
        let mut nonce = [0; 12];
        self.random.fill(&mut nonce).map_err(|error| SecretError::Random(error.to_string()))?;
        let sealed = encrypt(&cipher(&own.derive("wrapping")), nonce, context.as_bytes(), key.expose())
            .ok_or_else(|| self.fails("the key could not be wrapped"))?;
        Ok(WrappedKey { provider: NAME.into(), data: STANDARD_NO_PAD.encode(sealed) })
    }

    async fn unwrap(&self, wrapped: &WrappedKey, context: &str) -> Result<DataKey, SecretError> {
        if wrapped.provider != NAME {
            return Err(SecretError::OtherProvider {
                expected: NAME.into(),
                found: wrapped.provider.clone(),
            });
        }
        let file = || self.path.display().to_string();
        let own = self.read()?.ok_or_else(|| SecretError::KeyMissing { file: file() })?;
        STANDARD_NO_PAD
            .decode(&wrapped.data)
            .ok()
            .and_then(|sealed| decrypt(&cipher(&own.derive("wrapping")), context.as_bytes(), &sealed))
            .and_then(|key| DataKey::from_bytes(&key))
            .ok_or_else(|| SecretError::WrongKey { from: file() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SeededRandom;

    fn keys(folder: &Path, name: &str, seed: u64) -> LocalKeyFile {
        LocalKeyFile::new(folder.join(name), Arc::new(SeededRandom::new(seed)))
    }

    #[tokio::test]
    async fn a_wrapped_key_comes_back_with_the_same_file_and_context_only() {
        let folder = tempfile::tempdir().unwrap();
        let keys_1 = keys(folder.path(), "one", 1);
        let key = DataKey::generate(&SeededRandom::new(3)).unwrap();
        let wrapped = keys_1.wrap(&key, "lineage").await.unwrap();
        assert_eq!(keys_1.unwrap(&wrapped, "lineage").await.unwrap().expose(), key.expose());
        let wrong = keys_1.unwrap(&wrapped, "other").await.unwrap_err();
        assert!(matches!(wrong, SecretError::WrongKey { .. }));
        let keys_2 = keys(folder.path(), "two", 2);
        let missing = keys_2.unwrap(&wrapped, "lineage").await.unwrap_err();
        assert!(matches!(missing, SecretError::KeyMissing { .. }), "a new key must not be made: {missing}");
        keys_2.wrap(&key, "x").await.unwrap();
        assert!(matches!(keys_2.unwrap(&wrapped, "lineage").await, Err(SecretError::WrongKey { .. })));
        let foreign = WrappedKey { provider: "vault".into(), ..wrapped };
        let error = keys_1.unwrap(&foreign, "lineage").await.unwrap_err();
        assert!(matches!(error, SecretError::OtherProvider { .. }));
    }

    #[tokio::test]
    async fn two_who_make_the_key_file_at_once_get_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let threads: Vec<_> = (0..8)
            .map(|seed| keys(folder.path(), "key", seed))
            .map(|keys| std::thread::spawn(move || *keys.read_or_create().unwrap().expose()))
            .collect();
        let found: std::collections::BTreeSet<_> = threads.into_iter().map(|t| t.join().unwrap()).collect();
        assert_eq!(found.len(), 1);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left there");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_the_owner_reads_the_key_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let keys = keys(folder.path(), "deep/key", 1);
        keys.wrap(&DataKey::generate(&SeededRandom::new(3)).unwrap(), "x").await.unwrap();
        assert_eq!(fs::metadata(&keys.path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[tokio::test]
    async fn a_damaged_key_file_is_an_error_and_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let keys = keys(folder.path(), "key", 1);
        fs::write(&keys.path, "").unwrap();
        let key = DataKey::generate(&SeededRandom::new(3)).unwrap();
        assert!(matches!(keys.wrap(&key, "x").await, Err(SecretError::KeyFile { .. })));
        assert_eq!(fs::read(&keys.path).unwrap(), b"");
    }
}
