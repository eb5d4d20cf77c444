//! What a recovery file knows, taken into the state.

use super::merging::{Merging, differences};
use super::{Engine, EngineError};
use crate::StackName;
use crate::state::{StateError, StateSession, Stored, file, replay, unlock_secrets};
use std::path::{Path, PathBuf};

impl Engine {
    /// The recovery files of a stack, oldest first.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub fn recovery_files(&self, name: &StackName) -> Result<Vec<PathBuf>, EngineError> {
        let Some(files) = &self.recovery else { return Ok(Vec::new()) };
        let failed = |source| StateError::Read { file: "the folder of recovery files".into(), source };
        let own = format!("{}-2", name.to_string().replace('/', "-"));
        let of_stack =
            |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&own));
        Ok(files.list().map_err(failed)?.into_iter().filter(of_stack).collect())
    }

    /// Takes what a recovery file knows into the state, under the lock. `decide` hears first what that is; `None` when it
    /// does not want it. Afterwards the file has another name. Done again, it has nothing to do.
    ///
    /// # Errors
    /// When the file cannot be read, or is of another stack or lineage; when the cloud cannot be read.
    pub async fn recover_from(
        &self,
        name: &StackName,
        path: &Path,
        decide: &mut (dyn FnMut(&Merging) -> bool + Send),
    ) -> Result<Option<Merging>, EngineError> {
        let bytes = self.recovery_bytes(path)?;
        let session = self.open_for(name, "state recover").await?;
        let result = Box::pin(self.merge(&session, path, bytes, decide)).await;
        let (merging, closed) = self.finish(&session, result).await?;
        let Some(mut merging) = merging else { return Ok(None) };
        merging.warnings = closed.warnings;
        if let Some(files) = &self.recovery {
            match files.retire(path) {
                Ok(retired) => merging.retired = Some(retired),
                Err(error) => merging
                    .warnings
                    .push(format!("{} was merged, and cannot be renamed: {error}", path.display())),
            }
        }
        Ok(Some(merging))
    }

    fn recovery_bytes(&self, path: &Path) -> Result<Vec<u8>, EngineError> {
        let failed = |source| StateError::Read { file: path.display().to_string(), source };
        let read = self.recovery.as_ref().map_or(Ok(None), |files| files.read(path)).map_err(failed)?;
        read.ok_or_else(|| failed(std::io::ErrorKind::NotFound.into()).into())
    }

    async fn merge(
        &self,
        session: &StateSession,
        path: &Path,
        bytes: Vec<u8>,
        decide: &mut (dyn FnMut(&Merging) -> bool + Send),
    ) -> Result<Option<Merging>, EngineError> {
        let file = path.display().to_string();
        let (version, content) = file::snapshot::decode(&file, bytes)?;
        let now = session.view();
        if content.lineage != now.lineage() {
            let (expected, found) = (now.lineage().to_owned(), content.lineage);
            return Err(StateError::LineageMismatch { file, expected, found }.into());
        }
        let encoding = unlock_secrets(session.stack(), &content, self.keys.as_ref()).await?;
        let known = replay(&encoding, &Stored { version, content, journal: Vec::new() })?;
        let merging = differences(self, &now, &known).await?;
        if !decide(&merging) {
            return Ok(None);
        }
        session.record_all(merging.records.clone()).await?;
        Ok(Some(merging))
    }
}
