//! `outputs`, `state list` and `state show`: what is known without the cloud.

use super::Session;
use crate::cli::failure::{Failure, exit};
use crate::config::unknown;
use crate::state::{ResourceState, StateView};
use crate::value::Value;
use std::collections::BTreeMap;

pub(super) async fn outputs(
    session: &Session<'_, '_>,
    name: Option<&str>,
    show_secrets: bool,
) -> Result<u8, Failure> {
    head(session);
    let outputs =
        session.target.engine().outputs(session.target.name()).await?.ok_or_else(|| not_deployed(session))?;
    let Some(name) = name else {
        session.reporter().outputs(&outputs.values, show_secrets);
        return Ok(exit::DONE);
    };
    let Some(value) = outputs.values.get(name) else {
        let message = unknown("output", name, outputs.values.keys().map(String::as_str));
        return Err(Failure::usage(message, "`outputs` without a name shows all of them"));
    };
    let shown = if show_secrets { value.exposed() } else { value };
    match (shown, session.options.json) {
        (Value::String(text), false) => session.reporter().data(&format!("{text}\n")),
        (Value::Secret(_), false) => {
            return Err(Failure::usage(
                format!("the output `{name}` is secret"),
                "add `--show-secrets` to print it in clear",
            ));
        }
        (value, false) => {
            let json = crate::cli::screen::output_json(value, show_secrets);
            session.reporter().data(&format!("{json}\n"));
        }
        (value, true) => {
            let one = BTreeMap::from([(name.to_owned(), value.clone())]);
            session.reporter().outputs(&one, show_secrets);
        }
    }
    Ok(exit::DONE)
}

/// `state list`.
pub(super) async fn list_all(session: &Session<'_, '_>) -> Result<u8, Failure> {
    match session.target.engine().state(session.target.name()).await? {
        Some(view) => list(session, &view),
        None => session.reporter().note("this stack was never deployed"),
    }
    Ok(exit::DONE)
}

/// `state show`.
pub(super) async fn show(session: &Session<'_, '_>, urn: &str) -> Result<u8, Failure> {
    let view = session.target.engine().state(session.target.name()).await?;
    let view = view.ok_or_else(|| not_deployed(session))?;
    let found = find(&view, urn)?;
    session.reporter().resources(&found, true);
    Ok(exit::DONE)
}

fn list(session: &Session<'_, '_>, view: &StateView) {
    let resources: Vec<&ResourceState> = view.resources().collect();
    let mut reporter = session.reporter();
    reporter.resources(&resources, false);
    if resources.is_empty() {
        reporter.note("this stack holds no resources");
    }
    match view.pending().count() {
        0 => {}
        open => reporter.note(&format!(
            "an earlier run was cut off: what became of {open} of its calls is looked up by the next `up`"
        )),
    }
}

/// By URN, or by a name that only one resource has; a replaced copy is shown beside the present one.
pub(super) fn find<'v>(view: &'v StateView, wanted: &str) -> Result<Vec<&'v ResourceState>, Failure> {
    let exact: Vec<&ResourceState> = view.resources().filter(|r| r.urn.as_str() == wanted).collect();
    if !exact.is_empty() {
        return Ok(exact);
    }
    let named: Vec<&ResourceState> = view.resources().filter(|r| r.urn.name() == wanted).collect();
    match named.as_slice() {
        [] => Err(Failure::usage(no_such_resource(view, wanted), "`state list` shows all of them")),
        [first, rest @ ..] if rest.iter().all(|other| other.urn == first.urn) => Ok(named),
        several => {
            let urns: Vec<String> = several.iter().map(|r| format!("`{}`", r.urn)).collect();
            Err(Failure::usage(
                format!("{} resources are called `{wanted}`", several.len()),
                format!("say which: {}", urns.join(", ")),
            ))
        }
    }
}

/// Guesses what was meant; names all that there are only where these are few.
fn no_such_resource(view: &StateView, wanted: &str) -> String {
    let message = unknown("resource", wanted, view.resources().map(|resource| resource.urn.name()));
    match view.resources().len() > 10 && !message.contains("did you mean") {
        true => format!("no resource `{wanted}` is in the state"),
        false => message,
    }
}

pub(super) fn head(session: &Session<'_, '_>) {
    let place = format!("state in {}", session.target.state_place());
    session.reporter().header_without_cloud(session.target, &place);
}

pub(super) fn not_deployed(session: &Session<'_, '_>) -> Failure {
    Failure::usage(format!("{} is not deployed", session.target.name()), "run `up` first")
}
