//! The journal of a stack: an object for each batch, numbered without gaps under the epoch of its writer.
//!
//! A writer never skips a number. Whoever takes the lock over puts a seal under the next number of the epochs before his:
//! a writer of such an epoch who comes back finds its number taken, and has written nothing.

use super::head::{Head, Kept};
use super::names::{Names, Place};
use super::requests::{Object, Requests};
use atp_iac::state::format::journal;
use atp_iac::state::{StateError, Version};
use object_store::path::Path;
use std::collections::BTreeMap;

/// What a seal says; no batch begins like this.
const SEAL: &[u8] = b"{\"format\":\"atp-iac seal\",\"version\":1}\n";
/// How many batches a writer may put before whoever seals its journal, and is never as quick, gives up.
const ATTEMPTS: u32 = 1000;

/// How the journal is written under one lease.
pub struct Writer {
    /// The number of the next batch. None is ever used twice, not even of a batch that failed.
    pub next: u64,
    /// The snapshot that there is.
    pub base: Option<Version>,
    pub phase: Phase,
}

/// What is known of the journal of the present snapshot.
pub enum Phase {
    /// Nothing.
    Unknown,
    /// There is nothing in it.
    Empty,
    /// All that is in it was written under this lease.
    Own(journal::Framer),
    /// A write failed: whether it took place is not known.
    Broken,
}

/// The batches of a snapshot.
pub async fn read(
    requests: &Requests,
    names: &Names,
    head: &Head,
    kept: &Kept,
) -> Result<Vec<Vec<u8>>, StateError> {
    let mut found = None;
    for (epoch, numbers) in live(requests, names, head).await? {
        let batches = read_epoch(requests, names, head, kept, epoch, &numbers).await?;
        if batches.is_empty() {
            continue;
        }
        if found.replace(batches).is_some() {
            let what = "two writers added to it, and one of them at most had the right to".to_owned();
            return Err(StateError::Corrupt { file: requests.file(&names.journal()), what });
        }
    }
    Ok(found.unwrap_or_default())
}

/// The numbers that are there from where the journal begins, by epoch.
pub async fn live(
    requests: &Requests,
    names: &Names,
    head: &Head,
) -> Result<BTreeMap<u64, Vec<u64>>, StateError> {
    let mut epochs: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for place in requests.list(&names.journal()).await?.iter().filter_map(Place::of) {
        if place >= head.journal && place.epoch <= head.epoch {
            epochs.entry(place.epoch).or_default().push(place.number);
        }
    }
    Ok(epochs)
}

async fn read_epoch(
    requests: &Requests,
    names: &Names,
    head: &Head,
    kept: &Kept,
    epoch: u64,
    numbers: &[u64],
) -> Result<Vec<Vec<u8>>, StateError> {
    let file = requests.file(&names.journal_of(epoch));
    let corrupt = |what: String| StateError::Corrupt { file: file.clone(), what };
    let first = if epoch == head.journal.epoch { head.journal.number } else { 0 };
    if let Some(missing) = (first..).zip(numbers).find(|(expected, number)| expected != *number) {
        return Err(corrupt(format!("batch {} is missing", missing.0)));
    }
    let paths = numbers.iter().map(|number| names.batch(Place { epoch, number: *number })).collect();
    let mut bytes = Vec::new();
    let mut count = 0;
    let mut sealed = false;
    for (number, object) in numbers.iter().zip(requests.get_all(paths).await?) {
        let Some(Object { bytes: text, .. }) = object else {
            return Err(corrupt(format!("batch {number} is missing")));
        };
        if sealed {
            return Err(corrupt(format!("batch {number} stands behind its seal")));
        }
        sealed = is_seal(&text);
        if !sealed {
            bytes.extend(text);
            count += 1;
        }
    }
    if count == 0 {
        return Ok(Vec::new());
    }
    let (base, batches) = journal::decode(&file, &bytes)?;
    if base != kept.version {
        return Err(corrupt(format!("it continues {base}, and the snapshot beside it is {}", kept.version)));
    }
    if batches.len() != count {
        return Err(corrupt("its last batch is not what was written".to_owned()));
    }
    Ok(batches)
}

/// Sees to it that nothing is added to the journal of an epoch any more.
pub async fn seal(requests: &Requests, names: &Names, epoch: u64) -> Result<(), StateError> {
    let mut number = match last(requests, names, epoch).await? {
        Some(last) if is_sealed(requests, &names.batch(last)).await? => return Ok(()),
        Some(last) => last.number + 1,
        None => 0,
    };
    for _ in 0..ATTEMPTS {
        let path = names.batch(Place { epoch, number });
        if requests.create(&path, SEAL.to_vec()).await?.is_some() || is_sealed(requests, &path).await? {
            return Ok(());
        }
        number += 1;
    }
    let source = std::io::Error::other("its writer does not stop");
    Err(StateError::Write { file: requests.file(&names.journal_of(epoch)), source })
}

async fn is_sealed(requests: &Requests, path: &Path) -> Result<bool, StateError> {
    Ok(requests.get(path).await?.is_some_and(|object| is_seal(&object.bytes)))
}

/// Whether an object of a journal is a seal.
pub fn is_seal(bytes: &[u8]) -> bool {
    bytes == SEAL
}

/// The last object of an epoch.
async fn last(requests: &Requests, names: &Names, epoch: u64) -> Result<Option<Place>, StateError> {
    Ok(requests.list(&names.journal_of(epoch)).await?.iter().filter_map(Place::of).max())
}

/// What of a journal nobody needs any more: whatever stands before a place. The last object of an epoch that was taken
/// over is its seal, and stays for good.
pub async fn outdated(requests: &Requests, names: &Names, from: Place) -> Result<Vec<Path>, StateError> {
    let listed = requests.list(&names.journal()).await?;
    let places: Vec<(Place, Path)> =
        listed.into_iter().filter_map(|path| Some((Place::of(&path)?, path))).collect();
    let last: BTreeMap<u64, u64> = places.iter().map(|(place, _)| (place.epoch, place.number)).collect();
    let goes = |place: &Place| {
        *place < from && (place.epoch == from.epoch || last.get(&place.epoch) != Some(&place.number))
    };
    Ok(places.into_iter().filter(|(place, _)| goes(place)).map(|(_, path)| path).collect())
}
