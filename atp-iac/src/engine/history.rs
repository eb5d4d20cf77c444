//! The history of a stack, as the engine writes and reads it.

use super::{Engine, EngineError, PlanOrigin, Reading, Saved, SavedPlan, Update};
use crate::StackName;
use crate::apply::{RefreshError, Report};
use crate::history::{
    self, Account, Approval, ApprovalRule, Between, By, Chronicle, Entry, FailureNote, HistoryError,
    HistoryResult, JudgedApproval, Provenance, Signer, Subject, TrustedKey, Verification,
};
use crate::plan::Counts;
use crate::state::{Holder, read_state};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// What the history of every change holds besides, and what protects plans.
#[derive(Clone, Default)]
pub(super) struct Records {
    pub from: Provenance,
    pub signer: Option<Arc<dyn Signer>>,
    pub trust: Vec<TrustedKey>,
    pub approvals: ApprovalRule,
}

/// The records of a stack, or what is wrong with each.
pub type History = Vec<(u64, Result<Entry, HistoryError>)>;

impl Engine {
    /// What updates are run from, and why: it stands in the history.
    pub fn with_provenance(mut self, from: Provenance) -> Self {
        self.records.from = from;
        self
    }

    /// Who signs the history and approvals; nobody unless told.
    pub fn with_signer(mut self, signer: Arc<dyn Signer>) -> Self {
        self.records.signer = Some(signer);
        self
    }

    /// Whose signatures are trusted. With any, approvals that no such key signed do not count.
    pub fn with_trust(mut self, trust: impl IntoIterator<Item = TrustedKey>) -> Self {
        self.records.trust = trust.into_iter().collect();
        self
    }

    /// What approvals a plan needs before it is carried out; none unless told. With any, only saved plans are carried out.
    pub fn with_approvals(mut self, rule: ApprovalRule) -> Self {
        self.records.approvals = rule;
        self
    }

    /// Sees to it that what is to be done can be signed, before anything is done. The key.
    pub(super) async fn check_signer(&self) -> Result<Option<TrustedKey>, EngineError> {
        let Some(signer) = &self.records.signer else { return Ok(None) };
        let key = history::try_out(signer.as_ref()).await.map_err(EngineError::Signer)?;
        let trust = &self.records.trust;
        match trust.is_empty() || trust.contains(&key) {
            true => Ok(Some(key)),
            false => Err(EngineError::UntrustedSigner { key: key.to_string() }),
        }
    }

    pub(super) fn chronicle(&self, stack: &StackName, by: &Holder) -> Chronicle {
        Chronicle {
            store: self.store.clone(),
            stack: stack.clone(),
            clock: self.clock.clone(),
            by: by.clone(),
            from: self.records.from.clone(),
            signer: self.records.signer.clone(),
            account: Mutex::new(Account::default()),
        }
    }

    /// The newest records of a stack, oldest first; without a number, all.
    ///
    /// # Errors
    /// When they cannot be read. What is damaged is in the list.
    pub async fn history(&self, name: &StackName, newest: Option<usize>) -> Result<History, EngineError> {
        Ok(history::read_all(self.store.as_ref(), name, newest).await?)
    }

    /// One record of a stack.
    ///
    /// # Errors
    /// When there is none of that number, or it is damaged.
    pub async fn history_record(&self, name: &StackName, number: u64) -> Result<Entry, EngineError> {
        history::record(self.store.as_ref(), name, number).await?;
        let entry = history::read_one(self.store.as_ref(), name, number).await?;
        let there = "somebody removed it just now".to_owned();
        entry.ok_or_else(|| HistoryError::NoRecord { number, stack: name.clone().into(), there }.into())
    }

    /// What differs between the states that two updates left; 0 is before the first one.
    ///
    /// # Errors
    /// When there is no such record, or one in between is missing or damaged.
    pub async fn history_diff(&self, name: &StackName, from: u64, to: u64) -> Result<Between, EngineError> {
        Ok(history::between(self.store.as_ref(), self.keys.as_ref(), name, (from, to)).await?)
    }

    /// Whether the history of a stack is whole, and fits its state.
    ///
    /// # Errors
    /// When it or the state cannot be read. What is damaged is in the result.
    pub async fn verify_history(&self, name: &StackName) -> Result<Verification, EngineError> {
        let state = read_state(self.store.as_ref(), name, self.keys.as_ref()).await?;
        let head = state.as_ref().map(|read| read.view.history());
        Ok(history::verify(self.store.as_ref(), name, head, &self.records.trust).await?)
    }

    /// Agrees to a saved plan. Whether that is new.
    ///
    /// # Errors
    /// When the plan could not be made, when whoever agrees has made it, when it cannot be signed by a key that is trusted and
    /// has to be, and when the approval cannot be kept.
    pub async fn approve_plan(&self, plan: &SavedPlan, message: Option<String>) -> Result<bool, EngineError> {
        let saved = plan.saved()?;
        if self.who.who == plan.by.who {
            return Err(EngineError::OwnPlan { who: plan.by.who.clone() });
        }
        let own = |one: &JudgedApproval| one.discounted.is_none() && one.kept.approval.by.who == self.who.who;
        if self.approvals(plan).await?.iter().any(own) {
            return Ok(false);
        }
        self.check_approver(plan).await?;
        let (lineage, serial) = base_of(saved);
        let approval = Approval {
            plan: saved.digest.clone(),
            file: plan.origin.checksum.clone(),
            stack: plan.stack.to_string(),
            lineage: lineage.to_owned(),
            serial,
            by: By::from(&self.who),
            at: self.clock.now(),
            message,
        };
        let signer = self.records.signer.as_deref();
        Ok(history::approve(self.store.as_ref(), &plan.stack, &approval, signer).await?)
    }

    /// Refuses an approval that would not count for the key that signs it, or for that of whoever made the plan.
    async fn check_approver(&self, plan: &SavedPlan) -> Result<(), EngineError> {
        let (key, trust) = (self.check_signer().await?, &self.records.trust);
        if trust.is_empty() {
            return Ok(());
        }
        let maker = plan.origin.signed_by.as_ref().filter(|maker| trust.contains(maker));
        match (key, maker) {
            (_, None) => Err(EngineError::UnsignedPlan),
            (None, _) => Err(EngineError::UnsignedApproval),
            (Some(key), Some(maker)) if key == *maker => {
                Err(EngineError::OwnPlan { who: format!("whoever has the key {key}") })
            }
            _ => Ok(()),
        }
    }

    /// Who agreed to a saved plan, and whether that counts.
    ///
    /// # Errors
    /// When the plan could not be made, or the approvals cannot be read.
    pub async fn approvals(&self, plan: &SavedPlan) -> Result<Vec<JudgedApproval>, EngineError> {
        let saved = plan.saved()?;
        let kept = history::approvals(self.store.as_ref(), &plan.stack, &saved.digest).await?;
        let PlanOrigin { checksum, signed_by } = &plan.origin;
        let maker = (plan.by.who.as_str(), signed_by.as_ref());
        let subject = Subject { file: checksum, base: base_of(saved), maker };
        let Records { trust, approvals, .. } = &self.records;
        Ok(history::judge(kept, subject, trust, (*approvals, self.clock.now())))
    }

    /// What approvals a plan needs.
    pub fn approvals_needed(&self) -> ApprovalRule {
        self.records.approvals
    }

    /// The approvals of a plan, where there are as many as it needs.
    pub(super) async fn approved(&self, plan: &SavedPlan) -> Result<Vec<history::ApprovalNote>, EngineError> {
        let (counting, discounted): (Vec<_>, Vec<_>) =
            self.approvals(plan).await?.into_iter().partition(|one| one.discounted.is_none());
        let ApprovalRule { needed, .. } = self.records.approvals;
        if counting.len() >= needed {
            return Ok(counting.iter().map(|one| one.kept.note()).collect());
        }
        let who = |one: JudgedApproval| one.kept.approval.by.who;
        let why_not = |one: JudgedApproval| Some((one.kept.approval.by.who, one.discounted?));
        Err(EngineError::NotApproved {
            needed,
            given: counting.into_iter().map(who).collect(),
            discounted: discounted.into_iter().filter_map(why_not).collect(),
            maker: plan.by.who.clone(),
        })
    }
}

/// The state that a plan was made from; that of a stack without one has no lineage.
fn base_of(saved: &Saved) -> (&str, u64) {
    saved.base.as_ref().map_or(("", 0), |base| (base.lineage.as_str(), base.serial))
}

/// Tells the history how an update ended.
pub(super) fn tell(account: &mut Account, result: &Result<Update, EngineError>, stack: &StackName) {
    match result {
        Err(error) => fail(account, error, stack),
        Ok(update) => {
            let Some(report) = &update.report else { return };
            account.result = Some(ended(report).into());
            account.counts = counted(&update.plan.counts());
            account.failures = report.failures.iter().map(failure).collect();
        }
    }
}

/// Tells the history how a refresh ended.
pub(super) fn tell_reading(account: &mut Account, result: &Result<Reading, EngineError>, stack: &StackName) {
    match result {
        Ok(reading) => {
            account.result = Some(match reading {
                reading if !reading.failures.is_empty() => HistoryResult::Failed,
                reading if reading.interrupted => HistoryResult::Interrupted,
                _ => HistoryResult::Done,
            });
            let note = |error: &RefreshError| FailureNote {
                urn: error.urn.to_string(),
                message: error.error.to_string(),
            };
            account.failures = reading.failures.iter().map(note).collect();
        }
        Err(error) => fail(account, error, stack),
    }
}

fn fail(account: &mut Account, error: &EngineError, stack: &StackName) {
    account.result = Some(HistoryResult::Failed);
    account.failures = vec![FailureNote { urn: stack.to_string(), message: error.to_string() }];
}

fn failure(failure: &crate::apply::Failure) -> FailureNote {
    FailureNote { urn: failure.urn.to_string(), message: failure.cause.to_string() }
}

/// How an update ended.
pub(super) fn ended(report: &Report) -> crate::state::Outcome {
    use crate::state::Outcome;
    match report {
        report if report.is_complete() => Outcome::Done,
        report if report.not_started > 0 && report.failures.is_empty() => Outcome::Interrupted,
        _ => Outcome::Failed,
    }
}

fn counted(counts: &Counts) -> BTreeMap<String, usize> {
    let Counts { create, update, replace, delete, retain, same, read: _ } = *counts;
    let all = [
        ("create", create),
        ("update", update),
        ("replace", replace),
        ("delete", delete),
        ("retain", retain),
        ("same", same),
    ];
    all.into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| (name.to_owned(), count)).collect()
}
