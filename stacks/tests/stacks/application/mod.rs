//! What the services need of Azure.

mod changes;
mod declaration;
mod deployed;
mod stand_ins;

use super::declared::*;
use super::world::*;
use stacks::{AKS, APPLICATION, FOUNDATION};

const ASSIGNMENT: &str = "Microsoft.Authorization/roleAssignments";
const CREDENTIAL: &str = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials";

fn prod() -> Declared {
    declare(&APPLICATION, "prod", "westeurope")
}

fn all() -> Vec<Declared> {
    SITES.iter().map(|(environment, region)| declare(&APPLICATION, environment, region)).collect()
}
