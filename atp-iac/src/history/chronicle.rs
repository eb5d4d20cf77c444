//! What a session does for the history of its stack: it sees to it that its change has a record, and those before it.

use super::breaks;
use super::changes::changes;
use super::file;
use super::read::{HistoryError, numbers, read_one};
use super::record::{
    ApprovalNote, By, FailureNote, HistoryRecord, HistoryResult, Later, Provenance, StateMark,
};
use super::signing::Signer;
use crate::StackName;
use crate::ports::Clock;
use crate::secrets::Fingerprints;
use crate::state::{Folder, HistoryHead, Holder, LastUpdate, StateError, StateStore, StateView, Version};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What is known of a change besides what the state says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account {
    /// Hash of the plan.
    pub plan: Option<String>,
    /// The aim of a rollback.
    pub to: Option<u64>,
    /// Who agreed to the plan.
    pub approvals: Vec<ApprovalNote>,
    /// How it ended; done, unless told.
    pub result: Option<HistoryResult>,
    /// How many operations of each kind the plan had.
    pub counts: BTreeMap<String, usize>,
    /// What failed.
    pub failures: Vec<FailureNote>,
    /// Of a command about the state: what it did, for people.
    pub note: Option<String>,
}

/// Writes the history of one stack for one session.
pub(crate) struct Chronicle {
    pub store: Arc<dyn StateStore>,
    pub stack: StackName,
    pub clock: Arc<dyn Clock>,
    pub by: Holder,
    pub from: Provenance,
    pub signer: Option<Arc<dyn Signer>>,
    pub account: Mutex<Account>,
}

/// The last record that there is.
struct Tip {
    number: u64,
    /// `None` where it is missing or damaged: whoever verifies the history is told.
    checksum: Option<String>,
}

/// What is under a number.
enum Under {
    Nothing,
    Damaged,
    Record { checksum: String, state: StateMark },
}

impl Chronicle {
    /// Says more of the change.
    pub fn tell(&self, tell: impl FnOnce(&mut Account)) {
        tell(&mut self.account.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Writes the record of a run that was cut off: `before` is the snapshot, and `after` has what the run wrote down, too.
    pub async fn cut_off(
        &self,
        (before, after): (&StateView, &StateView),
        (snapshot, journal): (&Version, &str),
        fingerprints: &Fingerprints,
    ) -> Result<HistoryHead, StateError> {
        let (number, previous) = self.next(before, Some(snapshot)).await?;
        let begun = after.last_update().filter(|update| before.last_update() != Some(update));
        let by = begun.map_or_else(|| nobody(&self.by), |update| update.by.clone());
        let head = HistoryHead { number, before: previous, by };
        let mut record = self.later(&head, begun, before.lineage());
        record.result =
            begun.and_then(|update| update.result).map_or(HistoryResult::CutOff, HistoryResult::from);
        (record.changed, record.outputs) = changes(before, after, fingerprints);
        record.state = StateMark { serial: snapshot.serial, checksum: journal.to_owned(), journal: true };
        self.put(record).await?;
        Ok(head)
    }

    /// Where the history stands when the change of this session is in it.
    pub async fn head(
        &self,
        opened: &StateView,
        version: Option<&Version>,
    ) -> Result<HistoryHead, StateError> {
        let (number, before) = self.next(opened, version).await?;
        Ok(HistoryHead { number, before, by: self.by.clone() })
    }

    /// The same where the state cannot be read: behind the last record that there is.
    pub async fn head_of_records(&self) -> Result<HistoryHead, StateError> {
        let last = self.listed().await?;
        let (number, before) = last.map_or((1, None), |tip| (tip.number + 1, tip.checksum));
        Ok(HistoryHead { number, before, by: self.by.clone() })
    }

    /// The same where the records cannot be read: the number that follows, if it is known.
    pub fn head_unread(&self, opened: &StateView) -> Option<HistoryHead> {
        let number = opened.history()?.number + 1;
        Some(HistoryHead { number, before: None, by: self.by.clone() })
    }

    /// Writes the record of this session.
    pub async fn record(
        &self,
        head: &HistoryHead,
        (before, after): (&StateView, &StateView),
        version: &Version,
        fingerprints: &Fingerprints,
    ) -> Result<(), StateError> {
        let account = self.account.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Account { plan, to, approvals, result, counts, failures, note } = account;
        let (changed, outputs) = changes(before, after, fingerprints);
        let record = HistoryRecord {
            number: head.number,
            stack: self.stack.to_string(),
            lineage: version.lineage.clone(),
            operation: self.by.operation.clone(),
            by: By::from(&self.by),
            began: self.by.since,
            milliseconds: (self.clock.now() - self.by.since).whole_milliseconds().try_into().ok(),
            from: self.from.clone(),
            plan,
            to,
            approvals,
            verdicts: Vec::new(),
            result: result.unwrap_or(HistoryResult::Done),
            counts,
            failures,
            changed,
            outputs,
            state: mark(version),
            written_later: None,
            note,
            lock_breaks: None,
            before: head.before.clone(),
        };
        self.put(record).await.map(|_| ())
    }

    /// The number of the next record, and the checksum of the one before it. What an earlier run could not write is written
    /// first.
    async fn next(
        &self,
        view: &StateView,
        version: Option<&Version>,
    ) -> Result<(u64, Option<String>), StateError> {
        let tip = match view.history() {
            Some(head) => self.tip(head, view, version).await?,
            None => self.listed().await?,
        };
        Ok(tip.map_or((1, None), |tip| (tip.number + 1, tip.checksum)))
    }

    /// The last record, where the state says which it is.
    async fn tip(
        &self,
        head: &HistoryHead,
        view: &StateView,
        version: Option<&Version>,
    ) -> Result<Option<Tip>, StateError> {
        let checksum = match self.under(head.number).await? {
            // An older state was put back: the history went on.
            Under::Record { .. } | Under::Damaged if self.is_taken(head.number + 1).await? => {
                return self.listed().await;
            }
            Under::Record { checksum, .. } => Some(checksum),
            Under::Damaged => None,
            Under::Nothing => self.make_up(head, view, version).await?,
        };
        Ok(Some(Tip { number: head.number, checksum }))
    }

    /// Writes a record that its run could not write; its checksum. Where it was there once, it stays missing.
    async fn make_up(
        &self,
        head: &HistoryHead,
        view: &StateView,
        version: Option<&Version>,
    ) -> Result<Option<String>, StateError> {
        let before = match head.number {
            1 => None,
            number => match self.under(number - 1).await? {
                Under::Record { checksum, .. } => Some(checksum),
                Under::Damaged | Under::Nothing => return Ok(None),
            },
        };
        let Some(version) = version.filter(|_| head.before.is_none() || head.before == before) else {
            return Ok(None);
        };
        let begun = view
            .last_update()
            .filter(|update| update.at >= head.by.since && By::from(&update.by) == By::from(&head.by));
        let head = HistoryHead { before, ..head.clone() };
        let mut record = self.later(&head, begun, &version.lineage);
        record.result =
            begun.and_then(|update| update.result).map_or(HistoryResult::Unknown, HistoryResult::from);
        record.state = mark(version);
        self.put(record).await.map(Some)
    }

    /// What is known of a change whose run left no record.
    fn later(&self, head: &HistoryHead, begun: Option<&LastUpdate>, lineage: &str) -> HistoryRecord {
        HistoryRecord {
            number: head.number,
            stack: self.stack.to_string(),
            lineage: lineage.to_owned(),
            operation: begun.map_or_else(|| head.by.operation.clone(), |update| update.operation.clone()),
            by: By::from(&head.by),
            began: begun.map_or(head.by.since, |update| update.at),
            milliseconds: None,
            from: Provenance::default(),
            plan: begun.map(|update| update.plan.clone()),
            to: None,
            approvals: Vec::new(),
            verdicts: Vec::new(),
            result: HistoryResult::Unknown,
            counts: BTreeMap::new(),
            failures: Vec::new(),
            changed: Vec::new(),
            outputs: Vec::new(),
            state: StateMark { serial: 0, checksum: String::new(), journal: false },
            written_later: Some(Later(self.clock.now())),
            note: None,
            lock_breaks: None,
            before: head.before.clone(),
        }
    }

    /// The last record by number.
    async fn listed(&self) -> Result<Option<Tip>, StateError> {
        let (numbers, _) = numbers(self.store.as_ref(), &self.stack).await?;
        let Some(number) = numbers.last().copied() else { return Ok(None) };
        let checksum = match self.under(number).await? {
            Under::Record { checksum, .. } => Some(checksum),
            Under::Damaged | Under::Nothing => None,
        };
        Ok(Some(Tip { number, checksum }))
    }

    async fn is_taken(&self, number: u64) -> Result<bool, StateError> {
        Ok(self.store.document(&self.stack, Folder::History, &file::name(number)).await?.is_some())
    }

    async fn under(&self, number: u64) -> Result<Under, StateError> {
        match read_one(self.store.as_ref(), &self.stack, number).await {
            Ok(None) => Ok(Under::Nothing),
            Ok(Some(entry)) => Ok(Under::Record { checksum: entry.checksum, state: entry.record.state }),
            Err(HistoryError::State(error)) => Err(error),
            Err(_) => Ok(Under::Damaged),
        }
    }

    /// Puts a record where none is; its checksum. One that says the same of the same state may be there already: a run
    /// wrote it and was cut off, or another one made up for it.
    async fn put(&self, mut record: HistoryRecord) -> Result<String, StateError> {
        record.lock_breaks = breaks::end(self.store.as_ref(), &self.stack).await?;
        let (bytes, checksum) = file::encode(&self.stack, &record, self.signer.as_deref()).await?;
        let name = file::name(record.number);
        if self.store.put_document(&self.stack, Folder::History, &name, bytes).await? {
            return Ok(checksum);
        }
        match self.under(record.number).await? {
            Under::Record { checksum, state } if state == record.state => Ok(checksum),
            _ => Err(StateError::HistoryTaken { stack: self.stack.clone().into(), number: record.number }),
        }
    }
}

/// Somebody of whom nothing is known.
fn nobody(of: &Holder) -> Holder {
    Holder {
        who: "unknown".to_owned(),
        host: "unknown".to_owned(),
        process: 0,
        operation: "unknown".to_owned(),
        since: of.since,
    }
}

fn mark(version: &Version) -> StateMark {
    StateMark { serial: version.serial, checksum: version.checksum.clone(), journal: false }
}
