//! Which epochs may have been given, beside the head: should that be lost, none is given a second time.
//!
//! Epochs are given in blocks. Before the first one of a block is given, an object is put whose name is the last one of it.

use super::names::{Names, Place, Written};
use super::requests::Requests;
use atp_iac::state::StateError;
use object_store::path::Path;

/// How many epochs there are in a block: one put for so many locks.
const BLOCK: u64 = 16;

/// What such an object says, for people.
const MARK: &[u8] = b"{\"format\":\"atp-iac epochs\",\"version\":1}\n";

/// Before an epoch is given.
pub async fn reserve(requests: &Requests, names: &Names, epoch: u64) -> Result<(), StateError> {
    let last = epoch.next_multiple_of(BLOCK);
    if epoch + BLOCK != last + 1 {
        return Ok(());
    }
    requests.put(&names.epoch(last), MARK.to_vec()).await?;
    if last > BLOCK {
        // The one of the block before says less. When it stays, no harm is done.
        let _ = requests.remove(vec![names.epoch(last - BLOCK)]).await;
    }
    Ok(())
}

/// The last epoch that may have been given, as far as anything but the head tells it; 0 when there never was one. It ends
/// a block: the next one is reserved before it is given.
pub async fn last(requests: &Requests, names: &Names) -> Result<u64, StateError> {
    let number = |path: &Path| path.filename().and_then(|name| name.parse::<u64>().ok());
    let reserved = requests.list(&names.epochs()).await?.iter().filter_map(number).max();
    let snapshots = requests.list(&names.snapshots()).await?;
    let batches = requests.list(&names.journal()).await?;
    let written = snapshots.iter().filter_map(|path| Written::of(path).map(|written| written.epoch));
    let seen =
        written.chain(batches.iter().filter_map(|path| Place::of(path).map(|place| place.epoch))).max();
    // Of a stack without any such object a few epochs may have been given that nothing tells of.
    let seen = seen.map(|seen| if reserved.is_none() { seen + BLOCK } else { seen });
    Ok(reserved.max(seen).unwrap_or_default().next_multiple_of(BLOCK))
}

/// The epochs up to this one are sealed for sure when all that is known is the last that may have been given: whoever takes
/// a lock seals those before his, so that at most the last few are open.
pub fn sealed_before(last: u64) -> u64 {
    last.saturating_sub(2 * BLOCK)
}
