//! `state backup`, `state backups` and `state restore`.

use super::super::Session;
use super::super::look::not_deployed;
use super::{Ask, wants, warn};
use crate::Urn;
use crate::cli::failure::{Failure, exit};
use crate::engine::EngineError;
use crate::state::{Incoming, Restored};
use serde_json::{Value as Json, json};

pub(super) async fn backup(session: &Session<'_, '_>) -> Result<u8, Failure> {
    let kept = session.target.engine().back_up(session.target.name()).await?;
    let serial = kept.ok_or_else(|| not_deployed(session))?;
    let message = format!("the state is kept as the backup {serial}");
    session.reporter().report("state backup", &[message], json!({"serial": serial}));
    Ok(exit::DONE)
}

pub(super) async fn list(session: &Session<'_, '_>) -> Result<u8, Failure> {
    let all = session.target.engine().backups(session.target.name()).await?;
    if all.is_empty() {
        session.reporter().note("there is no backup of this stack");
    }
    for (serial, version) in &all {
        let damage = version.as_ref().err().map(ToString::to_string);
        let line = match (&damage, version) {
            (None, Ok(version)) => format!("{serial}  lineage {}", version.lineage),
            _ => format!("{serial}  {}", damage.as_deref().unwrap_or_default()),
        };
        let mut reporter = session.reporter();
        match session.options.json {
            true => reporter.report("state backups", &[line], json!({"serial": serial, "damage": damage})),
            false => reporter.data(&format!("{line}\n")),
        }
    }
    Ok(exit::DONE)
}

pub(super) async fn restore(
    session: &Session<'_, '_>,
    what: &str,
    force: bool,
    ask: Ask<'_>,
) -> Result<u8, Failure> {
    let incoming = match what.parse() {
        Ok(serial) => session.target.engine().backup(session.target.name(), serial, force).await?,
        Err(_) => from_file(session, what, force)?,
    };
    put(session, "state restore", &incoming, ask).await
}

/// The bytes of a file that the command line names.
pub(super) fn bytes_of(session: &Session<'_, '_>, file: &str) -> Result<Vec<u8>, Failure> {
    let workspace = session.target.workspace;
    let path = workspace.start.join(file);
    let read = workspace.plans.read(&path);
    let read = read.map_err(|error| Failure::failed(format!("{file} cannot be read")).with_cause(error))?;
    read.ok_or_else(|| {
        Failure::usage(format!("there is no file {file}"), "name a file, or the serial of a backup")
    })
}

fn from_file(session: &Session<'_, '_>, file: &str, force: bool) -> Result<Incoming, Failure> {
    Ok(Incoming::read(file, bytes_of(session, file)?, force).map_err(EngineError::from)?)
}

/// Puts a snapshot in the place of the state, after it was asked about.
pub(super) async fn put(
    session: &Session<'_, '_>,
    operation: &str,
    incoming: &Incoming,
    ask: Ask<'_>,
) -> Result<u8, Failure> {
    let mut objection = None;
    let mut decide = |restored: &Restored| {
        session.reporter().report(operation, &explained(incoming, restored), details(restored));
        wants(session, ask, ("Put it in the place of the state?", "replace the state"), &mut objection)
    };
    let restored = session.target.engine().restore(session.target.name(), incoming, &mut decide).await?;
    let Some(restored) = restored else { return Err(objection.unwrap_or(Failure::Interrupted)) };
    warn(session, &restored.warnings);
    let now = restored.now.unwrap_or_default();
    let mut messages = vec![format!("the state is {} now, with serial {now}", incoming.name)];
    if !restored.unknown.is_empty() || restored.open > 0 {
        messages.push("look at `preview --refresh` before the next `up`".to_owned());
    }
    session.reporter().report(operation, &messages, details(&restored));
    Ok(exit::DONE)
}

fn explained(incoming: &Incoming, restored: &Restored) -> Vec<String> {
    let mut messages = vec![format!(
        "{} (serial {}) takes the place of the state, which is kept as a backup",
        incoming.name, restored.serial
    )];
    if let Some(damage) = &restored.damage {
        messages.push(format!(
            "the present state cannot be read: {damage}; what it has beyond that is not known, and what was created since \
             may be managed by nobody: look for it with `import --scope`"
        ));
    }
    let objects = |all: &[(Urn, String)], what: &str| -> Vec<String> {
        all.iter().map(|(urn, id)| format!("  {what} {} ({id})", urn.name())).collect()
    };
    if !restored.unknown.is_empty() {
        messages.push("recorded since, and not known any more; it stays in the cloud:".to_owned());
        messages.extend(objects(&restored.unknown, "-"));
    }
    if !restored.revived.is_empty() {
        messages.push("known again; it may be gone from the cloud:".to_owned());
        messages.extend(objects(&restored.revived, "+"));
    }
    if restored.open > 0 {
        messages.push(format!("{} calls were open: the next `up` looks what became of them", restored.open));
    }
    messages
}

fn details(restored: &Restored) -> Json {
    let objects = |all: &[(Urn, String)]| -> Vec<Json> {
        all.iter().map(|(urn, id)| json!({"urn": urn.as_str(), "id": id})).collect()
    };
    json!({
        "from": restored.serial, "serial": restored.now, "unknown": objects(&restored.unknown),
        "revived": objects(&restored.revived), "open": restored.open, "damage": restored.damage,
    })
}
