//! Whether a history is whole: the first record that is not as it was written, was dropped, added or put elsewhere.

use super::breaks::{self, lock_breaks};
use super::file::{Chained, Entry};
use super::public_key::TrustedKey;
use super::read::{HistoryError, numbers, read_one};
use crate::StackName;
use crate::state::{HistoryHead, StateError, StateStore};

/// What was found out about a history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// How many records are good, from the first on.
    pub good: u64,
    /// Checksum of the last good one.
    pub head: Option<String>,
    /// How many of these are signed by a key that is trusted.
    pub signed: u64,
    /// The first that is not good.
    pub bad: Option<Bad>,
    /// What is wrong with what is kept beside the records.
    pub beside: Option<String>,
    /// What people should know besides.
    pub notes: Vec<String>,
}

/// The first record that is not good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// Its number, or the one that it should have.
    pub number: u64,
    /// What is wrong.
    pub what: String,
}

/// Looks at all records of a stack, and at what its state says of them: `None` where there is no state.
///
/// With keys that are trusted, the last record has to be signed by one of them, and so has every one after the first that
/// is: what was written before signing began is covered by the checksums in what came after.
///
/// # Errors
/// When the records cannot be read. What is damaged is in the result.
pub async fn verify(
    store: &dyn StateStore,
    stack: &StackName,
    state: Option<Option<&HistoryHead>>,
    trust: &[TrustedKey],
) -> Result<Verification, StateError> {
    let (numbers, strange) = numbers(store, stack).await?;
    let mut found = Verification::default();
    let mut last: Option<Entry> = None;
    let (breaks, wrong) = lock_breaks(store, stack).await?;
    found.beside = wrong;
    for number in numbers {
        let wrong = match read_one(store, stack, number).await {
            Ok(Some(entry)) => {
                let wrong = follows(last.as_ref(), &entry).or_else(|| found.check_signature(&entry, trust));
                let said = entry.record.lock_breaks.as_ref();
                let against = || said.and_then(|said| breaks::against(&breaks, number, said));
                found.beside = found.beside.take().or_else(against);
                last = Some(entry);
                wrong
            }
            // Somebody removed it meanwhile: the next one shows it.
            Ok(None) => None,
            Err(HistoryError::Damaged { what, .. }) => Some(Bad { number, what }),
            // One that a newer version wrote and one whose version was changed look alike.
            Err(HistoryError::State(error @ StateError::NewerFormat { .. })) => {
                Some(Bad { number, what: error.to_string() })
            }
            Err(HistoryError::State(error)) => return Err(error),
            Err(error) => Some(Bad { number, what: error.to_string() }),
        };
        if let Some(bad) = wrong {
            found.bad = Some(bad);
            return Ok(found);
        }
        found.good += 1;
    }
    let end = last.as_ref().map_or(0, |entry| entry.record.number);
    found.head = last.as_ref().map(|entry| entry.checksum.clone());
    found.bad = (strange.first())
        .map(|name| Bad { number: end + 1, what: format!("`{name}` is there, and is no record") })
        .or_else(|| unsigned_end(last.as_ref(), trust));
    match state {
        _ if found.bad.is_some() => {}
        Some(Some(head)) => found.bad = against(store, stack, head, end).await?,
        Some(None) if end > 0 => {
            found
                .notes
                .push("the state does not say how long its history is: no update was done since".to_owned());
        }
        Some(None) => {}
        None => found.notes.push(
            "there is no state that could say how long its history is: records may be missing at the end"
                .to_owned(),
        ),
    }
    Ok(found)
}

/// Whether a record comes right after another one.
pub(super) fn follows<R: Chained>(last: Option<&Entry<R>>, entry: &Entry<R>) -> Option<Bad> {
    let (number, named) = (entry.record.number(), entry.record.before());
    let (expected, before) = match last {
        Some(last) => (last.record.number() + 1, Some(last.checksum.as_str())),
        None => (1, None),
    };
    if number != expected {
        return Some(Bad { number: expected, what: "it is missing, and later ones are there".to_owned() });
    }
    if named == before {
        return None;
    }
    let what = match (named, before) {
        (None, Some(_)) => "it does not name the record before it".to_owned(),
        (Some(named), Some(before)) => format!(
            "it names {} as the record before it, and that one is {}: one of them was changed or put elsewhere",
            short(named),
            short(before)
        ),
        (_, None) => "it names a record before it, and is the first".to_owned(),
    };
    Some(Bad { number, what })
}

impl Verification {
    fn check_signature(&mut self, entry: &Entry, trust: &[TrustedKey]) -> Option<Bad> {
        let bad = |what: String| Some(Bad { number: entry.record.number, what });
        match &entry.signature {
            Some(signature) if !signature.fits(&entry.signed) => {
                bad(format!("its signature is not one of {}", signature.key))
            }
            Some(signature) if trust.contains(&signature.key) => {
                self.signed += 1;
                None
            }
            Some(signature) if !trust.is_empty() => {
                bad(format!("it is signed by {}, which is not trusted", signature.key))
            }
            Some(_) => None,
            None if self.signed > 0 => bad("it is not signed, and those before it are".to_owned()),
            None => None,
        }
    }
}

fn unsigned_end(last: Option<&Entry>, trust: &[TrustedKey]) -> Option<Bad> {
    let last = last.filter(|last| last.signature.is_none() && !trust.is_empty())?;
    Some(Bad {
        number: last.record.number,
        what: "it is the last one, and is not signed by a key that is trusted; the next update that such a key signs \
               vouches for those before it, too"
            .to_owned(),
    })
}

/// What does not fit what the state says.
async fn against(
    store: &dyn StateStore,
    stack: &StackName,
    head: &HistoryHead,
    end: u64,
) -> Result<Option<Bad>, StateError> {
    if end < head.number {
        let what = match head.number - end {
            1 => "the state says that it was the last, and it is missing: it was dropped, or the run could not write it and \
                  the next one does"
                .to_owned(),
            several => format!("the state says that there are {} records: the last {several} are missing", head.number),
        };
        return Ok(Some(Bad { number: end + 1, what }));
    }
    if end > head.number {
        let number = head.number + 1;
        let what = format!(
            "the state says that record {} was the last: this one was added, or an older state was put back",
            head.number
        );
        return Ok(Some(Bad { number, what }));
    }
    let Ok(Some(last)) = read_one(store, stack, head.number).await else { return Ok(None) };
    let differs = head.before.is_some() && last.record.before != head.before;
    Ok(differs.then(|| Bad {
        number: head.number,
        what: "it follows another record than the state says".to_owned(),
    }))
}

/// The beginning of a checksum.
pub(super) fn short(checksum: &str) -> &str {
    checksum.get(..19).unwrap_or(checksum)
}
