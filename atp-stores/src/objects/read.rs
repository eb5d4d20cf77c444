//! Reading, with and without the lock. Damage is an error by name, and never an empty state.

use super::head::{Head, Kept};
use super::journal;
use super::names::Names;
use super::{ObjectStates, StackName};
use atp_iac::state::format::snapshot;
use atp_iac::state::{StateError, Stored};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use object_store::UpdateVersion;
use object_store::path::Path;

/// How often a reader without the lock tries to find the same head twice in a row.
const ATTEMPTS: usize = 20;
/// How many stacks are looked at at once.
const AT_ONCE: usize = 16;

impl ObjectStates {
    /// The head that is there now.
    pub(super) async fn head(&self, names: &Names) -> Result<Option<(Head, UpdateVersion)>, StateError> {
        let path = names.head();
        let Some(object) = self.requests.get(&path).await? else { return Ok(None) };
        let head = Head::decode(&self.requests.file(&path), &object.bytes)?;
        Ok(Some((head, object.version)))
    }

    /// Reads again when a writer put another snapshot in place meanwhile.
    pub(super) async fn read_settled(&self, stack: &StackName) -> Result<Option<Stored>, StateError> {
        let names = self.names(stack);
        let mut before = self.head(&names).await?;
        let mut attempt = 1;
        loop {
            let read = match &before {
                Some((Head { snapshot: None, .. }, _)) => return Ok(None),
                Some((head @ Head { snapshot: Some(kept), .. }, _)) => {
                    self.read_once(stack, &names, head, kept).await.map(Some)
                }
                None => match self.is_missing(stack, &names).await {
                    Ok(true) => Err(self.missing(stack, &names.head(), "unknown")),
                    known => return known.map(|_| None),
                },
            };
            let after = self.head(&names).await?;
            let settled = match (&before, &after) {
                (Some((before, _)), Some((after, _))) => before.says_the_same(after),
                _ => false,
            };
            if settled || attempt >= ATTEMPTS {
                return read;
            }
            before = after;
            attempt += 1;
        }
    }

    async fn read_once(
        &self,
        stack: &StackName,
        names: &Names,
        head: &Head,
        kept: &Kept,
    ) -> Result<Stored, StateError> {
        let path = names.snapshot(&kept.name);
        let file = self.requests.file(&path);
        let Some(object) = self.requests.get(&path).await? else {
            return Err(self.missing(stack, &path, &kept.version.lineage));
        };
        let (version, content) = snapshot::decode(&file, object.bytes)?;
        if version != kept.version {
            let what = format!("it is {version}, and the head of the stack says {}", kept.version);
            return Err(StateError::Corrupt { file, what });
        }
        let journal = journal::read(&self.requests, names, head, kept).await?;
        Ok(Stored { version, content, journal })
    }

    /// Of a stack without a head: an error when there is something of it all the same; `true` when a head has come up
    /// since.
    pub(super) async fn is_missing(&self, stack: &StackName, names: &Names) -> Result<bool, StateError> {
        let (snapshots, journal) = (names.snapshots(), names.journal());
        if !self.requests.any(&snapshots).await? && !self.requests.any(&journal).await? {
            return Ok(false);
        }
        match self.requests.exists(&names.head()).await? {
            true => Ok(true),
            false => Err(self.missing(stack, &names.head(), "unknown")),
        }
    }

    pub(super) fn missing(&self, stack: &StackName, path: &Path, lineage: &str) -> StateError {
        let (stack, lineage) = (Box::new(stack.clone()), lineage.to_owned());
        StateError::Missing { stack, file: self.requests.file(path), lineage }
    }

    /// The stacks that have a state, whole or not.
    pub(super) async fn stacks(&self) -> Result<Vec<StackName>, StateError> {
        let mut candidates = Vec::new();
        for environment in self.requests.folders(&self.prefix).await? {
            let environments = self.prefix.clone().join(environment.as_str());
            for region in self.requests.folders(&environments).await? {
                for name in self.requests.folders(&environments.clone().join(region.as_str())).await? {
                    candidates.extend(StackName::new(&environment, &region, &name));
                }
            }
        }
        let looked: Vec<Option<StackName>> = stream::iter(candidates)
            .map(|stack| async move { Ok::<_, StateError>(self.has_state(&stack).await?.then_some(stack)) })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let mut found: Vec<StackName> = looked.into_iter().flatten().collect();
        found.sort();
        Ok(found)
    }

    async fn has_state(&self, stack: &StackName) -> Result<bool, StateError> {
        let names = self.names(stack);
        match self.head(&names).await {
            Ok(Some((head, _))) => Ok(head.snapshot.is_some()),
            Ok(None) => self.requests.any(&names.snapshots()).await,
            Err(error @ StateError::Read { .. }) => Err(error),
            Err(_) => Ok(true),
        }
    }
}
