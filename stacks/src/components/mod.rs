//! Groups of resources that several stacks use.

pub mod alerts;
pub mod budget;
pub mod cosmos_platform;
pub mod customer_key;
pub mod dashboards;
pub mod edge;
pub mod egress;
pub mod governance;
pub mod key_vault;
pub mod log_workspace;
pub mod managed_hsm;
pub mod network;
pub mod observability;
pub mod private_service;
pub mod service_network;
pub mod sql_platform;
pub mod storage;

pub use alerts::Alerts;
pub use budget::Budget;
pub use cosmos_platform::CosmosPlatform;
pub use customer_key::CustomerKey;
pub use dashboards::Dashboards;
pub use egress::Egress;
pub use key_vault::{KeyVault, VaultKeys};
pub use log_workspace::LogWorkspace;
pub use managed_hsm::ManagedHsm;
pub use network::{Network, PrivateDns};
pub use private_service::PrivateService;
pub use service_network::ServiceNetwork;
pub use sql_platform::SqlPlatform;
pub use storage::{HotStorage, WormStorage};
