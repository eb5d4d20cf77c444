//! Damaging objects, beside the store of states.

use async_trait::async_trait;
use atp_iac::testing::stores::damage::{Damage, Harm, Part};
use futures::TryStreamExt as _;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use std::sync::Arc;

/// The objects of one stack.
pub struct Objects {
    pub store: Arc<dyn ObjectStore>,
    /// The folder of the stack.
    pub folder: Path,
}

impl Objects {
    async fn names(&self, below: &str) -> Vec<Path> {
        let folder = self.folder.clone().join(below);
        let listed = self.store.list(Some(&folder)).map_ok(|meta| meta.location);
        let mut names: Vec<Path> = listed.try_collect().await.unwrap();
        names.sort();
        names
    }

    async fn bytes(&self, path: &Path) -> Vec<u8> {
        self.store.get(path).await.unwrap().bytes().await.unwrap().into()
    }

    /// The first batch of the journal of whoever wrote one last.
    async fn first_batch(&self) -> Path {
        for path in self.names("journal").await.into_iter().rev() {
            let bytes = self.bytes(&path).await;
            if bytes.windows(15).any(|window| window == b"atp-iac journal") {
                return path;
            }
        }
        panic!("there is no journal");
    }
}

#[async_trait]
impl Damage for Objects {
    async fn damage(&self, part: Part, harm: Harm) -> bool {
        let path = match part {
            Part::Lock => self.folder.clone().join("head.json"),
            Part::Snapshot => self.names("snapshots").await.pop().unwrap(),
            Part::Journal => self.first_batch().await,
        };
        match harm.applied(&self.bytes(&path).await) {
            Some(bytes) => drop(self.store.put(&path, bytes.into()).await.unwrap()),
            None => self.store.delete(&path).await.unwrap(),
        }
        true
    }
}
