//! The events of `--json`, as `docs/events.md` documents them.
//!
//! Invariant: secrets are masked in every event; only [`outputs`] can be told otherwise.

pub(super) mod history;
mod migration;
mod several;

pub(super) use migration::{foreign, migration};
pub(super) use several::{ended, expired, forecast, stack, status, total, trouble};

use super::failure::Failure;
use super::screen::{config_source, masked_pair, output_json, work};
use super::secrets::Wrapped;
use crate::apply::{Event, Failure as StepFailure, FailureCause, Recovered, Report};
use crate::cloud::Cloud;
use crate::config::{ConfigField, ConfigLine};
use crate::diff::Change;
use crate::engine::{Discovered, DiscoveryNote, Drifted, Finding, Reading};
use crate::plan::{
    Counts, Irreversible, Notice, Operation, OperationKind, Origin, OutputChange, Plan, Property, Proposal,
    Refusal, Telling, Told, Why, Work,
};
use crate::secrets::Fingerprints;
use crate::state::{Holder, LiveClaim, ResourceState};
use crate::value::Value;
use crate::{StackName, Urn};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The version of the events. A new field or a new event does not change it.
pub(super) const VERSION: u32 = 1;

pub(super) fn header(stack: &StackName, cloud: Cloud, on: &[String]) -> Json {
    json!({
        "event": "header", "version": VERSION, "stack": stack.to_string(),
        "cloud": cloud.name(), "on": on,
    })
}

/// A holder, inside of another event.
pub(super) fn holder(holder: &Holder) -> Json {
    json!({
        "who": holder.who, "host": holder.host, "process": holder.process, "operation": holder.operation,
        "since": time(holder.since),
    })
}

pub(super) fn claim(live: &LiveClaim) -> Json {
    let LiveClaim { epoch, holder: by, claim } = live;
    let texts = |urns: &BTreeSet<Urn>| urns.iter().map(Urn::to_string).collect::<Vec<_>>();
    json!({
        "epoch": epoch, "holder": holder(by), "writes": texts(&claim.writes), "reads": texts(&claim.reads),
    })
}

pub(super) fn waiting(holder: Option<&Holder>) -> Json {
    json!({
        "event": "waiting", "who": holder.map(|holder| holder.who.as_str()),
        "host": holder.map(|holder| holder.host.as_str()), "process": holder.map(|holder| holder.process),
        "operation": holder.map(|holder| holder.operation.as_str()),
        "since": holder.map(|holder| time(holder.since)),
    })
}

pub(super) fn recovered(recovered: &Recovered) -> Json {
    let Recovered { urn, action, finding } = recovered;
    json!({"event": "recovered", "urn": urn.as_str(), "action": action.to_string(), "finding": finding})
}

pub(super) fn plan(plan: &Plan) -> Json {
    let warnings: Vec<Json> = (plan.warnings.iter())
        .map(|Irreversible { urn, path, message }| {
            json!({"urn": urn.as_str(), "path": path.to_string(), "message": message})
        })
        .collect();
    let recorded: Vec<Json> = (plan.recorded())
        .map(|one| json!({"urn": one.urn.as_str(), "protected": one.lifecycle.protect, "retained": one.lifecycle.retain}))
        .collect();
    json!({
        "event": "plan", "stack": plan.stack.to_string(), "digest": plan.digest(),
        "lineage": plan.base.lineage, "serial": plan.base.serial, "has_changes": plan.has_changes(),
        "counts": counts(&plan.counts()), "answered": plan.answers.len(), "warnings": warnings, "recorded": recorded,
        "left_out": {"kept": plan.left_out.kept, "new": plan.left_out.new.iter().map(Urn::as_str).collect::<Vec<_>>()},
    })
}

/// What the state is told of a resource before the first step.
pub(super) fn told(Told { urn, what }: &Told) -> Json {
    let (what, from, to, id) = match what {
        Telling::Moved { from } => ("moved", Some(from), None, None),
        Telling::Detached { from } => ("detached", Some(from), None, None),
        Telling::Attached { to } => ("attached", None, Some(to), None),
        Telling::Imported { id } => ("imported", None, None, Some(id)),
    };
    json!({
        "event": "told", "urn": urn.as_str(), "name": urn.name(), "type": urn.resource_type(), "what": what,
        "from": from.map(Urn::as_str), "to": to.map(Urn::as_str), "id": id,
    })
}

pub(super) fn notice(Notice { urn, message, hint }: &Notice) -> Json {
    json!({"event": "notice", "urn": urn.as_str(), "message": message, "way_out": hint})
}

/// What seems to be the same under another name.
pub(super) fn proposal(proposal: &Proposal) -> Json {
    let Proposal { from, to, same_object } = proposal;
    json!({
        "event": "proposal", "urn": to.as_str(), "from": from.as_str(), "same_object": same_object,
        "alias": proposal.alias(),
    })
}

/// An action in a word.
fn action(action: OperationKind) -> &'static str {
    match action {
        OperationKind::Same => "same",
        OperationKind::Create => "create",
        OperationKind::Update => "update",
        OperationKind::Replace => "replace",
        OperationKind::ReplaceDeleteFirst => "replace_delete_first",
        OperationKind::Delete => "delete",
        OperationKind::Retain => "retain",
        OperationKind::Read => "read",
    }
}

pub(super) fn operation(operation: &Operation, fingerprints: Option<&Fingerprints>) -> Json {
    let changes: Vec<Json> = operation.changes.iter().map(|one| change(one, fingerprints)).collect();
    let location = operation.location.map(|location| location.to_string());
    let action = action(operation.action);
    json!({
        "event": "operation", "urn": operation.urn.as_str(), "name": operation.urn.name(),
        "type": operation.kind, "action": action, "reason": operation.reason,
        "protected": operation.lifecycle.protect, "retained": operation.lifecycle.retain, "holds_data": operation.holds_data, "location": location, "changes": changes,
    })
}

pub(super) fn difference(difference: &Operation, fingerprints: Option<&Fingerprints>) -> Json {
    let mut event = operation(difference, fingerprints);
    event["event"] = "difference".into();
    event
}

fn change(change: &Change, fingerprints: Option<&Fingerprints>) -> Json {
    let (before, after) = masked_pair(change.before.as_ref(), change.after.as_ref(), fingerprints);
    json!({"path": change.path.to_string(), "before": before, "after": after, "replaces": change.replaces})
}

pub(super) fn output_change(name: &str, change: &OutputChange, fingerprints: Option<&Fingerprints>) -> Json {
    let (before, after) = masked_pair(change.before.as_ref(), change.after.as_ref(), fingerprints);
    json!({"event": "output_change", "name": name, "before": before, "after": after})
}

pub(super) fn refusal(refusal: &Refusal) -> Json {
    let Refusal { urn, message, hint } = refusal;
    json!({"event": "refusal", "urn": urn.as_str(), "message": message, "way_out": hint})
}

pub(super) fn step(event: &Event<'_>) -> Json {
    match event {
        Event::Started { operation, work } => of_step("started", &operation.urn, *work),
        Event::Finished { operation, work, elapsed } => {
            let mut event = of_step("finished", &operation.urn, *work);
            event["elapsed_seconds"] = json!(elapsed.as_secs_f64());
            event
        }
        Event::Failed(failure) => failed(failure),
        Event::Skipped { operation, work } => of_step("skipped", &operation.urn, *work),
    }
}

fn of_step(name: &str, urn: &Urn, step: Work) -> Json {
    json!({"event": name, "urn": urn.as_str(), "work": work(step)})
}

pub(super) fn failed(failure: &StepFailure) -> Json {
    let code = match &failure.cause {
        FailureCause::Provider(error) | FailureCause::Exhausted { error, .. } => Some(error.code.as_str()),
        _ => None,
    };
    json!({
        "event": "failed", "urn": failure.urn.as_str(), "work": work(failure.work),
        "location": failure.location.map(|location| location.to_string()), "code": code,
        "message": failure.cause.to_string(), "way_out": failure.cause.hint(),
    })
}

pub(super) fn summary(report: &Report, interrupted: bool) -> Json {
    let result = match (report.is_complete(), interrupted) {
        (true, _) => "done",
        (false, true) => "interrupted",
        (false, false) => "failed",
    };
    json!({
        "event": "summary", "result": result, "done": counts(&report.done),
        "failed": report.failures.len(), "skipped": report.skipped, "not_started": report.not_started,
        "elapsed_seconds": report.elapsed.as_secs_f64(),
    })
}

pub(super) fn outputs(outputs: &BTreeMap<String, Value>, show_secrets: bool) -> Json {
    let values: serde_json::Map<String, Json> =
        outputs.iter().map(|(name, value)| (name.clone(), output_json(value, show_secrets))).collect();
    json!({"event": "outputs", "values": values})
}

pub(super) fn resource(resource: &ResourceState) -> Json {
    json!({
        "event": "resource", "urn": resource.urn.as_str(), "name": resource.urn.name(),
        "type": resource.kind, "provider": resource.provider, "id": resource.id,
        "inputs": resource.inputs.to_json_masked(), "outputs": resource.outputs.to_json_masked(),
        "dependencies": resource.dependencies.iter().map(Urn::as_str).collect::<Vec<_>>(),
        "protected": resource.lifecycle.protect, "retained": resource.lifecycle.retain, "created": time(resource.created), "modified": time(resource.modified),
        "replaced": resource.replaced, "incomplete": resource.incomplete, "tainted": resource.tainted, "location": resource.location,
    })
}

pub(super) fn config(line: &ConfigLine) -> Json {
    json!({"event": "config", "path": line.path, "value": line.value, "source": config_source(line)})
}

pub(super) fn config_field(path: &str, field: &ConfigField) -> Json {
    json!({
        "event": "config_field", "path": path, "kind": field.kind.to_string(),
        "description": field.description, "required": field.required, "default": field.default,
        "range": field.range, "length": field.length, "secret": field.is_secret(),
    })
}

pub(super) fn why(why: &Why, fingerprints: Option<&Fingerprints>) -> Json {
    let mut event = explained(why, fingerprints);
    event["event"] = "why".into();
    event
}

fn explained(why: &Why, fingerprints: Option<&Fingerprints>) -> Json {
    let property = |one: &Property| {
        let (before, after) = masked_pair(one.before.as_ref(), one.after.as_ref(), fingerprints);
        let origins: Vec<Json> =
            one.origins.iter().map(|origin| origin_of(origin, why, fingerprints)).collect();
        json!({
            "path": one.path, "before": before, "after": after, "changes": one.changes,
            "replaces": one.replaces, "origins": origins,
        })
    };
    json!({
        "urn": why.urn.as_str(), "name": why.urn.name(), "type": why.kind, "action": action(why.action),
        "reason": why.reason, "location": why.location, "told": why.told,
        "properties": why.properties.iter().map(property).collect::<Vec<_>>(),
    })
}

fn origin_of(origin: &Origin, of: &Why, fingerprints: Option<&Fingerprints>) -> Json {
    match origin {
        Origin::Program { configured } => {
            let configured: Vec<Json> = configured
                .iter()
                .map(|line| json!({"path": line.path, "source": config_source(line)}))
                .collect();
            json!({"from": "program", "location": of.location, "configured": configured})
        }
        Origin::Resource { output, why } => {
            json!({"from": "resource", "output": output, "why": explained(why, fingerprints)})
        }
        Origin::Query { output } => json!({"from": "query", "output": output}),
        Origin::Reference { output } => json!({"from": "reference", "output": output}),
    }
}

pub(super) fn drift(one: &Drifted, fingerprints: Option<&Fingerprints>) -> Json {
    let (gone, changes) = match &one.finding {
        Finding::Gone => (true, Vec::new()),
        Finding::Changed(changes) => (false, changes.iter().map(|one| change(one, fingerprints)).collect()),
    };
    json!({
        "event": "drift", "urn": one.urn.as_str(), "name": one.urn.name(), "type": one.kind, "id": one.id,
        "location": one.location, "gone": gone, "changes": changes,
    })
}

pub(super) fn reading(reading: &Reading, written: bool) -> Json {
    let gone = reading.drifted.iter().filter(|one| one.finding == Finding::Gone).count();
    json!({
        "event": "reading", "read": reading.read, "changed": reading.drifted.len() - gone, "gone": gone,
        "failed": reading.failures.len(), "interrupted": reading.interrupted, "written": written,
    })
}

pub(super) fn discovered(
    discovered: &Discovered,
    (provider, scope): (&str, &str),
    file: Option<&str>,
) -> Json {
    let Discovered { found, code, notes } = discovered;
    let found: Vec<Json> =
        found.iter().map(|one| json!({"name": one.name, "type": one.kind, "id": one.id})).collect();
    json!({
        "event": "discovered", "provider": provider, "scope": scope, "found": found,
        "notes": notes.iter().map(note).collect::<Vec<_>>(), "file": file,
        "code": file.is_none().then_some(code),
    })
}

/// What a command about states found or did.
pub(super) fn report(operation: &str, messages: &[String], details: Json) -> Json {
    json!({"event": "report", "operation": operation, "messages": messages, "details": details})
}

/// What could not be done, and stops nothing.
pub(super) fn warning(text: &str) -> Json {
    json!({"event": "warning", "message": text})
}

fn note(note: &DiscoveryNote) -> Json {
    let (what, kind, id, path) = match note {
        DiscoveryNote::LeftOut { kind, id, .. } => ("left_out", Some(kind), Some(id), None),
        DiscoveryNote::Hidden { kind, id, path, .. } => ("hidden", Some(kind), Some(id), Some(path)),
        DiscoveryNote::UnreadState { .. } => ("unread_state", None, None, None),
    };
    let path = path.map(ToString::to_string);
    json!({"what": what, "type": kind, "id": id, "path": path, "message": note.to_string()})
}

/// Who wraps the key of a stack.
pub(super) fn key(wrapped: &Wrapped) -> Json {
    json!({
        "event": "wrapped_key", "stack": wrapped.stack.to_string(), "wrapped_by": wrapped.by,
        "configured": wrapped.configured, "due": wrapped.is_due(), "changed": wrapped.changed,
    })
}

pub(super) fn graph(dot: &str) -> Json {
    json!({"event": "graph", "dot": dot})
}

pub(super) fn error(failure: &Failure) -> Json {
    json!({
        "event": "error", "messages": failure.messages(), "way_out": failure.hint(),
        "exit_code": failure.code(),
    })
}

fn time(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_else(|_| at.to_string())
}

fn counts(counts: &Counts) -> Json {
    let Counts { create, update, replace, delete, retain, same, read } = counts;
    json!({
        "create": create, "update": update, "replace": replace, "delete": delete, "retain": retain, "same": same,
        "read": read,
    })
}
