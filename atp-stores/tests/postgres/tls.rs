//! Encryption on the way to a server whose certificate is for `localhost`, by an authority that this machine does not know.

use super::bench::{SERVER, open};
use atp_iac::ports::SystemClock;
use atp_iac::state::StateStore as _;
use atp_iac::testing::stores::sample::stack;
use atp_stores::postgres::PostgresStore;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::NoTls;
use uuid::Uuid;

/// The address of the server by one of its names; `$` in the rest stands for the file of an authority. None when there is no
/// server.
fn address(host: &str, rest: &str, authority: &str) -> Option<String> {
    let (server, file) = (std::env::var(SERVER).ok()?, std::env::var(authority).ok()?);
    let own = Uuid::new_v4().simple();
    Some(format!("{}?schema=tls_{own}&{}", server.replace("127.0.0.1", host), rest.replace('$', &file)))
}

fn store(address: &str) -> PostgresStore {
    open(address, Arc::new(SystemClock), Duration::from_secs(30))
}

const OURS: &str = "ATP_TEST_POSTGRES_AUTHORITY";
const OTHER: &str = "ATP_TEST_POSTGRES_OTHER";

#[tokio::test]
async fn a_server_that_proves_its_name_is_spoken_with_in_secret() {
    for (mode, encrypted) in [("sslmode=verify-full&sslrootcert=$", true), ("sslmode=disable", false)] {
        let Some(address) = address("localhost", mode, OURS) else { return };
        let (sql, connection) =
            tokio_postgres::connect(&std::env::var(SERVER).unwrap(), NoTls).await.unwrap();
        tokio::spawn(connection);
        // Nobody else is connected to it.
        let own = format!("tls_{}", Uuid::new_v4().simple());
        sql.batch_execute(&format!("CREATE DATABASE {own}")).await.unwrap();
        let store = store(&address.replace("/postgres?", &format!("/{own}?")));
        assert_eq!(store.read(&stack()).await.unwrap(), None);
        let used =
            "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname = $1";
        let row = sql.query_one(used, &[&own]).await.unwrap();
        assert_eq!(row.get::<_, Option<bool>>(0), Some(encrypted), "{mode}");
    }
}

#[tokio::test]
async fn a_server_that_cannot_prove_its_name_is_told_nothing() {
    for (host, rest, authority) in [
        ("localhost", "sslmode=verify-full&sslrootcert=$", OTHER),
        ("127.0.0.1", "sslmode=verify-full&sslrootcert=$", OURS),
        ("127.0.0.1", "sslmode=require&sslrootcert=$", OURS),
        ("localhost", "sslmode=require", OURS),
    ] {
        let Some(address) = address(host, rest, authority) else { return };
        let error = store(&address).read(&stack()).await.unwrap_err().to_string();
        assert!(
            error.contains("certificate") && error.contains("sslrootcert=FILE"),
            "{host} {rest}: {error}"
        );
    }
}

#[tokio::test]
async fn on_this_machine_a_certificate_that_nobody_vouches_for_is_in_nobodys_way() {
    let Some(address) = address("localhost", "", OURS) else { return };
    assert_eq!(store(&address).read(&stack()).await.unwrap(), None);
}
