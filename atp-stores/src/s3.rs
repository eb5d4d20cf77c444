//! `s3://bucket/prefix`: Amazon S3, or what speaks like it and honours `If-Match` and `If-None-Match` when it puts.
//!
//! Who asks is said by the variables of the AWS SDKs: a key, a role with a web identity, a container, or else the machine.
//! `AWS_REGION` and `AWS_ENDPOINT_URL_S3`, or the parameters `region` and `endpoint`, say where.

use crate::Connected;
use crate::location::{Location, RETRIES, check_endpoint, prefix};
use atp_iac::state::{BackendError, Opening};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, S3ConditionalPut};
use std::sync::Arc;

pub const FORM: &str = "s3://bucket/prefix";

/// What is read of the environment.
const VARIABLES: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_METADATA_ENDPOINT",
];

pub fn connect(opening: &Opening<'_>) -> Result<Connected, BackendError> {
    let mut location = Location::parse(opening.url, FORM)?;
    let set = |name: &str| (opening.variable)(name).filter(|value| !value.is_empty());
    let region = location.take("region");
    let endpoint = location.take("endpoint");
    let endpoint = endpoint.or_else(|| set("AWS_ENDPOINT_URL_S3")).or_else(|| set("AWS_ENDPOINT_URL"));
    location.finish(FORM, "what it may have is `endpoint` and `region`")?;
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&location.host)
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        .with_retry(RETRIES);
    for name in VARIABLES {
        if let (Some(value), Ok(key)) = (set(name), name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>()) {
            builder = builder.with_config(key, value);
        }
    }
    if let Some(region) = region {
        builder = builder.with_region(region);
    }
    if let Some(endpoint) = endpoint {
        builder = builder.with_allow_http(check_endpoint(&endpoint)?).with_endpoint(endpoint);
    }
    let store = builder.build().map_err(|_| {
        let way_out = "look at the URL, and at the variables that begin with AWS";
        BackendError::new("the backend cannot be opened: its credentials or endpoint cannot be read", way_out)
    })?;
    Ok(Connected {
        store: Arc::new(store),
        place: format!("s3://{}", location.host),
        prefix: prefix(&location.folders, opening.part),
    })
}
