//! What is in the tables, and who makes them.

use super::bench::{Server, content, open, server};
use atp_iac::state::{StateError, StateStore, Wait};
use atp_iac::testing::stores::sample::{holder, stack};
use futures::future::join_all;
use std::collections::BTreeMap;
use std::time::Duration;

/// Which transaction wrote each row.
async fn writers(server: &Server) -> BTreeMap<String, String> {
    let rows = server.sql.query("SELECT urn, xmin::text FROM resources", &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn a_snapshot_writes_the_rows_that_differ_and_no_others() {
    let Some(server) = server().await else { return };
    let bench = server.bench();
    let store = bench.store();
    let lease = store.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let zero = store.replace(&lease, None, content(0, &["a", "b", "c", "d"])).await.unwrap();
    let before = writers(&server).await;
    let one = content(1, &["b", "c", "d", "e"]);
    store.replace(&lease, Some(&zero), one.clone()).await.unwrap();
    let after = writers(&server).await;
    assert_eq!(after.keys().map(String::as_str).collect::<Vec<_>>(), ["b", "c", "d", "e"]);
    assert!(["b", "c", "d"].iter().all(|name| before[*name] == after[*name]), "{before:?} {after:?}");
    assert_eq!(store.read(&stack()).await.unwrap().unwrap().content, one);
}

#[tokio::test]
async fn a_snapshot_of_many_resources_is_read_as_it_was_written() {
    let Some(server) = server().await else { return };
    let bench = server.bench();
    let store = bench.store();
    let names: Vec<String> = (0..1500).map(|number| format!("{number}{}", "x".repeat(3000))).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let lease = store.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let zero = store.replace(&lease, None, content(0, &names)).await.unwrap();
    assert_eq!(store.read(&stack()).await.unwrap().unwrap().content, content(0, &names));
    store.replace(&lease, Some(&zero), content(1, &names[500..])).await.unwrap();
    assert_eq!(store.read(&stack()).await.unwrap().unwrap().content, content(1, &names[500..]));
}

#[tokio::test]
async fn many_who_make_the_tables_at_once_make_them_once() {
    let Some(server) = server().await else { return };
    let stores: Vec<_> = (0..6).map(|_| server.bench()).collect();
    let lists = join_all(stores.iter().map(|bench| bench.store().list())).await;
    assert!(lists.iter().all(|list| list.as_ref().is_ok_and(Vec::is_empty)), "{lists:?}");
    let versions = server.sql.query("SELECT version FROM format", &[]).await.unwrap();
    assert_eq!(versions.len(), 1);
}

#[tokio::test]
async fn a_user_without_rights_is_told_so_and_nothing_names_a_password() {
    let Some(server) = server().await else { return };
    let user = &server.schema;
    server.sql.batch_execute(&format!("CREATE ROLE {user} LOGIN PASSWORD 'hunter2'")).await.unwrap();
    let (_, rest) = server.address.split_once('@').unwrap();
    let address = format!("postgres://{user}:hunter2@{rest}");
    let clock = server.bench().clock().clone();
    let store = open(&address, clock, Duration::from_secs(30));
    let error = store.read(&stack()).await.unwrap_err();
    assert!(
        matches!(error, StateError::Read { .. }) && error.to_string().contains("permission denied"),
        "{error}"
    );
    assert!(!format!("{error} {error:?} {store:?} {}", store.describe()).contains("hunter2"));
    server.sql.batch_execute(&format!("DROP ROLE {user}")).await.unwrap();
}
