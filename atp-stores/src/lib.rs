//! Stores of states beyond the folder of a project: object stores and databases, which a team shares.
//!
//! Each is a feature: `azure`, `s3`, `gcs`, `postgres`. [`Stores`] opens them by URL; an [`ObjectStates`] is made of
//! whatever `object_store` connects to.

#[cfg(feature = "azure")]
mod azure;
#[cfg(feature = "gcs")]
mod gcs;
#[cfg(any(feature = "azure", feature = "s3", feature = "gcs"))]
mod location;
mod objects;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "s3")]
mod s3;

pub use objects::{LEASE, ObjectStates};

use atp_iac::state::{Backend, BackendError, Opening, StateStore};
use object_store::ObjectStore;
use object_store::path::Path;
use std::sync::Arc;

/// Opens the stores that this crate was built with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stores;

/// An object store, and where the states are in it.
struct Connected {
    store: Arc<dyn ObjectStore>,
    place: String,
    prefix: Path,
}

type Connect = fn(&Opening<'_>) -> Result<Connected, BackendError>;

const OBJECT_STORES: &[(&str, Connect)] = &[
    #[cfg(feature = "azure")]
    (azure::FORM, azure::connect),
    #[cfg(feature = "s3")]
    (s3::FORM, s3::connect),
    #[cfg(feature = "gcs")]
    (gcs::FORM, gcs::connect),
];

impl Backend for Stores {
    fn forms(&self) -> Vec<&'static str> {
        let mut forms: Vec<&'static str> = OBJECT_STORES.iter().map(|(form, _)| *form).collect();
        #[cfg(feature = "postgres")]
        forms.push(postgres::FORM);
        forms
    }

    fn open(&self, opening: &Opening<'_>) -> Result<Arc<dyn StateStore>, BackendError> {
        let scheme = |url: &str| url.split("://").next().map(str::to_owned);
        #[cfg(feature = "postgres")]
        if scheme(opening.url) == scheme(postgres::FORM) {
            return Ok(Arc::new(postgres::PostgresStore::open(opening)?));
        }
        let found = OBJECT_STORES.iter().find(|(form, _)| scheme(form) == scheme(opening.url));
        let Some((_, connect)) = found else {
            let known = format!("write {}", self.forms().join(" or "));
            return Err(BackendError::new("the backend has a scheme that nothing here opens", known));
        };
        let Connected { store, place, prefix } = connect(opening)?;
        let (clock, random) = (opening.clock.clone(), opening.random.clone());
        let states = ObjectStates::new(store, place, prefix, clock, random);
        Ok(Arc::new(states.with_presence(opening.presence.clone())))
    }
}

#[cfg(all(test, feature = "azure", feature = "s3", feature = "gcs"))]
mod tests {
    use super::*;
    use atp_iac::ports::{ManualClock, SystemRandom};
    use atp_iac::state::Presence;

    fn open(url: &str, variables: &[(&str, &str)]) -> Result<String, BackendError> {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let (clock, random) = (Arc::new(ManualClock::default()), Arc::new(SystemRandom));
        let opening =
            Opening { url, part: "azure", variable: &variable, clock, random, presence: Presence::default() };
        Stores.open(&opening).map(|store| store.describe())
    }

    #[test]
    fn a_store_tells_where_it_is_and_keeps_the_clouds_apart() {
        assert_eq!(open("azblob://a/c/team", &[]).unwrap(), "azblob://a/c/team/azure");
        assert_eq!(open("s3://b?region=north", &[]).unwrap(), "s3://b/azure");
        assert_eq!(open("gs://b/x?endpoint=http://localhost:1", &[]).unwrap(), "gs://b/x/azure");
    }

    #[test]
    fn no_secret_is_in_a_description_or_an_error() {
        let told = open("azblob://a/c/team?sv=1&sig=hunter2", &[]).unwrap();
        assert_eq!(told, "azblob://a/c/team/azure");
        let bad = [
            ("azblob://a/c?password=hunter2", &[][..]),
            ("azblob://a/c", &[("AZURE_STORAGE_ACCOUNT_KEY", "hunter2!")][..]),
            ("azblob://a/c", &[("AZURE_CLIENT_SECRET", "hunter2")][..]),
            ("azblob://a/c?endpoint=http://hunter2.example", &[][..]),
            ("redis://hunter2@x", &[][..]),
        ];
        for (url, variables) in bad {
            let error = open(url, variables).unwrap_err();
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
