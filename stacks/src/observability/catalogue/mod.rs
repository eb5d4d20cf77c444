//! The alerts of the platform, as data.
//!
//! What each is, when it fires and what to do is written here once. Thresholds are what prod of the primary region
//! needs; `observability.alerts` in configuration changes them by name.

mod cluster;
mod databases;
mod messaging;
mod service_levels;
mod storage;
mod subscription;
mod vault;

use super::ServiceLevels;
use crate::components::alerts::{
    Activity, Aggregation, Alert, Condition, Dimension, LogQuery, Measure, Metric, Period, Prometheus,
    Sensitivity, Severity, Signal, Target,
};

/// All alerts of the stack.
pub fn catalogue(levels: &ServiceLevels) -> Vec<Alert> {
    [
        cluster::alerts(),
        storage::alerts(),
        messaging::alerts(),
        databases::alerts(),
        vault::alerts(),
        subscription::alerts(),
        service_levels::alerts(levels),
    ]
    .concat()
}

/// Every value of a dimension for itself.
const EACH: &[&str] = &["*"];

/// A metric without dimensions over a window; it is looked at as often as the window allows.
fn metric(
    target: Target,
    name: &'static str,
    aggregation: Aggregation,
    condition: Condition,
    window: Period,
) -> Metric {
    let frequency = match window {
        Period::Minute | Period::Minutes5 => Period::Minute,
        Period::Minutes15 | Period::Minutes30 => Period::Minutes5,
        Period::Hour | Period::Hours6 | Period::Day => Period::Hour,
    };
    Metric { target, name, aggregation, condition, dimensions: &[], window, frequency }
}
