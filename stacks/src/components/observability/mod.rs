//! What observes the others: telemetry of services, collection from the cluster, who is told, and what is kept.

mod cluster_monitoring;
mod grafana;
mod log_keeping;
mod notifications;
mod private_link;
mod quiet_time;
mod quiet_times;
mod telemetry;

pub use cluster_monitoring::{ClusterMonitoring, ClusterMonitoringOutputs};
pub use grafana::{ManagedGrafana, ManagedGrafanaOutputs};
pub use log_keeping::{LogKeeping, SavedQuery, TableRetention};
pub use notifications::{Notifications, NotifiedRole, Receivers};
pub use private_link::MonitorPrivateLink;
pub use quiet_time::{QuietTime, Weekday};
pub use quiet_times::QuietTimes;
pub use telemetry::{Telemetry, TelemetryOutputs};
