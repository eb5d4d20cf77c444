//! What others may use of the application's part in Azure.

use atp_iac::{Output, Outputs};
use std::collections::BTreeMap;

/// What others may use: what is written into manifests.
#[derive(Debug, Outputs)]
pub struct ApplicationOutputs {
    /// The client id that each service signs in with, by name of the service.
    pub client_ids: Output<BTreeMap<String, String>>,
    /// The subject that each identity trusts, `system:serviceaccount:<namespace>:<name>`, by name of the service; those of
    /// a service with several accounts by `<service>/<name>`.
    pub subjects: Output<BTreeMap<String, String>>,
    /// The name that databases know each service by, for `CREATE USER [<name>] FROM EXTERNAL PROVIDER`.
    pub database_users: Output<BTreeMap<String, String>>,
    /// What is filled into manifests where they say `${name}`.
    pub facts: Output<BTreeMap<String, String>>,
}
