//! Steps and summaries that the test program cannot bring about.

use super::support::same;
use crate::apply::{Event, Failure, FailureCause, Report};
use crate::cli::screen::{Look, Progress, summary};
use crate::plan::{Counts, Plan, Work};
use crate::provider::{ProviderError, ProviderErrorKind};
use crate::{StackName, Urn};
use std::time::Duration;

fn failure(name: &str, cause: FailureCause) -> Failure {
    let stack = StackName::new("prod", "north", "base").unwrap();
    let urn = Urn::new(&stack, &["T"], &[name]).unwrap();
    Failure { urn, work: Work::Update, location: None, cause }
}

#[test]
fn every_failure_has_its_cause_and_way_out() {
    let unreachable = ProviderError::new(ProviderErrorKind::Unreachable, "Timeout", "no answer\nin 60s");
    let report = Report {
        done: Counts { replace: 1, delete: 2, ..Counts::default() },
        answers: Default::default(),
        failures: vec![
            failure("a", FailureCause::Provider(unreachable)),
            failure("b", FailureCause::Diverged { path: "properties.id".into() }),
            failure("c", FailureCause::Panic),
        ],
        skipped: 0,
        not_started: 2,
        elapsed: Duration::from_secs(75),
        unrecorded: 0,
    };
    same(
        &summary(&report, &Progress::default(), false, Look::default()),
        "failed in 1m 15s: 1 replaced, 2 deleted, 3 failed, 2 not started

x a: update failed
    urn:atp:prod:north:base::T::a
    Timeout: no answer
    in 60s

x b: update failed
    urn:atp:prod:north:base::T::b
    `properties.id` is not what the plan said: something that it comes from became another value while the plan was carried out
    way out: run again: the next plan starts from what is there now

x c: update failed
    urn:atp:prod:north:base::T::c
    the provider stopped with a panic; what it did to the resource is looked up by the next run
    way out: run again: it continues where this one stopped

run again: what is done stays done, and the next run goes on from there
",
    );
}

#[test]
fn the_status_fits_on_the_line() {
    let names = ["front", "a-very-long-name-of-a-resource", "c", "d", "e"];
    let plan = Plan {
        left_out: Default::default(),
        preparation: Default::default(),
        notices: Vec::new(),
        proposals: Vec::new(),
        stack: StackName::new("prod", "north", "base").unwrap(),
        base: crate::plan::Base { lineage: String::new(), serial: 0 },
        operations: Vec::new(),
        steps: Default::default(),
        warnings: Vec::new(),
        refusals: Vec::new(),
        outputs: Default::default(),
        output_expressions: None,
        contract: 0,
        fingerprints: None,
        answers: Default::default(),
        unanswered: Vec::new(),
    };
    let mut progress = Progress::new(&plan);
    assert_eq!(progress.status(40), "");
    for name in names {
        progress.start(name);
    }
    assert_eq!(
        progress.status(100),
        "0/0 done, running: front, a-very-long-name-of-a-resource, c, d and 1 more"
    );
    assert_eq!(progress.status(30), "0/0 done, running: front, a...");
    let failed = failure("front", FailureCause::Aborted);
    let line = progress.line(&Event::Failed(&failed), Look::default()).unwrap();
    assert!(line.starts_with("x front update failed: the run was aborted"), "{line}");
    assert!(!progress.status(100).contains("front"));
}
