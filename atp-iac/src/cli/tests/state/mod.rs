//! Commands about the state: on a store in memory, and on files.

mod backups;
mod change;
mod guide;
mod locks;
mod recorded;
mod recovery;
mod repair;

use super::support::{Bench, Ran};
use crate::StackName;
use crate::state::{Fault, LocalStore};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

fn name() -> StackName {
    StackName::new("dev", "north", "shop").unwrap()
}

/// A bench whose states are files; nothing is synced.
fn on_files() -> (Bench, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::new();
    let store = LocalStore::new(folder.path(), bench.clock.clone());
    bench.store = Arc::new(store.with_faults(Arc::new(|_, _| Some(Fault::Unsynced))));
    (bench, folder)
}

fn file(folder: &TempDir, name: &str) -> PathBuf {
    folder.path().join("state/dev/north/shop").join(name)
}

/// Runs, and it goes well.
async fn done(bench: &Bench, arguments: &str) -> Ran {
    let ran = bench.run(arguments).await;
    assert_eq!(ran.code, 0, "{arguments}: {}{}", ran.out, ran.err);
    ran
}

/// The names of the resources.
async fn listed(bench: &Bench) -> Vec<String> {
    let ran = done(bench, "state list").await;
    ran.out.lines().filter_map(|urn| urn.rsplit("::").next()).map(str::to_owned).collect()
}

#[track_caller]
fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
}
