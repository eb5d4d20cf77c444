//! Whether the provider keeps what the engine relies on.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use atp_iac::provider::{Provider, Target};
use atp_iac::testing::conformance::{Conformance, Outcome, Sample};
use atp_iac::{ResourceType, Value};
use folder_provider::{File, FolderProvider};
use std::sync::Arc;

fn file(name: &str, text: Value) -> Value {
    Value::from([("name", name.into()), ("text", text)])
}

#[tokio::test]
async fn the_provider_is_conformant() {
    let folder = tempfile::tempdir().unwrap();
    let plain = Sample::new(File::TYPE, file("a.txt", "one".into()))
        .changed(file("a.txt", "two".into()))
        .replaced(file("b.txt", "one".into()));
    let secret = |text: &str| file("key.txt", Value::from(text).into_secret());
    let secret = Sample::new(File::TYPE, secret("the first key"))
        .changed(secret("the second key"))
        .replaced(file("other.txt", Value::from("the first key").into_secret()))
        .within(File::TYPE, file("before.txt", "one".into()));
    let provider = Arc::new(FolderProvider::new(folder.path()));
    let report = Conformance::new(provider).with_sample(plain).with_sample(secret).run().await;
    assert!(report.is_conformant(), "{report}");
    let skipped = report.checks.iter().filter(|c| matches!(c.outcome, Outcome::DoesNotApply(_))).count();
    assert_eq!(skipped, 1, "only the first sample has no secrets:\n{report}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn no_name_leads_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let provider = FolderProvider::new(folder.path().join("inside"));
    std::fs::create_dir(folder.path().join("inside")).unwrap();
    std::fs::write(folder.path().join("outside"), "x").unwrap();
    for name in ["../outside", "..", ".", "", "a/b", "/etc/hostname", "a\\b", "a/", "a.draft"] {
        assert_eq!(provider.check(File::TYPE, &file(name, "x".into())).len(), 1, "{name}");
        let target = Target { kind: File::TYPE, id: name, inputs: &Value::map() };
        assert_eq!(provider.read(target).await.unwrap_err().code, "BadName", "{name}");
    }
}
