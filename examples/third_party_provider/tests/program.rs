//! A program with the typed resource, carried out by an engine.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use atp_iac::engine::{Deployment, Engine, Kind, Update, UpdateOptions};
use atp_iac::plan::OperationKind;
use atp_iac::ports::{ManualClock, SeededRandom};
use atp_iac::state::MemoryStore;
use atp_iac::{StackName, testing};
use folder_provider::{File, FolderProvider};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// An engine for the files in a folder.
fn engine(files: &Path) -> Engine {
    let (clock, random) = (Arc::new(ManualClock::default()), Arc::new(SeededRandom::new(1)));
    testing::engine(Arc::new(MemoryStore::new(clock.clone())))
        .with_provider(Arc::new(FolderProvider::new(files)))
        .with_ports(clock, random)
}

/// A greeting, and a file that says how long it is.
fn program(greeting: &'static str) -> Deployment {
    let stack = StackName::new("test", "here", "files").unwrap();
    Deployment::of_function(stack, move |cx| {
        let greeting = cx.add("greeting", File::new("greeting.txt", greeting))?;
        let length = greeting.bytes().map(|bytes| format!("{bytes} bytes"));
        cx.add("length", File::new("length.txt", length))?;
        Ok(BTreeMap::from([("name".to_owned(), greeting.name().into())]))
    })
}

async fn run(engine: &Engine, program: &Deployment, kind: Kind) -> Update {
    let options = UpdateOptions { refresh: true, ..Default::default() };
    let update = testing::carry_out(engine, program, kind, &options).await.unwrap();
    assert!(update.report.as_ref().unwrap().is_complete(), "{:?}", update.report);
    update
}

fn actions(update: &Update) -> Vec<OperationKind> {
    update.plan.operations.iter().map(|operation| operation.action).collect()
}

#[tokio::test]
async fn files_follow_the_program_and_what_somebody_else_changed_is_undone() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path();
    let text = |name: &str| std::fs::read_to_string(files.join(name)).unwrap();
    let engine = engine(files);

    run(&engine, &program("hello"), Kind::Up).await;
    assert_eq!((text("greeting.txt").as_str(), text("length.txt").as_str()), ("hello", "5 bytes"));

    let longer = run(&engine, &program("good morning"), Kind::Up).await;
    assert_eq!(actions(&longer), [OperationKind::Update; 2]);
    assert_eq!(text("length.txt"), "12 bytes");

    std::fs::write(files.join("greeting.txt"), "go away").unwrap();
    let undone = run(&engine, &program("good morning"), Kind::Up).await;
    assert_eq!(actions(&undone), [OperationKind::Update, OperationKind::Same]);
    assert_eq!(text("greeting.txt"), "good morning");

    run(&engine, &program("good morning"), Kind::Destroy).await;
    assert_eq!(std::fs::read_dir(files).unwrap().count(), 0);
}
