#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::*;
use crate::LocalProvider;
use atp_iac::ports::{ManualClock, Random, RandomError, SeededRandom};
use atp_iac::provider::{Existing, Object, Provider, ProviderError, Request, Target};
use atp_iac::{ResourceType, Value};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

fn provider(seed: u64) -> LocalProvider {
    LocalProvider::random(Arc::new(ManualClock::default()), Arc::new(SeededRandom::new(seed)))
}

async fn create(provider: &LocalProvider, kind: &str, inputs: &Value) -> Result<Object, ProviderError> {
    provider.create(Request { kind, inputs, timeout: Duration::ZERO }).await
}

async fn made(seed: u64, kind: &str, inputs: &Value) -> Object {
    let provider = provider(seed);
    assert!(provider.check(kind, inputs).is_empty(), "{:?}", provider.check(kind, inputs));
    create(&provider, kind, inputs).await.unwrap()
}

fn text(object: &Object, output: &str) -> String {
    object.outputs.get(output).unwrap().exposed().as_str().unwrap().to_owned()
}

fn problems(inputs: Value) -> Vec<String> {
    let problems = provider(1).check(Password::TYPE, &inputs);
    problems.iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect()
}

#[tokio::test]
async fn a_password_has_its_length_and_of_each_class_what_was_asked_for() {
    let inputs = Value::from([
        ("length", 12_u64.into()),
        ("digits", 4_u64.into()),
        ("special", 2_u64.into()),
        ("specialCharacters", "_-".into()),
        ("excluded", "lI1O0".into()),
    ]);
    for seed in 0..200 {
        let object = made(seed, Password::TYPE, &inputs).await;
        let password = text(&object, "result");
        let count = |of: fn(char) -> bool| password.chars().filter(|c| of(*c)).count();
        assert_eq!(password.chars().count(), 12);
        assert!(count(|c| c.is_ascii_digit()) >= 4, "seed {seed}");
        assert!(count(|c| "_-".contains(c)) >= 2, "seed {seed}");
        assert!(count(|c| c.is_ascii_uppercase()) >= 1 && count(|c| c.is_ascii_lowercase()) >= 1);
        assert_eq!(count(|c| "lI1O0".contains(c)), 0, "seed {seed}");
        assert!(!format!("{object:?}").contains(&password));
    }
}

#[tokio::test]
async fn every_character_of_a_class_is_drawn_and_none_much_more_often() {
    let inputs = Value::from([
        ("length", 1000_u64.into()),
        ("upper", 0_u64.into()),
        ("lower", 0_u64.into()),
        ("special", 0_u64.into()),
    ]);
    let password = text(&made(7, Password::TYPE, &inputs).await, "result");
    for digit in '0'..='9' {
        let count = password.chars().filter(|c| *c == digit).count();
        assert!((60..=140).contains(&count), "{digit} is there {count} times");
    }
}

#[tokio::test]
async fn the_first_characters_are_of_any_class() {
    let inputs = Value::from([("length", 8_u64.into())]);
    let mut firsts = BTreeSet::new();
    for seed in 0..200 {
        let password = text(&made(seed, Password::TYPE, &inputs).await, "result");
        let first = password.chars().next().unwrap();
        firsts.insert((first.is_ascii_uppercase(), first.is_ascii_lowercase(), first.is_ascii_digit()));
    }
    assert_eq!(firsts.len(), 4);
}

#[test]
fn a_password_that_cannot_be_is_refused_with_its_property() {
    assert_eq!(problems(Value::map()), ["length: it is required"]);
    assert_eq!(problems(Value::from([("length", 0_u64.into())])), ["length: it is from 1 to 1024"]);
    let short = Value::from([("length", 3_u64.into())]);
    assert_eq!(problems(short), ["length: the classes want 4 characters: make it longer"]);
    let excluded = Value::from([("length", 8_u64.into()), ("excluded", "0123456789".into())]);
    assert_eq!(problems(excluded), ["digits: all of these characters are excluded: say 0 of them"]);
    let none = ["upper", "lower", "digits", "special"].map(|class| (class.to_owned(), Value::from(0_u64)));
    let mut none = std::collections::BTreeMap::from(none);
    none.insert("length".into(), 8_u64.into());
    let wrong = problems(Value::Map(none));
    assert_eq!(wrong, ["length: there is no class of characters left: say 1 of one of them"]);
    let misspelt = problems(Value::from([("length", 8_u64.into()), ("lenght", 8_u64.into())]));
    assert!(misspelt[0].starts_with("lenght: there is no such property; there is length, "), "{misspelt:?}");
    let kind = provider(1).check("random:Pasword", &Value::map());
    assert!(kind[0].message.starts_with("there is no `random:Pasword`; there is `random:Id`"), "{kind:?}");
}

#[tokio::test]
async fn a_known_password_is_taken_over_and_no_id_can_bring_one_in() {
    let known = Value::from("correct horse").into_secret();
    let inputs = Value::from([("length", 8_u64.into()), ("takenOver", known.clone())]);
    let provider = provider(1);
    assert_eq!(provider.predict(Password::TYPE, &inputs, None).get("result"), Some(&known));
    let object = made(1, Password::TYPE, &inputs).await;
    assert_eq!(object.outputs.get("result"), Some(&known));
    let existing = Existing { id: &object.id, inputs: &inputs, outputs: &object.outputs };
    let without = Value::from([("length", 8_u64.into())]);
    assert!(provider.diff(Password::TYPE, &existing, &without).iter().any(|change| change.replaces));
    let target = Target { kind: Password::TYPE, id: "hunter2", inputs: &Value::map() };
    let error = provider.read(target).await.unwrap_err();
    assert!(!format!("{error:?}").contains("hunter2"));
    assert!(error.hint.unwrap().contains("Password::taken_over"));
}

#[tokio::test]
async fn ids_names_and_uuids_have_their_form() {
    let id = made(3, Id::TYPE, &Value::from([("byteLength", 4_u64.into())])).await;
    assert_eq!((text(&id, "hex").len(), text(&id, "base64Url").len()), (8, 6));
    let uuid = made(3, Uuid::TYPE, &Value::map()).await;
    assert_eq!((text(&uuid, "result"), uuid.id.len()), (uuid.id.clone(), 36));
    let pet = Value::from([("words", 3_u64.into()), ("separator", "_".into()), ("prefix", "my".into())]);
    let name = text(&made(3, Pet::TYPE, &pet).await, "result");
    assert!(name.starts_with("my_") && name.split('_').count() == 4, "{name}");
    let plain = text(&made(3, Pet::TYPE, &Value::map()).await, "result");
    assert_eq!(plain.split('-').count(), 2, "{plain}");
}

#[tokio::test]
async fn a_keeper_makes_a_new_value_and_saying_a_default_does_not() {
    let old = Value::from([("keepers", Value::from([("month", "1".into())]))]);
    let object = made(5, Pet::TYPE, &old).await;
    let existing = Existing { id: &object.id, inputs: &old, outputs: &object.outputs };
    let changes = |new: Value| {
        let changes = provider(1).diff(Pet::TYPE, &existing, &new);
        changes.iter().map(|c| (c.path.to_string(), c.replaces)).collect::<Vec<_>>()
    };
    let keepers = |month: &str| Value::from([("month", month.into())]);
    assert_eq!(changes(Value::from([("keepers", keepers("2"))])), [("keepers.month".to_owned(), true)]);
    let said = Value::from([("keepers", keepers("1")), ("words", 2_u64.into()), ("separator", "-".into())]);
    assert_eq!(changes(said), []);
}

#[tokio::test]
async fn what_is_imported_takes_the_inputs_of_the_program_and_stays() {
    let (provider, nothing) = (provider(1), Value::map());
    let id = "0f8fad5b-d9cb-469f-a165-70867728950e";
    let read = |kind, id| provider.read(Target { kind, id, inputs: &nothing });
    let outputs = read(Uuid::TYPE, id).await.unwrap().unwrap();
    assert_eq!(provider.inputs_of(Uuid::TYPE, id, &outputs), Some(Value::map()));
    let inputs = Value::from([("keepers", Value::from([("a", "b".into())]))]);
    let existing = Existing { id, inputs: &nothing, outputs: &outputs };
    let changes = provider.diff(Uuid::TYPE, &existing, &inputs);
    assert!(changes.len() == 1 && !changes[0].replaces);
    let request = Request { kind: Uuid::TYPE, inputs: &inputs, timeout: Duration::ZERO };
    let updated = provider.update(request, &existing).await.unwrap();
    assert_eq!(updated.outputs, Value::from([("id", id.into()), ("result", id.into())]));
    assert_eq!(read(Id::TYPE, "00ff").await.unwrap().unwrap().get("base64Url"), Some(&"AP8".into()));
    assert_eq!(read(Id::TYPE, "0g").await.unwrap_err().code, "NoId");
    assert_eq!(read(Id::TYPE, "+1").await.unwrap_err().code, "NoId");
    assert_eq!(read(Uuid::TYPE, "x").await.unwrap_err().code, "NoUuid");
}

#[tokio::test]
async fn nothing_is_made_when_there_is_no_randomness() {
    struct Dry;
    impl Random for Dry {
        fn fill(&self, _: &mut [u8]) -> Result<(), RandomError> {
            Err(RandomError("dry".into()))
        }
    }
    let provider = LocalProvider::random(Arc::new(ManualClock::default()), Arc::new(Dry));
    let id = Value::from([("byteLength", 4_u64.into())]);
    let password = Value::from([("length", 8_u64.into())]);
    for (kind, inputs) in [
        (Id::TYPE, &id),
        (Password::TYPE, &password),
        (Pet::TYPE, &Value::map()),
        (Uuid::TYPE, &Value::map()),
    ] {
        let error = create(&provider, kind, inputs).await.unwrap_err();
        assert_eq!(error.code, "NoRandomness", "{kind}");
    }
}
