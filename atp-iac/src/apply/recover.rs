//! After a crash: what became of the calls that were begun.
//!
//! The intent of a call is durable before the call, and ids are known before anything is created. So the cloud is read
//! by id, and the user is never asked to guess.

use super::limit::Limits;
use super::refresh::whole;
use crate::Urn;
use crate::provider::{Provider, ProviderError, Target};
use crate::state::{Action, Intent, Record, ResourceState, StateError, StateView};
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;

/// Between two looks at something that may not show yet.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// No call is sent longer than this after its intent was written.
const LONGEST_CALL: time::Duration = time::Duration::DAY;

/// What was found out about one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The resource.
    pub urn: Urn,
    /// What had been begun.
    pub action: Action,
    /// What was found, for people.
    pub finding: &'static str,
}

/// Why recovery stopped. Nothing was lost: it is tried again by the next run.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// The cloud could not be read.
    #[error("an earlier run was cut off while it worked on `{}`, and the resource cannot be read now: {error}\n  way out: {}", .urn.name(), .error.hint.as_deref().unwrap_or("run again when the cloud can be read; nothing is lost until then"))]
    Provider {
        /// Which resource.
        urn: Urn,
        /// Why not.
        error: ProviderError,
    },
    /// What was found does not fit the state.
    #[error(transparent)]
    State(#[from] StateError),
    /// The provider of the resource is not registered.
    #[error("an earlier run was cut off while it worked on `{}`; its provider `{provider}` is not registered\n  way out: register it where the engine is set up", .urn.name())]
    UnknownProvider {
        /// Which resource.
        urn: Urn,
        /// Which provider.
        provider: String,
    },
}

/// What recovery found, and what the state should be told.
#[derive(Debug, Default)]
pub struct Recovery {
    /// Call by call.
    pub found: Vec<Recovered>,
    /// The results that the calls' intents wait for.
    pub records: Vec<Record>,
}

/// Looks up every call that was begun and whose end was not recorded. Nothing is written.
///
/// # Errors
/// When the cloud cannot be read.
pub async fn recover(
    state: &StateView,
    providers: &BTreeMap<String, Arc<dyn Provider>>,
    limits: Limits<'_>,
) -> Result<Recovery, RecoverError> {
    let mut recovery = Recovery::default();
    let mut known = state.clone();
    let begun = limits.clock.now();
    for intent in state.pending() {
        // One look at an object can settle several calls about it.
        if !known.pending().any(|open| open.urn == intent.urn && open.step == intent.step) {
            continue;
        }
        let (records, finding) = settle(intent, &known, providers, limits, begun).await?;
        for record in &records {
            known.apply(record)?;
        }
        recovery.found.push(Recovered { urn: intent.urn.clone(), action: intent.action, finding });
        recovery.records.extend(records);
    }
    Ok(recovery)
}

/// What became of one call, and what to record of it.
async fn settle(
    intent: &Intent,
    state: &StateView,
    providers: &BTreeMap<String, Arc<dyn Provider>>,
    limits: Limits<'_>,
    begun: OffsetDateTime,
) -> Result<(Vec<Record>, &'static str), RecoverError> {
    let provider = providers.get(&intent.provider).ok_or_else(|| RecoverError::UnknownProvider {
        urn: intent.urn.clone(),
        provider: intent.provider.clone(),
    })?;
    let failed = |message: &str| {
        let (urn, message) = (intent.urn.clone(), message.to_owned());
        vec![Record::Failed { step: intent.step, urn, message }]
    };
    if provider.lives_in_state(&intent.kind) {
        let finding = "it lives in the state alone, where it is as it was before";
        return Ok((failed("nothing was written of it"), finding));
    }
    if intent.id.is_empty() {
        let finding =
            "whether it was created only the cloud knows, which chose its id: look, and delete what is there";
        return Ok((failed("its id is not known"), finding));
    }
    // The intent of a delete has no inputs; the state still has what is deleted.
    let object = state.object(&intent.urn, &intent.id);
    let nothing = Value::map();
    let inputs = match (&intent.inputs, object) {
        (inputs @ Value::Map(_), _) => inputs,
        (_, Some(object)) => &object.inputs,
        _ => &nothing,
    };
    let target = Target { kind: &intent.kind, id: &intent.id, inputs };
    // The time that an update has counts, too: it makes again what others have deleted.
    let until = (intent.action != Action::Delete).then(|| shows_until(provider.as_ref(), intent.at, begun));
    let read = look(provider.as_ref(), target, intent.lifecycle.timeouts.read, limits, until.flatten()).await;
    let outputs = read.map_err(|error| RecoverError::Provider { urn: intent.urn.clone(), error })?;
    Ok(judge(intent, outputs, state, limits.clock.now()))
}

/// Until when something that was written down then may not show yet: to call it missing before would leave it to nobody.
///
/// When the call was sent, nobody knows: it may have waited long after its intent was written, for the registration of a
/// namespace, or because it was throttled. But who recovers has the lock, so it was sent before recovery began, and from
/// then on it has the time that it needs to show.
pub(crate) fn shows_until(
    provider: &dyn Provider,
    written: OffsetDateTime,
    begun: OffsetDateTime,
) -> Option<OffsetDateTime> {
    (begun - written < LONGEST_CALL).then(|| begun + provider.appears_within())
}

/// Reads an object, again and again until it shows or its time for that is over.
pub(crate) async fn look(
    provider: &dyn Provider,
    target: Target<'_>,
    timeout: Option<Duration>,
    limits: Limits<'_>,
    until: Option<OffsetDateTime>,
) -> Result<Option<Value>, ProviderError> {
    let mut wait = Duration::from_secs(1);
    loop {
        let found = limits.ask(timeout, provider.read(target)).await.and_then(whole)?;
        let left = until.map_or(time::Duration::ZERO, |until| until - limits.clock.now());
        if found.is_some() || !left.is_positive() {
            return Ok(found);
        }
        limits.clock.sleep(wait.min(left.unsigned_abs())).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// What to record, given what the cloud says.
fn judge(
    intent: &Intent,
    outputs: Option<Value>,
    state: &StateView,
    now: OffsetDateTime,
) -> (Vec<Record>, &'static str) {
    let step = intent.step;
    let urn = intent.urn.clone();
    let nothing = |message: &str| Record::Failed { step, urn: urn.clone(), message: message.to_owned() };
    match (intent.action, outputs) {
        (Action::Create, Some(outputs)) => {
            let mut records = Vec::new();
            if let Some(old) = state.get(&urn).filter(|old| !old.id.eq_ignore_ascii_case(&intent.id)) {
                records.push(Record::MarkReplaced { urn, id: old.id.clone() });
            }
            records.push(Record::Saved { step: Some(step), resource: adopted(intent, outputs, now) });
            (records, "it was created, and is adopted")
        }
        (Action::Create, None) => (vec![nothing("it was not created")], "it was not created"),
        // A copy that was being taken back is still owed: the next plan takes it back again, or deletes it.
        (Action::Update, Some(outputs)) => match state.object(&urn, &intent.id).cloned() {
            Some(old) => {
                let outputs = intent.lifecycle.guard(outputs, &intent.inputs).with_secrets_of(&old.outputs);
                let resource = ResourceState { outputs, incomplete: true, ..old };
                (
                    vec![Record::Saved { step: Some(step), resource }],
                    "it may have been changed, and is updated again",
                )
            }
            None => (vec![nothing("the state does not have it")], "the state does not have it"),
        },
        (Action::Update | Action::Delete, None) => (
            vec![Record::Removed { step: Some(step), urn, id: intent.id.clone() }],
            "it is not there any more",
        ),
        (Action::Delete, Some(_)) => (vec![nothing("it was not deleted")], "it was not deleted"),
    }
}

/// What a call that was begun has made. Incomplete, so that the next plan brings it to what the program says, whatever was
/// cut off.
pub(crate) fn adopted(intent: &Intent, outputs: Value, now: OffsetDateTime) -> ResourceState {
    ResourceState {
        urn: intent.urn.clone(),
        kind: intent.kind.clone(),
        provider: intent.provider.clone(),
        id: intent.id.clone(),
        inputs: intent.inputs.clone(),
        outputs: intent.lifecycle.guard(outputs, &intent.inputs),
        dependencies: intent.dependencies.clone(),
        lifecycle: intent.lifecycle.clone(),
        created: now,
        modified: now,
        replaced: false,
        incomplete: true,
        tainted: false,
        location: intent.location.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{Clock, ManualClock};
    use crate::state::Snapshot;
    use crate::testing::MemoryCloud;
    use crate::testing::stores::sample::{intent, resource, stack};
    use async_trait::async_trait;

    /// A clock by which an object shows after a while.
    struct Late {
        clock: ManualClock,
        cloud: MemoryCloud,
        shows: Option<OffsetDateTime>,
    }

    #[async_trait]
    impl Clock for Late {
        fn now(&self) -> OffsetDateTime {
            self.clock.now()
        }

        async fn sleep(&self, duration: Duration) {
            self.clock.sleep(duration).await;
            if self.shows.is_some_and(|shows| shows <= self.now()) {
                self.cloud.put("/a", Value::map());
            }
        }
    }

    fn limits(clock: &dyn Clock) -> Limits<'_> {
        Limits { clock, timeout: Duration::from_secs(60) }
    }

    /// What is found of a call that was begun a while ago, about an object that shows after another while, and how many
    /// seconds that took.
    async fn found(action: Action, begun: i64, shows: Option<i64>) -> (&'static str, i64) {
        let cloud = MemoryCloud::new("azure").appearing_within(Duration::from_secs(120));
        let seconds = time::Duration::seconds;
        let mut clock = Late { clock: ManualClock::default(), cloud: cloud.clone(), shows: None };
        let start = clock.now();
        clock.shows = shows.map(|shows| start + seconds(shows));
        let pending = vec![Intent { at: start - seconds(begun), ..intent(1, action, "a") }];
        let resources = if action == Action::Create { Vec::new() } else { vec![resource("a")] };
        let snapshot = Snapshot { resources, pending, ..Snapshot::empty(stack(), "lineage") };
        let state = StateView::new(snapshot).unwrap();
        let providers = BTreeMap::from([("azure".to_owned(), Arc::new(cloud) as Arc<dyn Provider>)]);
        let recovery = recover(&state, &providers, limits(&clock)).await.unwrap();
        (recovery.found[0].finding, (clock.now() - start).whole_seconds())
    }

    #[tokio::test]
    async fn what_settles_two_calls_about_one_object_is_recorded_once() {
        for there in [true, false] {
            for order in [[Action::Create, Action::Delete], [Action::Delete, Action::Create]] {
                let cloud = MemoryCloud::new("azure");
                if there {
                    cloud.put("/a", Value::map());
                }
                let pending =
                    order.iter().zip(1..).map(|(action, step)| intent(step, *action, "a")).collect();
                let snapshot = Snapshot {
                    resources: vec![resource("a")],
                    pending,
                    ..Snapshot::empty(stack(), "lineage")
                };
                let mut state = StateView::new(snapshot).unwrap();
                let providers = BTreeMap::from([("azure".to_owned(), Arc::new(cloud) as Arc<dyn Provider>)]);
                let recovery = recover(&state, &providers, limits(&ManualClock::default())).await.unwrap();
                recovery.records.iter().for_each(|record| state.apply(record).unwrap());
                assert_eq!((state.pending().count(), state.is_empty()), (0, !there), "{order:?}");
            }
        }
    }

    #[tokio::test]
    async fn what_was_begun_a_moment_ago_is_not_called_missing_before_it_had_time_to_show() {
        let (finding, passed) = found(Action::Create, 5, Some(30)).await;
        assert_eq!(finding, "it was created, and is adopted");
        assert!((30..60).contains(&passed), "{passed}");
        assert_eq!(found(Action::Create, 5, None).await, ("it was not created", 120));
    }

    #[tokio::test]
    async fn what_waited_long_before_it_was_sent_has_as_much_time_to_show() {
        let (finding, _) = found(Action::Create, 3600, Some(110)).await;
        assert_eq!(finding, "it was created, and is adopted");
        assert_eq!(found(Action::Create, 2 * 86_400, Some(30)).await, ("it was not created", 0));
    }

    #[tokio::test]
    async fn an_update_that_makes_again_what_others_deleted_has_time_to_show() {
        let (finding, _) = found(Action::Update, 5, Some(30)).await;
        assert_eq!(finding, "it may have been changed, and is updated again");
        assert_eq!(found(Action::Update, 5, None).await, ("it is not there any more", 120));
        assert_eq!(found(Action::Delete, 5, None).await, ("it is not there any more", 0));
    }
}
