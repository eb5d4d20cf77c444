//! A head that is damaged or gone, made anew from everything else that is there.
//!
//! The newest snapshot by its name is the one that counts, and the newest journal that continues anything goes with it,
//! whole or not: what does not fit together is told as damage when it is read. Nothing is removed.
//!
//! Invariant: a stack that has anything left is never made one that was not deployed.

use super::ObjectStates;
use super::epochs;
use super::head::{Head, Kept};
use super::journal::is_seal;
use super::names::{Names, Place, Written};
use atp_iac::StackName;
use atp_iac::state::format::{journal as framing, snapshot};
use atp_iac::state::{StateError, Version};
use object_store::UpdateVersion;
use std::collections::BTreeMap;

/// The head of a stack, as far as it can be told.
pub enum Found {
    /// There is none, and nothing that it would belong to.
    Nothing,
    /// It is whole.
    Whole(Box<Head>),
    /// It is damaged or gone.
    Lost { damage: StateError, bytes: Option<Vec<u8>>, version: Option<UpdateVersion> },
}

/// Where a journal begins, and what it continues, if that can be read.
struct Begin {
    place: Place,
    base: Option<Version>,
}

impl ObjectStates {
    /// The head that is there now, whatever is wrong with it.
    pub(super) async fn find_head(&self, stack: &StackName, names: &Names) -> Result<Found, StateError> {
        let path = names.head();
        let Some(object) = self.requests.get(&path).await? else {
            return match self.is_missing(stack, names).await {
                Ok(false) => Ok(Found::Nothing),
                Ok(true) => Err(self.unsettled(names)),
                Err(damage @ StateError::Missing { .. }) => {
                    Ok(Found::Lost { damage, bytes: None, version: None })
                }
                Err(error) => Err(error),
            };
        };
        match Head::decode(&self.requests.file(&path), &object.bytes) {
            Ok(head) => Ok(Found::Whole(head.into())),
            Err(error @ StateError::NewerFormat { .. }) => Err(error),
            Err(damage) => {
                let (bytes, version) = (Some(object.bytes), Some(object.version));
                Ok(Found::Lost { damage, bytes, version })
            }
        }
    }

    /// Puts a head in the place of one that is lost. Nobody holds the lock by it.
    pub(super) async fn mend(&self, stack: &StackName) -> Result<bool, StateError> {
        let names = self.names(stack);
        let Found::Lost { version, .. } = self.find_head(stack, &names).await? else { return Ok(false) };
        let head = self.rebuilt(&names).await?;
        match self.put_head(&names, &head, version).await? {
            Some(_) => Ok(true),
            None => Err(self.unsettled(&names)),
        }
    }

    fn unsettled(&self, names: &Names) -> StateError {
        let source = std::io::Error::other("somebody changes it just now; try again");
        StateError::Write { file: self.requests.file(&names.head()), source }
    }

    /// The head that everything else tells of.
    pub(super) async fn rebuilt(&self, names: &Names) -> Result<Head, StateError> {
        let last = epochs::last(&self.requests, names).await?;
        let listed = self.requests.list(&names.snapshots()).await?;
        let newest = listed.iter().filter_map(|path| Some((Written::of(path)?, path.filename()?))).max();
        let from = newest.map_or(0, |(written, _)| written.epoch);
        let (begin, behind) = self.last_journal(names, from).await?;
        // What continues an older snapshot is in this one already, and could not be removed.
        let begin = begin.filter(|begin| match (&begin.base, newest) {
            (Some(base), Some((written, _))) => base.serial >= written.serial,
            _ => true,
        });
        let base = begin.as_ref().and_then(|begin| begin.base.as_ref());
        // The snapshot that a journal continues is there, unless it is lost itself.
        let newest = newest.filter(|(written, _)| base.is_none_or(|base| base.serial <= written.serial));
        let kept = match newest {
            Some((written, name)) => self.kept(names, written, name, base).await?,
            None => gone(begin.as_ref()),
        };
        let journal = begin.map_or(behind, |begin| begin.place);
        Ok(Head { journal, snapshot: Some(kept), ..Head::after(last) })
    }

    /// What a head says of a snapshot that may be damaged.
    async fn kept(
        &self,
        names: &Names,
        written: Written,
        name: &str,
        base: Option<&Version>,
    ) -> Result<Kept, StateError> {
        let path = names.snapshot(name);
        let bytes = self.requests.get(&path).await?.map(|object| object.bytes).unwrap_or_default();
        let decoded = snapshot::decode(&self.requests.file(&path), bytes).ok();
        let lineage = decoded
            .map(|(version, _)| version.lineage)
            .or_else(|| base.map(|base| base.lineage.clone()))
            .unwrap_or_default();
        let checksum = name.rsplit('-').next().unwrap_or_default().trim_end_matches(".json");
        let checksum = format!("sha256:{checksum}");
        Ok(Kept { version: Version { lineage, serial: written.serial, checksum }, name: name.to_owned() })
    }

    /// Where the journal of the newest epoch begins that has one, from an epoch on; and the place behind all that is there.
    async fn last_journal(&self, names: &Names, from: u64) -> Result<(Option<Begin>, Place), StateError> {
        let mut epochs: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for place in self.requests.list(&names.journal()).await?.iter().filter_map(Place::of) {
            if place.epoch >= from {
                epochs.entry(place.epoch).or_default().push(place.number);
            }
        }
        let end = epochs.iter().next_back().map(|(epoch, numbers)| (*epoch, numbers.iter().max()));
        let (epoch, last) = end.unwrap_or((from, None));
        let behind = Place { epoch, number: last.map_or(0, |last| last + 1) };
        for (epoch, numbers) in epochs.into_iter().rev() {
            let places: Vec<Place> = numbers.into_iter().map(|number| Place { epoch, number }).collect();
            let objects =
                self.requests.get_all(places.iter().map(|place| names.batch(*place)).collect()).await?;
            let batches = places.into_iter().zip(objects.into_iter().flatten());
            let batches: Vec<_> = batches.filter(|(_, object)| !is_seal(&object.bytes)).collect();
            // By itself only what begins a journal can be read.
            let begins = batches.iter().rev().find_map(|(place, object)| {
                let (base, _) = framing::decode("", &object.bytes).ok()?;
                Some(Begin { place: *place, base: Some(base) })
            });
            let first = || batches.first().map(|(place, _)| Begin { place: *place, base: None });
            if let Some(begin) = begins.or_else(first) {
                return Ok((Some(begin), behind));
            }
        }
        Ok((None, behind))
    }
}

/// What a head says of a snapshot that is gone.
fn gone(begin: Option<&Begin>) -> Kept {
    let unknown = || Version { lineage: String::new(), serial: 0, checksum: String::new() };
    let version = begin.and_then(|begin| begin.base.clone()).unwrap_or_else(unknown);
    let name = Names::snapshot_name(begin.map_or(0, |begin| begin.place.epoch), &version);
    Kept { version, name }
}
