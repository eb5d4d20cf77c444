//! The cluster and the registry.

mod access;
mod configuration;
mod deployed;
mod hardening;
mod pools;

use super::declared::*;
use super::world::*;
use stacks::{AKS, FOUNDATION};

const CLUSTER: &str = "cluster/cluster";
const POOL: &str = "Microsoft.ContainerService/managedClusters/agentPools";

fn prod() -> Declared {
    declare(&AKS, "prod", "westeurope")
}

fn all() -> Vec<Declared> {
    SITES.iter().map(|(environment, region)| declare(&AKS, environment, region)).collect()
}
