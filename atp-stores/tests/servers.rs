//! States as objects, on the servers that the environment names; `tests/stores/run` starts them and names them. Without
//! them each test says that it was left out.
#![cfg(any(feature = "azure", feature = "s3", feature = "gcs"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "objects/damage.rs"]
mod damage;

use atp_iac::ports::{Clock, ManualClock, SystemRandom, random_uuid};
use atp_iac::state::{Backend, BackendError, Opening, Presence, StateStore};
use atp_iac::testing::stores::Bench;
use atp_stores::{LEASE, Stores};
use damage::Objects;
use object_store::ObjectStore;
use object_store::path::Path;
use std::sync::Arc;
use url::Url;

fn open(url: &str, clock: Arc<dyn Clock>) -> Result<Arc<dyn StateStore>, BackendError> {
    let variable = |name: &str| std::env::var(name).ok();
    let random = Arc::new(SystemRandom);
    Stores.open(&Opening {
        url,
        part: "simulator",
        variable: &variable,
        clock,
        random,
        presence: Presence::default(),
    })
}

/// A store of its own on a server, of which `raw` gives the objects; none, with a word, when there is no server.
#[expect(clippy::print_stderr, reason = "whoever reads the results has to know what was left out")]
fn bench(server: &str, raw: impl Fn(&Url) -> Arc<dyn ObjectStore>) -> Option<Bench> {
    let Ok(url) = std::env::var(server) else {
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        eprintln!("left out {test}: {server} names no server");
        return None;
    };
    let clock = Arc::new(ManualClock::default());
    let own = random_uuid(&SystemRandom).unwrap();
    let store = open(&format!("{url}/{own}"), clock.clone()).unwrap();
    let folder = Path::from(format!("{own}/simulator/test/westeurope/foundation"));
    let damage = Objects { store: raw(&Url::parse(&url).unwrap()), folder };
    Some(Bench::new(store, clock).with_lease(LEASE).with_damage(damage))
}

#[cfg(feature = "azure")]
mod azure {
    use super::*;
    use object_store::azure::MicrosoftAzureBuilder;

    const SERVER: &str = "ATP_TEST_AZBLOB";

    /// The objects, beside the store of states.
    fn raw(url: &Url) -> Arc<dyn ObjectStore> {
        let builder = MicrosoftAzureBuilder::new()
            .with_account(url.host_str().unwrap())
            .with_container_name(url.path().trim_start_matches('/'))
            .with_access_key(std::env::var("AZURE_STORAGE_ACCOUNT_KEY").unwrap())
            .with_endpoint(std::env::var("AZURE_STORAGE_ENDPOINT").unwrap())
            .with_allow_http(true);
        Arc::new(builder.build().unwrap())
    }

    atp_iac::test_state_store!(async { bench(SERVER, raw) });

    #[tokio::test]
    async fn a_signature_that_is_refused_is_in_no_error() {
        let Some(bench) = bench(SERVER, raw) else { return };
        let url = std::env::var(SERVER).unwrap();
        let store =
            open(&format!("{url}/x?sv=2021-08-06&sig=aHVudGVyMg%3D%3D"), bench.clock().clone()).unwrap();
        let error = store.list().await.unwrap_err();
        let told = format!("{error} {error:?} {}", store.describe());
        assert!(told.contains("credentials") || told.contains("access"), "{told}");
        assert!(!told.contains("aHVudGVyMg") && !told.contains("hunter2"), "{told}");
    }

    #[tokio::test]
    async fn a_container_that_is_not_there_is_no_empty_state() {
        let Some(bench) = bench(SERVER, raw) else { return };
        let store = open("azblob://devstoreaccount1/nowhere/x", bench.clock().clone()).unwrap();
        let error = store.read(&atp_iac::testing::stores::sample::stack()).await.unwrap_err().to_string();
        assert!(error.contains("no such container"), "{error}");
    }
}

#[cfg(feature = "s3")]
mod s3 {
    use super::*;
    use object_store::aws::AmazonS3Builder;

    const SERVER: &str = "ATP_TEST_S3";

    /// The objects, beside the store of states.
    fn raw(url: &Url) -> Arc<dyn ObjectStore> {
        let builder = AmazonS3Builder::from_env()
            .with_bucket_name(url.host_str().unwrap())
            .with_endpoint(std::env::var("AWS_ENDPOINT_URL_S3").unwrap())
            .with_allow_http(true);
        Arc::new(builder.build().unwrap())
    }

    atp_iac::test_state_store!(async { bench(SERVER, raw) });

    #[tokio::test]
    async fn a_bucket_that_is_not_there_is_no_empty_state() {
        let Some(bench) = bench(SERVER, raw) else { return };
        let store = open("s3://nowhere/x", bench.clock().clone()).unwrap();
        let error = store.read(&atp_iac::testing::stores::sample::stack()).await.unwrap_err().to_string();
        assert!(error.contains("no such container or bucket"), "{error}");
    }
}

#[cfg(feature = "gcs")]
mod gcs {
    use super::*;
    use object_store::gcp::{GcpCredential, GoogleCloudStorageBuilder, GoogleConfigKey};
    use object_store::{ClientOptions, StaticCredentialProvider};

    const SERVER: &str = "ATP_TEST_GCS";

    /// The objects, beside the store of states.
    fn raw(url: &Url) -> Arc<dyn ObjectStore> {
        let nobody = GcpCredential { bearer: String::new() };
        let builder = GoogleCloudStorageBuilder::new()
            .with_bucket_name(url.host_str().unwrap())
            .with_client_options(ClientOptions::new().with_allow_http(true))
            .with_credentials(Arc::new(StaticCredentialProvider::new(nobody)))
            .with_config(GoogleConfigKey::BaseUrl, std::env::var("STORAGE_EMULATOR_HOST").unwrap());
        Arc::new(builder.build().unwrap())
    }

    atp_iac::test_state_store!(async { bench(SERVER, raw) });

    #[tokio::test]
    async fn a_bucket_that_is_not_there_is_no_empty_state() {
        let Some(bench) = bench(SERVER, raw) else { return };
        let store = open("gs://nowhere/x", bench.clock().clone()).unwrap();
        let error = store.read(&atp_iac::testing::stores::sample::stack()).await.unwrap_err().to_string();
        assert!(error.contains("no such container or bucket"), "{error}");
    }
}
