//! What other stacks may use of the governance.

use atp_azure::authorization::RoleDefinition;
use atp_iac::{Output, Outputs, ResourceId};
use std::collections::BTreeMap;

/// What other stacks may use.
#[derive(Debug, Outputs)]
pub struct GovernanceOutputs {
    /// The roles that the platform defines itself, by name.
    pub custom_roles: Output<BTreeMap<String, ResourceId<RoleDefinition>>>,
}
