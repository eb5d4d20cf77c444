//! Who notices what goes wrong: telemetry, collection, alerts, dashboards.

mod catalogue;
mod config;
mod outputs;
mod pages;
mod program;
mod queries;
mod service_levels;

pub use catalogue::catalogue;
pub use config::{GrafanaConfig, ObservabilityConfig, ReceiversConfig};
pub use outputs::ObservabilityOutputs;
pub use program::{Observability, observability};
pub use service_levels::ServiceLevels;
