//! URLs of object stores, taken apart.

use atp_iac::state::BackendError;
use object_store::path::Path;
use object_store::{BackoffConfig, RetryConfig};
use std::time::Duration;
use url::{Host, Url};

/// How long a server that fails is asked again: less than a lock lasts.
pub const RETRIES: RetryConfig = RetryConfig {
    backoff: BackoffConfig {
        init_backoff: Duration::from_millis(100),
        max_backoff: Duration::from_secs(5),
        base: 2.0,
    },
    max_retries: 8,
    retry_timeout: Duration::from_secs(40),
};

/// Where states are, as a URL says.
pub struct Location {
    /// The account, the bucket, ...
    pub host: String,
    /// What stands between slashes.
    pub folders: Vec<String>,
    /// What stands behind the question mark.
    pub parameters: Vec<(String, String)>,
}

impl Location {
    /// Of a URL that has to look like `form`.
    pub fn parse(text: &str, form: &str) -> Result<Self, BackendError> {
        let scheme = form.split("://").next().unwrap_or_default();
        let refused = |why: &str| {
            BackendError::new(format!("the backend `{scheme}://..` {why}"), format!("write it as `{form}`"))
        };
        let url = Url::parse(text).map_err(|error| refused(&format!("is no URL: {error}")))?;
        if !url.username().is_empty() || url.password().is_some() || url.port().is_some() {
            return Err(refused("has a user, a password or a port"));
        }
        if url.fragment().is_some() {
            return Err(refused("has a `#`"));
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| refused("names nothing"))?;
        let folders: Vec<String> = url.path_segments().into_iter().flatten().map(str::to_owned).collect();
        let folders: Vec<String> = match folders.split_last() {
            Some((last, before)) if last.is_empty() => before.to_vec(),
            _ => folders,
        };
        let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if let Some(bad) = folders.iter().find(|folder| folder.is_empty() || !folder.chars().all(good)) {
            return Err(refused(&format!(
                "has the folder `{bad}`; letters, digits, `-`, `_` and `.` are for folders"
            )));
        }
        let parameters =
            url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        Ok(Location { host: host.to_owned(), folders, parameters })
    }

    /// Takes a parameter out.
    pub fn take(&mut self, name: &str) -> Option<String> {
        let at = self.parameters.iter().position(|(known, _)| known == name)?;
        Some(self.parameters.remove(at).1)
    }

    /// That all parameters were taken.
    pub fn finish(&self, form: &str, known: &str) -> Result<(), BackendError> {
        match self.parameters.first() {
            Some((name, _)) => {
                let scheme = form.split("://").next().unwrap_or_default();
                let message =
                    format!("the backend `{scheme}://..` has the parameter `{name}`, which means nothing");
                Err(BackendError::new(message, format!("leave it out; {known}")))
            }
            None => Ok(()),
        }
    }
}

/// The folders of a URL, and one more.
pub fn prefix(folders: &[String], part: &str) -> Path {
    folders.iter().map(String::as_str).chain([part]).map(object_store::path::PathPart::from).collect()
}

/// That an endpoint is a URL, and sends nothing in clear over a network. Whether it is on this machine and does without
/// encryption.
pub fn check_endpoint(endpoint: &str) -> Result<bool, BackendError> {
    let way_out = "name one such as `https://host:port`; `http` is for this machine alone";
    let url = Url::parse(endpoint).map_err(|error| {
        BackendError::new(format!("the endpoint of the backend is no URL: {error}"), way_out)
    })?;
    let on_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(false),
        "http" if on_loopback => Ok(true),
        _ => Err(BackendError::new("the endpoint of the backend would be talked to in clear", way_out)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "s3://bucket/prefix";

    #[test]
    fn a_url_is_taken_apart() {
        let mut location = Location::parse("s3://b/a/c.d/?region=north", FORM).unwrap();
        assert_eq!((location.host.as_str(), location.folders.join(",")), ("b", "a,c.d".into()));
        assert_eq!(prefix(&location.folders, "azure").as_ref(), "a/c.d/azure");
        assert!(location.finish(FORM, "").is_err());
        assert_eq!(location.take("region").as_deref(), Some("north"));
        assert!(location.finish(FORM, "").is_ok());
    }

    #[test]
    fn what_cannot_be_meant_is_refused_without_telling_secrets() {
        for bad in
            ["s3://", "s3:b", "s3://u:hunter2@b", "s3://b:7/x", "s3://b//x", "s3://b/a%20b", "s3://b/x#y"]
        {
            let error = Location::parse(bad, FORM).err().unwrap_or_else(|| panic!("{bad}"));
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn clear_text_is_for_this_machine_alone() {
        for (endpoint, clear) in
            [("http://127.0.0.1:10000/a", true), ("http://[::1]:1", true), ("https://x", false)]
        {
            assert_eq!(check_endpoint(endpoint).unwrap(), clear);
        }
        for bad in ["http://store.example", "http://127.0.0.1.example", "ftp://localhost", "localhost"] {
            assert!(check_endpoint(bad).is_err(), "{bad}");
        }
    }
}
