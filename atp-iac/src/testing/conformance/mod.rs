//! Whether a provider keeps what the engine relies on.
//!
//! The author of a provider gives [`Sample`]s: a type, inputs that are good, and what to change of them. Each check makes
//! what it needs, through the provider or through an engine with a state in memory, and takes it away again: the cloud
//! should be one that may be written to, and hold nothing of the names that the samples use.
//!
//! ```
//! # use atp_iac::{Value, testing::{MemoryCloud, conformance::{Conformance, Sample}}};
//! # use std::sync::Arc;
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let inputs = |name: &str, size: i64| Value::from([("name", name.into()), ("size", size.into())]);
//! let sample = Sample::new("Disk", inputs("a", 1)).changed(inputs("a", 2)).replaced(inputs("b", 1));
//! let report = Conformance::new(Arc::new(MemoryCloud::new("test"))).with_sample(sample).run().await;
//! assert!(report.is_conformant(), "{report}");
//! # }
//! ```
//!
//! What is asked is listed by [`Check`]. A check that a sample gives no cause for, or that has no meaning for what lives in
//! the state alone, says so instead of passing.

mod alone;
mod bench;
mod cycle;
mod parts;
mod report;
mod sample;
mod secrets;
#[cfg(test)]
mod tests;
mod watched;

pub use report::{Check, Checked, Outcome, Report};
pub use sample::Sample;

use crate::provider::Provider;
use bench::Bench;
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

/// Checks a provider.
pub struct Conformance {
    provider: Arc<dyn Provider>,
    samples: Vec<Sample>,
    timeout: Duration,
}

impl Conformance {
    /// Of this provider, with no sample yet.
    pub fn new(provider: Arc<dyn Provider>) -> Self {
        Conformance { provider, samples: Vec::new(), timeout: Duration::from_secs(60) }
    }

    /// With a sample more.
    pub fn with_sample(mut self, sample: Sample) -> Self {
        self.samples.push(sample);
        self
    }

    /// How long one call may take; a minute unless told.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Makes every check with every sample, one after the other.
    pub async fn run(self) -> Report {
        let mut report = Report::default();
        for sample in &self.samples {
            let bench = Bench::new(self.provider.clone(), sample, self.timeout);
            for check in Check::ALL {
                let outcome = match AssertUnwindSafe(bench.check(check)).catch_unwind().await {
                    Ok(Ok(())) => Outcome::Passed,
                    Ok(Err(outcome)) => outcome,
                    Err(_) => Outcome::Failed("it panicked".to_owned()),
                };
                let cleaned = AssertUnwindSafe(bench.clean()).catch_unwind().await;
                let outcome = match (outcome, cleaned) {
                    (Outcome::Passed, Err(_)) => Outcome::Failed("deleting panicked".to_owned()),
                    (outcome, _) => outcome,
                };
                report.checks.push(Checked { kind: sample.kind.clone(), check, outcome });
            }
        }
        report
    }
}

impl std::fmt::Debug for Conformance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conformance").field("samples", &self.samples).finish_non_exhaustive()
    }
}
