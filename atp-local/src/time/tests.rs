#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::*;
use crate::LocalProvider;
use ::time::macros::datetime;
use atp_iac::ports::{ManualClock, SeededRandom};
use atp_iac::provider::{Existing, Object, Provider, Request, Target};
use atp_iac::{ResourceType, Value};
use std::sync::Arc;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(60 * 60);

fn world() -> (Arc<ManualClock>, LocalProvider) {
    let clock = Arc::new(ManualClock::new(datetime!(2027-01-31 12:00:00.5 UTC)));
    let provider = LocalProvider::time(clock.clone(), Arc::new(SeededRandom::new(1)));
    (clock, provider)
}

fn rotating(rotation: &str) -> Value {
    Value::from([("rotation", rotation.into())])
}

async fn create(provider: &LocalProvider, kind: &str, inputs: &Value) -> Object {
    assert!(provider.check(kind, inputs).is_empty());
    provider.create(Request { kind, inputs, timeout: HOUR }).await.unwrap()
}

fn changes(provider: &LocalProvider, object: &Object, old: &Value, new: &Value) -> Vec<(String, bool)> {
    let existing = Existing { id: &object.id, inputs: old, outputs: &object.outputs };
    let changes = provider.diff(Rotating::TYPE, &existing, new);
    changes.iter().map(|change| (change.path.to_string(), change.replaces)).collect()
}

#[test]
fn periods_read_as_they_are_written() {
    for text in ["30d", "12h", "45m", "90s", "0d"] {
        assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
    }
    assert_eq!(Period::days(2).duration(), Period::hours(48).duration());
    for wrong in ["", "d", "30", "1.5d", "-1d", "+1d", "30 d", "4294967296d", "3w", "3é"] {
        let error = wrong.parse::<Period>().unwrap_err();
        assert!(error.to_string().contains("such as `30d`"), "{wrong}");
    }
}

#[tokio::test]
async fn an_instant_stays_until_it_is_due_and_the_plan_says_when_that_was() {
    let (clock, provider) = world();
    let inputs = rotating("2h");
    let object = create(&provider, Rotating::TYPE, &inputs).await;
    assert_eq!(object.outputs.get("rotatedAt"), Some(&"2027-01-31T12:00:00Z".into()));
    assert_eq!(object.outputs.get("rotatesAt"), Some(&"2027-01-31T14:00:00Z".into()));
    clock.advance(HOUR);
    assert_eq!(changes(&provider, &object, &inputs, &inputs), []);
    clock.advance(HOUR);
    let existing = Existing { id: &object.id, inputs: &inputs, outputs: &object.outputs };
    let due = provider.diff(Rotating::TYPE, &existing, &inputs).remove(0);
    assert_eq!((due.path.to_string().as_str(), due.replaces), ("rotatesAt", true));
    assert_eq!(due.before, Some("2027-01-31T14:00:00Z".into()));
}

#[tokio::test]
async fn another_period_holds_from_the_instant_that_there_is() {
    let (clock, provider) = world();
    let (old, new) = (rotating("2h"), rotating("3h"));
    let object = create(&provider, Rotating::TYPE, &old).await;
    clock.advance(HOUR);
    assert_eq!(changes(&provider, &object, &old, &new), [("rotation".to_owned(), false)]);
    let predicted = provider.predict(Rotating::TYPE, &new, Some(&object.outputs));
    let existing = Existing { id: &object.id, inputs: &old, outputs: &object.outputs };
    let request = Request { kind: Rotating::TYPE, inputs: &new, timeout: HOUR };
    let updated = provider.update(request, &existing).await.unwrap();
    assert_eq!(updated.outputs.get("rotatedAt"), object.outputs.get("rotatedAt"));
    assert_eq!(updated.outputs.get("rotatesAt"), Some(&"2027-01-31T15:00:00Z".into()));
    assert_eq!(predicted, updated.outputs);
    let overdue = changes(&provider, &object, &old, &rotating("30m"));
    assert_eq!(overdue, [("rotation".to_owned(), false), ("rotatesAt".to_owned(), true)]);
}

#[tokio::test]
async fn a_static_instant_stays_whatever_the_time() {
    let (clock, provider) = world();
    let object = create(&provider, Static::TYPE, &Value::map()).await;
    assert_eq!(object.outputs.get("instant"), Some(&"2027-01-31T12:00:00Z".into()));
    assert_eq!(object.outputs.get("unix"), Some(&1_801_396_800_i64.into()));
    clock.advance(HOUR * 100_000);
    let existing = Existing { id: &object.id, inputs: &Value::map(), outputs: &object.outputs };
    assert!(provider.diff(Static::TYPE, &existing, &Value::map()).is_empty());
}

#[tokio::test]
async fn an_imported_instant_rotates_from_then() {
    let (_, provider) = world();
    let nothing = Value::map();
    let id = "2027-01-31T11:00:00Z";
    let read = |id| provider.read(Target { kind: Rotating::TYPE, id, inputs: &nothing });
    let outputs = read(id).await.unwrap().unwrap();
    let object = Object { id: id.to_owned(), outputs };
    assert_eq!(changes(&provider, &object, &nothing, &rotating("2h")), [("rotation".to_owned(), false)]);
    let existing = Existing { id, inputs: &nothing, outputs: &object.outputs };
    let request = Request { kind: Rotating::TYPE, inputs: &rotating("2h"), timeout: HOUR };
    let updated = provider.update(request, &existing).await.unwrap();
    assert_eq!(updated.outputs.get("rotatesAt"), Some(&"2027-01-31T13:00:00Z".into()));
    assert!(updated.outputs.get("imported").is_none());
    assert!(read("yesterday").await.unwrap_err().message.contains("`yesterday` is not an instant"));
}

#[test]
fn a_period_that_cannot_be_is_refused_with_its_property() {
    let (_, provider) = world();
    let problem = |inputs: Value| {
        let problems = provider.check(Rotating::TYPE, &inputs);
        problems.first().map(|problem| format!("{}: {}", problem.path, problem.message)).unwrap()
    };
    assert_eq!(problem(Value::map()), "rotation: it is required");
    assert_eq!(problem(rotating("0s")), "rotation: it is zero: every update would take a new instant");
    assert!(problem(rotating("monthly")).starts_with("rotation: expected a number and `d`"));
}
