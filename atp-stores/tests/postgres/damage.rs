//! Whatever is changed by hand is an error that names it, and never an empty or an older state.

use super::bench::{Server, content, server};
use atp_iac::state::{StateError, Wait};
use atp_iac::testing::stores::sample::{holder, stack};

/// A stack with a snapshot of four resources and a journal of two batches, and nobody at work.
async fn deployed() -> Option<Server> {
    let server = server().await?;
    let bench = server.bench();
    let store = bench.store();
    let lease = store.lock(&stack(), &holder("anna"), Wait::NONE).await.unwrap();
    let version = store.replace(&lease, None, content(0, &["a", "b", "c", "d"])).await.unwrap();
    for batch in [b"[1]", b"[2]"] {
        store.append(&lease, &version, batch.to_vec()).await.unwrap();
    }
    store.unlock(&lease).await.unwrap();
    Some(server)
}

/// What a reader says after the statement.
async fn after(server: &Server, statement: &str) -> StateError {
    server.sql.batch_execute("BEGIN").await.unwrap();
    server.sql.batch_execute(statement).await.unwrap();
    server.sql.batch_execute("COMMIT").await.unwrap();
    match server.bench().store().read(&stack()).await {
        Err(error) => error,
        Ok(read) => panic!("{statement}: {read:?}"),
    }
}

#[tokio::test]
async fn a_row_that_was_changed_dropped_added_or_reordered_is_found() {
    for statement in [
        "UPDATE resources SET line = replace(line::text, '2f62', '2f78')::bytea WHERE urn = 'b'",
        "UPDATE resources SET urn = 'x' WHERE urn = 'b'",
        "DELETE FROM resources WHERE urn = 'b'",
        "DELETE FROM resources WHERE urn = 'd'",
        "DELETE FROM resources",
        "INSERT INTO resources SELECT stack, 99, urn, line FROM resources WHERE urn = 'a'",
        "UPDATE resources SET position = 99 WHERE urn = 'a'",
        "UPDATE snapshots SET head = head || '\\x20'",
        "UPDATE snapshots SET tail = ''",
        "UPDATE snapshots SET header = replace(header::text, '6f6e65', '6f6e66')::bytea",
        "UPDATE stacks SET serial = 7",
        "UPDATE stacks SET checksum = 'sha256:0'",
        "UPDATE stacks SET lineage = NULL, serial = NULL, checksum = NULL",
        "UPDATE stacks SET batches = 1",
        "DELETE FROM journal WHERE number = 1",
        "DELETE FROM journal WHERE number = 0",
        "DELETE FROM journal",
        "UPDATE journal SET lines = replace(lines::text, '5b325d', '5b335d')::bytea WHERE number = 1",
        "UPDATE journal SET number = 5 WHERE number = 0",
        "INSERT INTO journal SELECT stack, 2, lines FROM journal WHERE number = 1",
    ] {
        let Some(server) = deployed().await else { return };
        let error = after(&server, statement).await;
        let named = error.to_string().contains("test/westeurope/foundation");
        let damage = matches!(error, StateError::Corrupt { .. } | StateError::Torn { .. });
        assert!(damage && named, "{statement}: {error}");
    }
}

#[tokio::test]
async fn a_snapshot_that_is_gone_is_missing_and_its_stack_cannot_be_dropped() {
    let Some(server) = deployed().await else { return };
    let refused = server.sql.batch_execute("DELETE FROM stacks").await;
    assert!(refused.is_err(), "rows refer to it");
    let error = after(&server, "DELETE FROM snapshots").await;
    assert!(matches!(&error, StateError::Missing { lineage, .. } if lineage == "one"), "{error}");
}

#[tokio::test]
async fn a_newer_snapshot_and_newer_tables_are_refused_by_their_version() {
    let Some(server) = deployed().await else { return };
    let newer = "UPDATE snapshots SET header = convert_to('{\"format\":\"atp-iac state\",\"version\":99}' || chr(10), 'UTF8')";
    let error = after(&server, newer).await;
    assert!(matches!(error, StateError::NewerFormat { found: 99, .. }), "{error}");
    let error = after(&server, "UPDATE format SET version = 99").await;
    assert!(matches!(error, StateError::NewerFormat { found: 99, .. }), "{error}");
    let error = after(&server, "UPDATE format SET version = 0").await;
    assert!(matches!(error, StateError::Corrupt { .. }), "{error}");
}
