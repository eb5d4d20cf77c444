//! Requests to an object store, and what came of them.
//!
//! Invariant: of a conditional put is always known whether it took place, also when its answer was lost: every object
//! carries a mark that no other put has.

use super::told::told;
use atp_iac::ports::{Clock, Random, random_uuid};
use atp_iac::state::StateError;
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, Error, GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt as _, PutMode,
    PutOptions, UpdateVersion,
};
use std::sync::Arc;
use std::time::Duration;

/// How often a put is sent of which it is not known whether it took place.
const ATTEMPTS: u32 = 3;
/// How long the first pause between two such puts is.
const PAUSE: Duration = Duration::from_millis(500);
/// How many requests of one kind are under way at once.
const AT_ONCE: usize = 16;
/// The metadata with the mark of a put. Azure wants an identifier.
const MARK: Attribute = Attribute::Metadata(std::borrow::Cow::Borrowed("atpmark"));

/// An object store.
#[derive(Clone)]
pub struct Requests {
    pub store: Arc<dyn ObjectStore>,
    /// For people: what all names begin with.
    pub place: String,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
}

/// An object.
pub struct Object {
    pub bytes: Vec<u8>,
    pub version: UpdateVersion,
}

/// What is there after a put that was refused.
enum Present {
    Own(UpdateVersion),
    Other,
    Nothing,
}

impl Requests {
    /// The name of an object, for people.
    pub fn file(&self, path: &Path) -> String {
        format!("{}/{path}", self.place)
    }

    /// An object; `None` when there is none of that name.
    pub async fn get(&self, path: &Path) -> Result<Option<Object>, StateError> {
        let got = match self.store.get(path).await {
            Ok(got) => got,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(self.cannot_read(path, error)),
        };
        let version = version_of(&got.meta);
        let bytes = got.bytes().await.map_err(|error| self.cannot_read(path, error))?;
        Ok(Some(Object { bytes: bytes.into(), version }))
    }

    /// Several objects, in the order of their names in the list.
    pub async fn get_all(&self, paths: Vec<Path>) -> Result<Vec<Option<Object>>, StateError> {
        stream::iter(paths)
            .map(|path| async move { self.get(&path).await })
            .buffered(AT_ONCE)
            .try_collect()
            .await
    }

    /// Whether there is an object of that name.
    pub async fn exists(&self, path: &Path) -> Result<bool, StateError> {
        match self.store.head(path).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(self.cannot_read(path, error)),
        }
    }

    /// Puts an object that never changes again, under a name that tells its content.
    pub async fn put(&self, path: &Path, bytes: Vec<u8>) -> Result<(), StateError> {
        self.put_as(path, bytes.into(), PutMode::Overwrite).await.map(|_| ())
    }

    /// Puts an object unless there is one of that name: then gives none.
    pub async fn create(&self, path: &Path, bytes: Vec<u8>) -> Result<Option<UpdateVersion>, StateError> {
        self.put_as(path, bytes.into(), PutMode::Create).await
    }

    /// Puts an object in the place of that version of it; gives none when another one is there, or nothing.
    pub async fn update(
        &self,
        path: &Path,
        bytes: Vec<u8>,
        version: UpdateVersion,
    ) -> Result<Option<UpdateVersion>, StateError> {
        self.put_as(path, bytes.into(), PutMode::Update(version)).await
    }

    async fn put_as(
        &self,
        path: &Path,
        bytes: Bytes,
        mode: PutMode,
    ) -> Result<Option<UpdateVersion>, StateError> {
        let mark = random_uuid(&*self.random)?;
        let mut attempt = 1;
        loop {
            let attributes = Attributes::from_iter([(MARK, mark.clone())]);
            let options = PutOptions { mode: mode.clone(), attributes, ..PutOptions::default() };
            let error = match self.store.put_opts(path, bytes.clone().into(), options).await {
                Ok(put) => return Ok(Some(put.into())),
                Err(error) => error,
            };
            let refused = matches!(
                (&error, &mode),
                (Error::AlreadyExists { .. } | Error::Precondition { .. }, _)
                    | (Error::NotFound { .. }, PutMode::Update(_))
            );
            if refused {
                match (self.present(path, &mark).await?, &mode) {
                    (Present::Own(version), _) => return Ok(Some(version)),
                    (Present::Other, _) | (Present::Nothing, PutMode::Update(_)) => return Ok(None),
                    // It clashed with a put that did not take place, or with an object that is gone.
                    (Present::Nothing, _) => {}
                }
            }
            if attempt == ATTEMPTS || is_final(&error) {
                return Err(self.cannot_write(path, error));
            }
            self.clock.sleep(PAUSE * attempt).await;
            attempt += 1;
        }
    }

    async fn present(&self, path: &Path, mark: &str) -> Result<Present, StateError> {
        let options = GetOptions { head: true, ..GetOptions::default() };
        match self.store.get_opts(path, options).await {
            Ok(got) if got.attributes.get(&MARK).is_some_and(|found| found.as_ref() == mark) => {
                Ok(Present::Own(version_of(&got.meta)))
            }
            Ok(_) => Ok(Present::Other),
            Err(Error::NotFound { .. }) => Ok(Present::Nothing),
            Err(error) => Err(self.cannot_read(path, error)),
        }
    }

    /// All names in a folder and below it, in order.
    pub async fn list(&self, folder: &Path) -> Result<Vec<Path>, StateError> {
        let listed = self.store.list(Some(folder)).map_ok(|meta| meta.location).try_collect::<Vec<_>>().await;
        let mut listed = listed.map_err(|error| self.cannot_list(folder, error))?;
        listed.sort();
        Ok(listed)
    }

    /// Whether there is anything in a folder.
    pub async fn any(&self, folder: &Path) -> Result<bool, StateError> {
        let first = self.store.list(Some(folder)).try_next().await;
        Ok(first.map_err(|error| self.cannot_list(folder, error))?.is_some())
    }

    /// The names of the folders in a folder.
    pub async fn folders(&self, folder: &Path) -> Result<Vec<String>, StateError> {
        let listed = self.store.list_with_delimiter(Some(folder)).await;
        let listed = listed.map_err(|error| self.cannot_list(folder, error))?;
        Ok(listed.common_prefixes.iter().filter_map(|path| path.filename().map(str::to_owned)).collect())
    }

    /// Removes objects. It is no error when one is not there.
    pub async fn remove(&self, paths: Vec<Path>) -> Result<(), StateError> {
        let mut removed = self.store.delete_stream(stream::iter(paths).map(Ok).boxed());
        while let Some(one) = removed.next().await {
            match one {
                Ok(_) | Err(Error::NotFound { .. }) => {}
                Err(error) => {
                    let source = told(error);
                    return Err(StateError::Write { file: self.place.clone(), source });
                }
            }
        }
        Ok(())
    }

    fn cannot_list(&self, folder: &Path, error: Error) -> StateError {
        StateError::Read { file: format!("{}/", self.file(folder)), source: told(error) }
    }

    fn cannot_read(&self, path: &Path, error: Error) -> StateError {
        StateError::Read { file: self.file(path), source: told(error) }
    }

    pub fn cannot_write(&self, path: &Path, error: Error) -> StateError {
        StateError::Write { file: self.file(path), source: told(error) }
    }
}

fn version_of(meta: &ObjectMeta) -> UpdateVersion {
    UpdateVersion { e_tag: meta.e_tag.clone(), version: meta.version.clone() }
}

/// Whether there is no use in sending the request again.
fn is_final(error: &Error) -> bool {
    matches!(
        error,
        Error::NotFound { .. }
            | Error::PermissionDenied { .. }
            | Error::Unauthenticated { .. }
            | Error::InvalidPath { .. }
            | Error::NotSupported { .. }
            | Error::NotImplemented { .. }
    )
}
