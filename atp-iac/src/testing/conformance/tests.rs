//! The suite on a cloud in memory: it passes as it is, and each check is seen to fail on a fault that it is there for.

use super::*;
use crate::diff::Change;
use crate::provider::{Existing, Known, Object, Problem, ProviderError, ProviderErrorKind, Request, Target};
use crate::testing::MemoryCloud;
use crate::value::{Kind, Path, Value};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::Mutex;

const SECRET: &str = "hunter2-hunter2";

/// What is wrong with a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    RefusesGoodInputs,
    GivesAnotherId,
    PredictsTooMuch,
    TakesOverWhatExists,
    CallsItRefusedWhenItExists,
    ReadsMore,
    ListsLess,
    ListsOtherwise,
    SeesChangesInNothing,
    PanicsAtUnknownParts,
    MissesUnknownParts,
    GuessesTheIdOfUnknownParts,
    GuessesTheOutputsOfUnknownParts,
    RefusesUnknownParts,
    AcknowledgesAnUpdateAndMakesNone,
    ForgetsThatNamesReplace,
    SeesDriftInNothing,
    MissesDrift,
    StillReadsWhatWasDeleted,
    CannotDeleteWhatIsGone,
    LetsNobodyIn,
    CannotFindWhatItMade,
    ShowsSecretsInErrors,
    ShowsSecretsInProblems,
    ShowsSecretsInOutputs,
    Panics,
}

/// Each fault, the check that has to find it, and what of the reason that it gives.
const FAULTS: &[(Fault, Check, &str)] = &[
    (Fault::RefusesGoodInputs, Check::Accepted, "`key`: no"),
    (Fault::Panics, Check::Accepted, "it panicked"),
    (Fault::GivesAnotherId, Check::Id, "it was `Disk/a`, and is `Disk/a-2`"),
    (Fault::PredictsTooMuch, Check::Predictions, "of a create, `uri` was predicted otherwise"),
    (Fault::TakesOverWhatExists, Check::CreatedOnce, "the second create succeeded"),
    (Fault::CallsItRefusedWhenItExists, Check::CreatedOnce, "is Refused, `AlreadyExists`"),
    (Fault::ReadsMore, Check::Read, "`seen` is read otherwise"),
    (Fault::ListsLess, Check::ReadMany, "2 were asked for, and 1 answered"),
    (Fault::ListsOtherwise, Check::ReadMany, "`name` is read otherwise"),
    (Fault::ListsOtherwise, Check::Refreshed, "the next plan is not empty: Update, for `name`"),
    (Fault::SeesChangesInNothing, Check::Same, "`tags` counts as changed"),
    (Fault::PanicsAtUnknownParts, Check::Unknown, "it panicked"),
    (Fault::MissesUnknownParts, Check::Unknown, "with `key` unknown, it does not count as changed"),
    (Fault::GuessesTheIdOfUnknownParts, Check::Unknown, "with `name` unknown, the id is guessed"),
    (
        Fault::GuessesTheOutputsOfUnknownParts,
        Check::Unknown,
        "with `size` unknown, the output there is guessed",
    ),
    (Fault::RefusesUnknownParts, Check::Unknown, "with `key` unknown: `key`: it is not known"),
    (Fault::AcknowledgesAnUpdateAndMakesNone, Check::Updated, "`size` is read otherwise"),
    (Fault::ForgetsThatNamesReplace, Check::Replaced, "no other object was created"),
    (Fault::SeesDriftInNothing, Check::NoDrift, "`tags` counts as drifted"),
    (Fault::MissesDrift, Check::Drift, "the change of `size` is not found"),
    (Fault::StillReadsWhatWasDeleted, Check::Deleted, "it is still there"),
    (Fault::StillReadsWhatWasDeleted, Check::Destroyed, "is still there"),
    (Fault::CannotDeleteWhatIsGone, Check::DeletedTwice, "deleting it failed: NotFound"),
    (Fault::LetsNobodyIn, Check::Up, "nobody is let in"),
    (
        Fault::CannotFindWhatItMade,
        Check::CutOff,
        "was cut off Before its effect: Create failed: AlreadyExists",
    ),
    (Fault::ShowsSecretsInErrors, Check::Secrets, "`Disk/a` is already there: [secret]"),
    (Fault::ShowsSecretsInProblems, Check::Secrets, "`[secret]` is no text"),
    (Fault::ShowsSecretsInOutputs, Check::Secrets, "\"key\": \"[secret]\""),
];

fn inputs(name: &str, size: i64) -> Value {
    Value::from([
        ("name", name.into()),
        ("size", size.into()),
        ("key", Value::from(SECRET).into_secret()),
        ("tags", Value::List(vec!["x".into(), "y".into()])),
    ])
}

fn sample() -> Sample {
    let sample = Sample::new("Disk", inputs("a", 1)).changed(inputs("a", 2)).replaced(inputs("b", 1));
    sample.within("Rack", Value::from([("name", "r".into())]))
}

async fn report(provider: impl Provider + 'static) -> Report {
    Conformance::new(Arc::new(provider)).with_sample(sample()).run().await
}

#[tokio::test]
async fn the_cloud_in_memory_keeps_all_of_it() {
    let cloud = MemoryCloud::new("test").with_outputs("Disk", Value::from([("uri", "disk://".into())]));
    let report = report(cloud.clone()).await;
    assert!(report.is_conformant(), "{report}");
    assert!(report.checks.iter().all(|checked| checked.outcome == Outcome::Passed), "{report}");
    assert_eq!(report.checks.len(), Check::ALL.len());
    assert!(cloud.objects().is_empty());
}

#[tokio::test]
async fn each_check_fails_on_a_fault_that_it_is_there_for() {
    for check in Check::ALL {
        assert!(FAULTS.iter().any(|(_, found, _)| *found == check), "nothing shows that {check:?} can fail");
    }
    for (fault, check, reason) in FAULTS {
        let report = report(Broken::new(*fault)).await;
        let found = report.failures().find(|failure| failure.check == *check);
        let found = found.map(|failure| failure.outcome.clone());
        let gives_it = matches!(&found, Some(Outcome::Failed(why)) if why.contains(reason));
        assert!(gives_it, "{check:?} does not find {fault:?}, but {found:?}:\n{report}");
        assert!(!report.is_conformant());
        assert!(!report.to_string().contains(SECRET), "{fault:?}: the report shows the secret");
    }
}

#[tokio::test]
async fn a_check_without_a_cause_says_so_and_a_report_without_checks_is_no_success() {
    let bare = Sample::new("Disk", Value::from([("name", "a".into())]));
    let report = Conformance::new(Arc::new(MemoryCloud::new("test"))).with_sample(bare).run().await;
    assert!(report.is_conformant(), "{report}");
    let text = report.to_string();
    assert!(text.contains("  -        secrets are shown nowhere: the sample has no secrets\n"), "{text}");
    assert!(text.starts_with("Disk\n  passed   good inputs are accepted\n"), "{text}");
    assert!(!Report::default().is_conformant());
}

#[tokio::test]
async fn a_sample_that_cannot_be_made_fails_where_it_is_needed() {
    let sample = Sample::new("Disk", Value::from([("name", "a".into())]));
    let sample = sample.within("Rack", Value::from([("name", 1_i64.into())]));
    let report = Conformance::new(Arc::new(MemoryCloud::new("test"))).with_sample(sample).run().await;
    let read = report.failures().find(|failure| failure.check == Check::Read).unwrap();
    let why = "creating the `Rack` around it failed: NoId: the inputs do not determine an id";
    assert_eq!(read.outcome, Outcome::Failed(why.to_owned()));
}

/// A cloud in memory with something wrong.
struct Broken {
    cloud: MemoryCloud,
    fault: Fault,
    /// What was deleted and not made again.
    graves: Mutex<BTreeMap<String, Value>>,
}

impl Broken {
    fn new(fault: Fault) -> Self {
        Broken { cloud: MemoryCloud::new("test"), fault, graves: Mutex::default() }
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn change(path: &str) -> Vec<Change> {
        vec![Change { path: Path::of_keys(path), before: None, after: None, replaces: false }]
    }

    fn with(value: Value, key: &str, part: Value) -> Value {
        let mut map = value.as_map().cloned().unwrap_or_default();
        map.insert(key.to_owned(), part);
        Value::Map(map)
    }

    fn secret(inputs: &Value) -> String {
        let secret = inputs.get("key").map(Value::exposed);
        let text = |value: &Value| match value {
            Value::List(list) => list[0].as_str().map(str::to_owned),
            value => value.as_str().map(str::to_owned),
        };
        secret.and_then(text).unwrap_or_default()
    }
}

#[async_trait]
impl Provider for Broken {
    fn name(&self) -> &str {
        self.cloud.name()
    }

    fn describe(&self) -> String {
        self.cloud.describe()
    }

    async fn verify(&self) -> Result<(), ProviderError> {
        if self.has(Fault::LetsNobodyIn) {
            return Err(ProviderError::new(ProviderErrorKind::Unauthorized, "No", "nobody is let in"));
        }
        Ok(())
    }

    fn check(&self, kind: &str, inputs: &Value) -> Vec<Problem> {
        let problem = |message: String| vec![Problem { path: Path::of_keys("key"), message }];
        match self.fault {
            Fault::Panics => unreachable!("planted"),
            Fault::RefusesGoodInputs => problem("no".into()),
            Fault::RefusesUnknownParts if inputs.has_unknown() => problem("it is not known".into()),
            Fault::ShowsSecretsInProblems if inputs.get("key").is_some_and(|k| k.kind() != Kind::String) => {
                problem(format!("`{}` is no text", Broken::secret(inputs)))
            }
            _ => self.cloud.check(kind, inputs),
        }
    }

    fn id(&self, kind: &str, inputs: &Value) -> Option<String> {
        if self.has(Fault::PanicsAtUnknownParts) {
            assert!(!inputs.has_unknown(), "planted");
        }
        match self.cloud.id(kind, inputs) {
            None if self.has(Fault::GuessesTheIdOfUnknownParts) => Some(format!("{kind}/")),
            id => id,
        }
    }

    fn predict(&self, kind: &str, inputs: &Value, current: Option<&Value>) -> Value {
        let predicted = self.cloud.predict(kind, inputs, current);
        match self.fault {
            Fault::PredictsTooMuch => Broken::with(predicted, "uri", "disk://".into()),
            Fault::GuessesTheOutputsOfUnknownParts if inputs.get("size").is_some_and(Value::has_unknown) => {
                Broken::with(predicted, "size", 1_i64.into())
            }
            _ => predicted,
        }
    }

    fn diff(&self, kind: &str, old: &Existing<'_>, new: &Value) -> Vec<Change> {
        let mut changes = self.cloud.diff(kind, old, new);
        match self.fault {
            Fault::SeesChangesInNothing if changes.is_empty() => return Broken::change("tags"),
            Fault::MissesUnknownParts => {
                changes.retain(|change| !change.after.as_ref().is_some_and(Value::has_unknown));
            }
            Fault::ForgetsThatNamesReplace => changes.iter_mut().for_each(|change| change.replaces = false),
            _ => {}
        }
        changes
    }

    fn drift(&self, kind: &str, old: &Existing<'_>, observed: &Value) -> Vec<Change> {
        match self.fault {
            Fault::SeesDriftInNothing => Broken::change("tags"),
            Fault::MissesDrift => Vec::new(),
            _ => self.cloud.drift(kind, old, observed),
        }
    }

    async fn create(&self, request: Request<'_>) -> Result<Object, ProviderError> {
        let result = self.cloud.create(request).await;
        if let Ok(object) = &result {
            self.graves.lock().unwrap().remove(&object.id);
        }
        match (self.fault, result) {
            (Fault::TakesOverWhatExists, Err(_)) => {
                let id = self.cloud.id(request.kind, request.inputs).unwrap_or_default();
                Ok(Object { id, outputs: request.inputs.clone() })
            }
            (Fault::CallsItRefusedWhenItExists, Err(error)) => {
                Err(ProviderError { kind: ProviderErrorKind::Refused, ..error })
            }
            (Fault::ShowsSecretsInErrors, Err(error)) => {
                let message = format!("{}: {}", error.message, Broken::secret(request.inputs));
                Err(ProviderError { message, ..error })
            }
            (Fault::GivesAnotherId, Ok(object)) => Ok(Object { id: format!("{}-2", object.id), ..object }),
            (Fault::ShowsSecretsInOutputs, Ok(object)) => {
                let shown = Broken::secret(request.inputs).into();
                Ok(Object { outputs: Broken::with(object.outputs, "key", shown), ..object })
            }
            (_, result) => result,
        }
    }

    async fn read(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError> {
        let read = self.cloud.read(target).await?;
        Ok(match self.fault {
            Fault::CannotFindWhatItMade => None,
            Fault::StillReadsWhatWasDeleted => {
                read.or_else(|| self.graves.lock().unwrap().get(target.id).cloned())
            }
            Fault::ReadsMore => read.map(|outputs| Broken::with(outputs, "seen", true.into())),
            _ => read,
        })
    }

    async fn read_many(
        &self,
        known: &[Known<'_>],
        parallel: usize,
    ) -> Vec<Result<Option<Value>, ProviderError>> {
        let mut all = self.cloud.read_many(known, parallel).await;
        match self.fault {
            Fault::ListsLess => {
                all.pop();
            }
            Fault::ListsOtherwise => {
                let otherwise = |outputs: Value| Broken::with(outputs, "name", "z".into());
                all = all.into_iter().map(|one| one.map(|found| found.map(otherwise))).collect();
            }
            _ => {}
        }
        all
    }

    async fn update(&self, request: Request<'_>, old: &Existing<'_>) -> Result<Object, ProviderError> {
        if self.has(Fault::AcknowledgesAnUpdateAndMakesNone) {
            let outputs = Broken::with(request.inputs.clone(), "id", old.id.into());
            return Ok(Object { id: old.id.to_owned(), outputs });
        }
        self.cloud.update(request, old).await
    }

    async fn delete(&self, target: Target<'_>, timeout: Duration) -> Result<(), ProviderError> {
        if let Some(outputs) = self.cloud.read(target).await? {
            self.graves.lock().unwrap().insert(target.id.to_owned(), outputs);
        }
        if self.has(Fault::CannotDeleteWhatIsGone) && self.cloud.read(target).await?.is_none() {
            return Err(ProviderError::new(ProviderErrorKind::Refused, "NotFound", "it is not there"));
        }
        self.cloud.delete(target, timeout).await
    }
}
