//! The store in PostgreSQL, on the server that ATP_TEST_POSTGRES names: `postgres://user@host/database`.
#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod bench;
mod damage;
mod lost;
mod proxy;
mod sharing;
mod tables;
mod tls;

atp_iac::test_state_store!(bench::empty());
atp_iac::test_sharing_store!(bench::empty());
