//! The head of a stack: the one object that ever changes, and only by a conditional put.
//!
//! It says which snapshot counts, where its journal begins, and who holds the lock. It is framed like a snapshot, so that
//! any damage to it shows.

use super::epochs::sealed_before;
use super::names::Place;
use atp_iac::state::format::{FORMAT, HolderForm, framed};
use atp_iac::state::{Holder, StateError, Version};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

const KIND: &str = "atp-iac head";

/// What counts of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The newest lease; rises, and outlives the state.
    pub epoch: u64,
    /// Leases up to this one can write nothing any more: they ended, or their journals are sealed.
    pub ended: u64,
    /// Batches from here on belong to the snapshot.
    pub journal: Place,
    /// `None` before the first one, and when the stack was forgotten.
    pub snapshot: Option<Kept>,
    /// Who holds the lock.
    pub lock: Option<Lock>,
}

/// A snapshot, and the name of its object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub version: Version,
    pub name: String,
}

/// A lock is held until it expires, unless it is renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    pub holder: Holder,
    /// No other lease has it.
    pub nonce: String,
    pub expires: OffsetDateTime,
}

impl Head {
    /// Of a stack without a snapshot, of which this may have been the last epoch; 0 when nobody worked on it so far.
    pub fn after(last: u64) -> Self {
        let (ended, journal) = (sealed_before(last), Place { epoch: last, number: 0 });
        Head { epoch: last, ended, journal, snapshot: None, lock: None }
    }

    pub fn version(&self) -> Option<&Version> {
        self.snapshot.as_ref().map(|kept| &kept.version)
    }

    /// The lock, if it is still in force.
    pub fn lock_at(&self, now: OffsetDateTime) -> Option<&Lock> {
        self.lock.as_ref().filter(|lock| now < lock.expires)
    }

    /// Whether readers find the same in both.
    pub fn says_the_same(&self, other: &Head) -> bool {
        (&self.snapshot, self.journal) == (&other.snapshot, other.journal)
    }

    pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
        framed::encode(&Form::from(self.clone()), b"").map(|(bytes, _)| bytes)
    }

    pub fn decode(file: &str, bytes: &[u8]) -> Result<Self, StateError> {
        let form = framed::decode::<Form>(file, KIND, bytes)?.header;
        let corrupt = |what: &str| StateError::Corrupt { file: file.to_owned(), what: what.to_owned() };
        let lock = form.lock.map(|lock| {
            let expires = OffsetDateTime::from_unix_timestamp(lock.expires);
            let expires = expires.map_err(|_| corrupt("its lock expires at no time that there is"))?;
            Ok::<_, StateError>(Lock { holder: lock.holder.0, nonce: lock.nonce, expires })
        });
        let snapshot = form.snapshot.map(|SnapshotForm { lineage, serial, sum, object }| Kept {
            version: Version { lineage, serial, checksum: sum },
            name: object,
        });
        let [epoch, number] = form.journal;
        let journal = Place { epoch, number };
        Ok(Head { epoch: form.epoch, ended: form.ended, journal, snapshot, lock: lock.transpose()? })
    }
}

/// A head, as it is written.
#[derive(Serialize, Deserialize)]
struct Form {
    format: String,
    version: u64,
    /// Of what follows the header: nothing does.
    length: u64,
    epoch: u64,
    ended: u64,
    journal: [u64; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot: Option<SnapshotForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lock: Option<LockForm>,
}

#[derive(Serialize, Deserialize)]
struct SnapshotForm {
    lineage: String,
    serial: u64,
    sum: String,
    object: String,
}

#[derive(Serialize, Deserialize)]
struct LockForm {
    holder: HolderForm,
    nonce: String,
    /// Seconds since 1970.
    expires: i64,
}

impl From<Head> for Form {
    fn from(head: Head) -> Self {
        let Head { epoch, ended, journal, snapshot, lock } = head;
        let snapshot = snapshot.map(|Kept { version: Version { lineage, serial, checksum }, name }| {
            SnapshotForm { lineage, serial, sum: checksum, object: name }
        });
        let lock = lock.map(|Lock { holder, nonce, expires }| LockForm {
            holder: HolderForm(holder),
            nonce,
            expires: expires.unix_timestamp(),
        });
        let journal = [journal.epoch, journal.number];
        Form { format: KIND.into(), version: FORMAT, length: 0, epoch, ended, journal, snapshot, lock }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atp_iac::testing::stores::sample::holder;

    fn head() -> Head {
        let version = Version { lineage: "0f8b".into(), serial: 3, checksum: "sha256:00".into() };
        let expires = OffsetDateTime::from_unix_timestamp(1_700_000_060).unwrap();
        Head {
            epoch: 7,
            ended: 6,
            journal: Place { epoch: 5, number: 2 },
            snapshot: Some(Kept { version, name: "s.json".into() }),
            lock: Some(Lock { holder: holder("anna"), nonce: "n".into(), expires }),
        }
    }

    #[test]
    fn a_head_reads_back_and_any_flipped_bit_of_it_is_found() {
        let bytes = head().encode().unwrap();
        assert_eq!(Head::decode("f", &bytes).unwrap(), head());
        assert_eq!(Head::decode("f", &Head::after(0).encode().unwrap()).unwrap(), Head::after(0));
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(Head::decode("f", &damaged).is_err(), "bit {bit}");
        }
        for length in 0..bytes.len() {
            assert!(Head::decode("f", &bytes[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn a_lock_is_in_force_until_it_expires() {
        let expires = head().lock.unwrap().expires;
        assert!(head().lock_at(expires - time::Duration::SECOND).is_some());
        assert!(head().lock_at(expires).is_none());
    }
}
