//! Saved plans: `preview --out FILE`, `preview --plan FILE` and `up --plan FILE`.

use super::Session;
use super::update::{Wish, code, refused, update};
use crate::cli::failure::Failure;
use crate::cli::ports::Answer;
use crate::engine::{EngineError, Kind, Preview, SavedPlan, UpdateOptions};
use std::path::Path;
use time::format_description::well_known::Rfc3339;
use tokio::sync::watch;

/// Shows what `up` would do, and saves it.
pub(super) async fn save(session: &Session<'_, '_>, file: &Path) -> Result<u8, Failure> {
    let preview = match plan(session).await {
        Ok((preview, bytes)) => {
            write(session, file, &bytes)?;
            preview
        }
        Err(failure) => {
            // Whoever goes on all the same must not carry out an older plan that lies there.
            let (target, options) = (session.target, session.update_options());
            let why = failure.messages().join(": ");
            let bytes = target.engine().failed_plan(target.name(), Kind::Up, &options, &why)?;
            write(session, file, &bytes)?;
            return Err(failure);
        }
    };
    session.reporter().plan(&preview.plan, &preview.recovered, Kind::Up);
    if let Some(refused) = refused(&preview.plan) {
        return Err(refused);
    }
    session.options.modifiers.expect([&preview.plan].into_iter())?;
    let name = file.display();
    session.reporter().note(&format!("saved as {name}: `up --plan {name}` carries out exactly this"));
    Ok(code(session, preview.plan.has_changes()))
}

async fn plan(session: &Session<'_, '_>) -> Result<(Preview, Vec<u8>), Failure> {
    session.options.modifiers.check(Kind::Up, false)?;
    let (deployment, engine) = session.connect()?;
    Ok(engine.save_plan(&deployment, Kind::Up, &session.update_options()).await?)
}

/// Shows a saved plan.
pub(super) async fn show(session: &Session<'_, '_>, file: &Path) -> Result<u8, Failure> {
    let name = file.display().to_string();
    session.reporter().header_without_cloud(session.target, &name);
    let plan = open(session, file).await?;
    session.reporter().note(&made(&plan));
    session.reporter().end_line();
    let saved = plan.saved()?;
    session.reporter().plan(&saved.plan, &[], plan.kind);
    match refused(&saved.plan) {
        Some(refused) => Err(refused),
        None => Ok(code(session, saved.plan.has_changes())),
    }
}

/// Carries out a saved plan.
pub(super) async fn carry_out(
    session: &Session<'_, '_>,
    file: &Path,
    ask: &mut (dyn FnMut() -> Answer + Send),
    presses: watch::Receiver<u32>,
) -> Result<u8, Failure> {
    if session.update_options() != UpdateOptions::default() {
        return Err(Failure::usage(
            "a saved plan is carried out with the options that it was made with",
            "leave out the options of planning, such as `--refresh`, or give them when the plan is made",
        ));
    }
    let plan = open(session, file).await?;
    update(session, Wish::Saved(&plan), ask, presses).await
}

pub(super) async fn open(session: &Session<'_, '_>, file: &Path) -> Result<SavedPlan, Failure> {
    let workspace = session.target.workspace;
    let name = file.display().to_string();
    let bytes = match workspace.plans.read(&workspace.start.join(file)) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            let failure = Failure::failed(format!("there is no file {name}"));
            return Err(failure.with_hint("make the plan with `preview --out FILE`"));
        }
        Err(error) => return Err(Failure::failed(format!("{name} cannot be read")).with_cause(error)),
    };
    Ok(session.target.engine().open_plan(&name, &bytes).await.map_err(EngineError::from)?)
}

fn write(session: &Session<'_, '_>, file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let workspace = session.target.workspace;
    workspace.plans.write(&workspace.start.join(file), bytes).map_err(|error| {
        Failure::failed(format!("the plan cannot be saved as {}", file.display()))
            .with_cause(error)
            .with_hint("name a file in a folder that is there and that you may write to")
    })
}

/// Of what, by whom, when, and from which state.
pub(super) fn made(plan: &SavedPlan) -> String {
    let since = plan.by.since.format(&Rfc3339).unwrap_or_else(|_| plan.by.since.to_string());
    let base = match plan.content.as_deref().map(|saved| saved.base.as_ref()) {
        Ok(Some(base)) => format!(", from the state with serial {}", base.serial),
        Ok(None) => ", before there was a state".to_owned(),
        Err(_) => String::new(),
    };
    format!("a plan of {}, made by {} on {} at {since}{base}", plan.stack, plan.by.who, plan.by.host)
}
