//! What customers are promised.

use atp_iac::Config;

/// What customers are promised, over 30 days.
#[derive(Clone, Debug, Config)]
pub struct ServiceLevels {
    /// Percent of the requests to take audit events in that succeed.
    #[config(default = 99.9, range = 90.0..=99.999)]
    pub availability: f64,
    /// Milliseconds in which an audit event is taken in.
    #[config(default = 1000, range = 10..=60_000)]
    pub ingestion_latency_milliseconds: u32,
    /// Percent of the audit events that are taken in within that time.
    #[config(default = 99.0, range = 90.0..=99.999)]
    pub ingestion_within: f64,
}

impl Default for ServiceLevels {
    fn default() -> Self {
        ServiceLevels { availability: 99.9, ingestion_latency_milliseconds: 1000, ingestion_within: 99.0 }
    }
}

impl ServiceLevels {
    /// The share of requests that may fail: 0.001 for 99.9 percent.
    pub fn error_budget(&self) -> f64 {
        share(100.0 - self.availability)
    }

    /// The share of audit events that may take longer.
    pub fn latency_budget(&self) -> f64 {
        share(100.0 - self.ingestion_within)
    }
}

/// Percent as a share, without what binary numbers add to 100 - 99.9: the text of a query shows it.
fn share(percent: f64) -> f64 {
    (percent * 100_000.0).round() / 10_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_what_the_promise_leaves() {
        let levels = ServiceLevels::default();
        assert_eq!(levels.error_budget().to_string(), "0.001");
        assert_eq!(levels.latency_budget().to_string(), "0.01");
    }
}
