//! The events that are about several stacks.

use super::{counts, time};
use crate::StackName;
use crate::cli::failure::Failure;
use crate::estate::{Ended, Forecast, Graph, Instance, Obstacle, Outcome, Status};
use crate::state::{self, LastUpdate};
use serde_json::{Value as Json, json};
use std::time::Duration;

pub(in crate::cli) fn forecast(forecast: &Forecast) -> Json {
    json!({
        "event": "forecast", "stacks": forecast.stacks.len(), "changed": forecast.changed(),
        "counts": counts(&forecast.counts()), "refusals": forecast.refusals(),
    })
}

pub(in crate::cli) fn trouble(failure: &Failure) -> Json {
    json!({"event": "trouble", "messages": failure.messages(), "way_out": failure.hint()})
}

pub(in crate::cli) fn ended(ended: &Ended) -> Json {
    let (because, departures) = match &ended.outcome {
        Outcome::NotStarted(Obstacle::Stack(other)) => (Some(other.to_string()), Vec::new()),
        Outcome::Moved(departures) => (None, departures.iter().map(ToString::to_string).collect()),
        _ => (None, Vec::new()),
    };
    let message = match &ended.outcome {
        Outcome::Error(error) => Some(error.to_string()),
        _ => None,
    };
    json!({
        "event": "ended", "result": result(ended), "because": because, "departures": departures,
        "message": message, "elapsed_seconds": ended.elapsed.as_secs_f64(),
    })
}

fn result(ended: &Ended) -> &'static str {
    match &ended.outcome {
        Outcome::Done(_) => "done",
        Outcome::Interrupted(_) => "interrupted",
        Outcome::Error(error) if error.is_locked() => "locked",
        Outcome::Error(error) if error.is_refused() => "refused",
        Outcome::Failed(_) | Outcome::Error(_) | Outcome::Panic => "failed",
        Outcome::Moved(_) => "refused",
        Outcome::NotStarted(_) => "not_started",
    }
}

pub(in crate::cli) fn total(all: &[Ended], elapsed: Duration) -> Json {
    let results: Vec<Json> =
        all.iter().map(|ended| json!({"stack": ended.stack.to_string(), "result": result(ended)})).collect();
    json!({"event": "total", "results": results, "elapsed_seconds": elapsed.as_secs_f64()})
}

pub(in crate::cli) fn stack(graph: &Graph, name: &StackName, layer: &str) -> Json {
    let refers_to: Vec<String> = graph.references(name).map(StackName::to_string).collect();
    json!({"event": "stack", "layer": layer, "refers_to": refers_to})
}

pub(in crate::cli) fn status(status: &Status) -> Json {
    json!({
        "event": "status", "deployed": status.is_deployed(), "resources": status.resources,
        "open": status.open, "contract": status.contract.map(|contract| format!("{contract:016x}")),
        "outdated": status.is_outdated, "outdated_for": status.outdated_for,
        "last_update": status.last.as_ref().map(last),
        "holder": status.holder.as_ref().map(ToString::to_string), "drifted": status.drifted,
    })
}

fn last(update: &LastUpdate) -> Json {
    let result = match update.result {
        Some(state::Outcome::Done) => Some("done"),
        Some(state::Outcome::Failed) => Some("failed"),
        Some(state::Outcome::Interrupted) => Some("interrupted"),
        None => None,
    };
    json!({"operation": update.operation, "at": time(update.at), "who": update.by.who, "result": result})
}

pub(in crate::cli) fn expired(instance: &Instance) -> Json {
    let stacks: Vec<String> = instance.stacks.iter().map(StackName::to_string).collect();
    json!({
        "event": "expired", "environment": instance.environment, "updated": time(instance.updated),
        "time_to_live_seconds": instance.time_to_live.as_secs(), "stacks": stacks,
    })
}
