//! Stores that a binary adds.

use super::support::Bench;
use crate::cli::exit;
use crate::state::{Backend, BackendError, MemoryStore, Opening, StateStore};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Opens one store in memory, unless the URL is a bad one.
struct Team {
    store: MemoryStore,
    opened: Mutex<Vec<String>>,
}

impl Backend for Team {
    fn forms(&self) -> Vec<&'static str> {
        vec!["team://name"]
    }

    fn open(&self, opening: &Opening<'_>) -> Result<Arc<dyn StateStore>, BackendError> {
        let word = (opening.variable)("TEAM_WORD").unwrap_or_default();
        self.opened.lock().unwrap().push(format!("{} {} {word}", opening.url, opening.part));
        match opening.url {
            "team://bad" => Err(BackendError::new("there is no such team", "name another")),
            _ => Ok(Arc::new(self.store.clone())),
        }
    }
}

fn with_team() -> (Bench, Arc<Team>) {
    let mut bench = Bench::new();
    let store = MemoryStore::new(bench.clock.clone());
    let team = Arc::new(Team { store, opened: Mutex::default() });
    bench.backends.push(team.clone());
    (bench, team)
}

#[tokio::test]
async fn a_backend_of_the_binary_keeps_the_state_wherever_it_is_named() {
    let (mut bench, team) = with_team();
    bench.environment.insert("TEAM_WORD".into(), "hello".into());
    assert_eq!(bench.run("up --yes --backend team://a").await.code, exit::DONE);
    assert_eq!(*team.opened.lock().unwrap(), ["team://a simulator hello"]);
    assert_eq!(team.store.list().await.unwrap().len(), 1);
    assert!(bench.store.list().await.unwrap().is_empty(), "nothing is in the folder of the project");
    let project = bench.files[Path::new("/shop/atp.yaml")].clone();
    bench.files.insert("/shop/atp.yaml".into(), format!("{project}backend: team://a\n"));
    let again = bench.run("preview --detailed-exitcode").await;
    assert_eq!(again.code, exit::DONE, "{}", again.err);
    let local = bench.run("preview --detailed-exitcode --backend local").await;
    assert_eq!(local.code, exit::CHANGES, "{}", local.err);
}

#[tokio::test]
async fn a_backend_that_cannot_be_opened_says_what_to_do_and_an_unknown_one_which_there_are() {
    let (bench, _) = with_team();
    let bad = bench.run("preview --backend team://bad").await;
    assert_eq!(bad.err, "error: there is no such team\n  way out: name another\n");
    assert_eq!(bad.code, exit::FAILED);
    let unknown = bench.run("preview --backend redis://anna:hunter2@x").await;
    assert!(unknown.err.starts_with("error: unknown backend `redis`; known: `local`, `team://name`\n"));
    assert!(!unknown.err.contains("hunter2"));
}
