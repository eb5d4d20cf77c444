//! What can be chosen about a simulated cloud.

use std::time::Duration;

use crate::latency::Latency;

/// What can be chosen about a simulated cloud.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long a long-running operation takes of which [`latency`](Settings::latency) says nothing. With zero it still answers asynchronously, and the first poll finds it
    /// finished.
    pub operation_duration: Duration,
    /// How long the operations of some types take.
    pub latency: Latency,
    /// Value of `Retry-After` while an operation runs. Clients take zero for "absent", and wait for their default.
    pub retry_after_seconds: u64,
    /// When set, also sends `x-ms-retry-after-ms`, so that clients in the same process do not have to sleep.
    pub retry_after_milliseconds: Option<u64>,
    /// Most items on one page of a list.
    pub page_size: usize,
    /// The subscriptions that exist, as GUIDs. Empty: every GUID is a subscription.
    pub subscriptions: Vec<String>,
    /// The tenant that the subscriptions and identities belong to.
    pub tenant: String,
    /// Whether each request needs the bearer token of somebody in [`tenant`](Settings::tenant). The server always asks
    /// for one.
    pub require_token: bool,
    /// Whether every resource provider is registered with every subscription from the start. Otherwise clients have to
    /// register those that they use, which takes [`operation_duration`](Settings::operation_duration).
    pub providers_registered: bool,
    /// Rights that principals have besides what role assignments in the cloud give them. Who is named here may do nothing
    /// else; everybody else may do everything, unless [`enforce_roles`](Settings::enforce_roles) says otherwise.
    pub grants: Vec<Grant>,
    /// Whether everybody needs a grant or a role assignment for what they do.
    pub enforce_roles: bool,
    /// Which `api-version` is accepted.
    pub api_versions: ApiVersions,
    /// Whether types and properties that no descriptor knows are accepted, and kept as they are sent. A type is
    /// remembered for the life of the process.
    pub accept_unknown: bool,
    /// Whether requests beyond the limits are refused with 429. What is left is always reported: without this, it is what
    /// one request leaves of a full bucket.
    pub throttle: bool,
    /// Whether a write that names a resource in the same cloud that does not exist is refused, as most services do.
    pub check_references: bool,
    /// Whether a deleted key vault keeps its name until it is recovered or purged, as in Azure.
    pub soft_delete: bool,
    /// For how long the directory does not know the principal of a new identity. A role assignment that does not send
    /// `principalType` is refused until then.
    pub replication_delay: Duration,
    /// When set, answers are spelled as real services spell them: other cases, other orders, defaults, nulls, and what
    /// only services set, all of which means the same as what was written. The number is the seed.
    pub noise: Option<u64>,
    /// On disk, the log of changes is compacted when it is longer than this and than twice the last snapshot.
    pub compact_after_bytes: u64,
    /// Seed of all generated ids.
    pub seed: u64,
}

/// A right of a principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Object id of the principal, as in the claim `oid` of its tokens.
    pub principal: String,
    /// Id of a role definition, or the name of a built-in role, such as `Reader`.
    pub role: String,
    /// Id of the scope, such as `/subscriptions/{id}`; `/` for all of the tenant.
    pub scope: String,
}

/// Which `api-version` is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiVersions {
    /// The one of the type's descriptor.
    Descriptor,
    /// Any well-formed one, for clients that were built for other versions. The answers keep the descriptor's shape.
    WellFormed,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            operation_duration: Duration::ZERO,
            latency: Latency::default(),
            retry_after_seconds: 1,
            retry_after_milliseconds: None,
            page_size: 100,
            subscriptions: Vec::new(),
            tenant: "72f988bf-0000-4000-8000-2d7cd011db47".to_owned(),
            require_token: false,
            providers_registered: true,
            grants: Vec::new(),
            enforce_roles: false,
            api_versions: ApiVersions::Descriptor,
            accept_unknown: false,
            throttle: false,
            check_references: false,
            soft_delete: false,
            replication_delay: Duration::ZERO,
            noise: None,
            compact_after_bytes: 4 << 20,
            seed: 0,
        }
    }
}
