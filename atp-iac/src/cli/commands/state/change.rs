//! The commands that change what a state says.

use super::super::Session;
use super::super::look::{find, not_deployed};
use super::backups::{bytes_of, put};
use super::{Ask, warn};
use crate::cli::confirm::confirm;
use crate::cli::failure::{Failure, exit};
use crate::engine::Changed;
use crate::{StackName, Urn};
use serde_json::json;
use std::path::Path;

pub(super) async fn export(session: &Session<'_, '_>, show_secrets: bool) -> Result<u8, Failure> {
    let export = session.target.engine().export(session.target.name(), show_secrets).await?;
    let export = export.ok_or_else(|| not_deployed(session))?;
    let mut reporter = session.reporter();
    match session.options.json {
        true => reporter.report("state export", &[], json!({"export": export})),
        false => reporter.data(&format!("{export:#}\n")),
    }
    Ok(exit::DONE)
}

pub(super) async fn import(
    session: &Session<'_, '_>,
    file: &Path,
    force: bool,
    ask: Ask<'_>,
) -> Result<u8, Failure> {
    let name = file.display().to_string();
    let bytes = bytes_of(session, &name)?;
    let incoming = session.target.engine().read_export(&name, bytes, force)?;
    put(session, "state import", &incoming, ask).await
}

pub(super) async fn relocate(
    session: &Session<'_, '_>,
    urn: &str,
    new: Option<&str>,
    to_stack: Option<&str>,
) -> Result<u8, Failure> {
    let (engine, name) = (session.target.engine(), session.target.name());
    let from = urn_of(session, urn).await?;
    let changed = match (new, to_stack) {
        (_, Some(stack)) => engine.move_to_stack(name, &from, &stack_of(session, stack)?).await?,
        (Some(new), None) => engine.move_in_state(name, &from, &parsed(new)?).await?,
        (None, None) => {
            return Err(Failure::usage("it is not said where to", "name the new URN, or `--to-stack`"));
        }
    };
    tell(session, "state move", &changed)
}

pub(super) async fn rename(session: &Session<'_, '_>, old: &str, new: &str) -> Result<u8, Failure> {
    let (engine, name) = (session.target.engine(), session.target.name());
    let from = urn_of(session, old).await?;
    let text = from.as_str();
    let before = text.strip_suffix(from.name()).unwrap_or(text);
    // What is in a component stays in it, unless a path is given.
    let above =
        from.name().rsplit_once('/').filter(|_| !new.contains('/')).map(|(above, _)| format!("{above}/"));
    let to = parsed(&format!("{before}{}{new}", above.unwrap_or_default()))?;
    let changed = engine.move_in_state(name, &from, &to).await?;
    tell(session, "state rename", &changed)
}

pub(super) async fn remove(
    session: &Session<'_, '_>,
    wanted: &[String],
    with_dependents: bool,
    ask: Ask<'_>,
) -> Result<u8, Failure> {
    let urns = urns_of(session, wanted).await?;
    for urn in &urns {
        session.reporter().note(&format!("- {urn}: it stays in the cloud, and nothing manages it any more"));
    }
    let about = ("Take this out of the state?", "take this out of the state");
    confirm(&mut session.reporter(), session.options, session.terminal, ask, about)?;
    let engine = session.target.engine();
    let changed = engine.remove_from_state(session.target.name(), &urns, with_dependents).await?;
    tell(session, "state remove", &changed)
}

pub(super) async fn protect(session: &Session<'_, '_>, wanted: &[String], on: bool) -> Result<u8, Failure> {
    let urns = urns_of(session, wanted).await?;
    let changed = session.target.engine().protect_in_state(session.target.name(), &urns, on).await?;
    tell(session, if on { "state protect" } else { "state unprotect" }, &changed)
}

pub(super) async fn undo(session: &Session<'_, '_>) -> Result<u8, Failure> {
    let changed = session.target.engine().undo(session.target.name()).await?;
    tell(session, "state undo", &changed)
}

fn tell(session: &Session<'_, '_>, operation: &str, changed: &Changed) -> Result<u8, Failure> {
    session.reporter().report(operation, &changed.messages, json!({"serial": changed.serial}));
    warn(session, &changed.warnings);
    Ok(exit::DONE)
}

fn parsed(text: &str) -> Result<Urn, Failure> {
    Urn::parse(text).map_err(|error| Failure::usage(error.to_string(), "`state list` shows how URNs look"))
}

async fn urn_of(session: &Session<'_, '_>, wanted: &str) -> Result<Urn, Failure> {
    let view = session.target.engine().state(session.target.name()).await?;
    let view = view.ok_or_else(|| not_deployed(session))?;
    let found = find(&view, wanted)?;
    let first = found.first().map(|one| one.urn.clone());
    first.ok_or_else(|| Failure::usage(format!("there is no `{wanted}`"), "`state list` shows all of them"))
}

async fn urns_of(session: &Session<'_, '_>, wanted: &[String]) -> Result<Vec<Urn>, Failure> {
    let mut urns = Vec::new();
    for one in wanted {
        urns.push(urn_of(session, one).await?);
    }
    Ok(urns)
}

/// A stack by its name, in the environment and region of this one unless it says others.
fn stack_of(session: &Session<'_, '_>, text: &str) -> Result<StackName, Failure> {
    let StackName { environment, region, .. } = session.target.name();
    let parts: Vec<&str> = text.split('/').collect();
    let (environment, region, stack) = match parts.as_slice() {
        [stack] => (environment.as_str(), region.as_str(), *stack),
        [region, stack] => (environment.as_str(), *region, *stack),
        [environment, region, stack] => (*environment, *region, *stack),
        _ => return Err(Failure::usage(format!("`{text}` is no stack"), "write `environment/region/stack`")),
    };
    let workspace = session.target.workspace;
    Ok(workspace.target_of(environment, region, workspace.program(stack)?)?.name().clone())
}
