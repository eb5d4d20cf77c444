//! Plans as files: saved by `--out FILE` of `preview`, `destroy` and `rollback`, carried out by `--plan FILE` of `up`, `destroy`
//! and `rollback`.

use super::Session;
use super::rollback;
use super::update::{Wish, check_referrers, code, refused, update_on};
use crate::cli::failure::Failure;
use crate::cli::ports::Answer;
use crate::cli::screen::moment;
use crate::engine::{EngineError, Kind, Preview, SavedPlan, UpdateOptions};
use std::path::Path;
use tokio::sync::watch;

/// What is wanted; of a rollback also the update whose state it is.
type Goal = (Kind, Option<u64>);

/// Shows what would be done, and saves it.
pub(super) async fn save(session: &Session<'_, '_>, goal: Goal, file: &Path) -> Result<u8, Failure> {
    let (kind, _) = goal;
    let preview = match plan(session, goal).await {
        Ok((preview, bytes)) => {
            write(session, file, &bytes)?;
            preview
        }
        Err(failure) => {
            // Whoever goes on all the same must not carry out an older plan that lies there.
            let (target, options) = (session.target, session.update_options());
            let why = failure.messages().join(": ");
            let bytes = target.engine().failed_plan(target.name(), goal, &options, &why)?;
            write(session, file, &bytes)?;
            return Err(failure);
        }
    };
    session.reporter().plan(&preview.plan, &preview.recovered, kind);
    if let Some(refused) = refused(&preview.plan) {
        return Err(refused);
    }
    session.options.modifiers.expect([&preview.plan].into_iter())?;
    let (name, command) = (file.display(), verb(goal));
    let needed = session.target.engine().approvals_needed().needed;
    let mut note = format!("saved as {name}: `{command} --plan {name}` carries out exactly this");
    if needed > 0 {
        let others = if needed == 1 { "one other person".to_owned() } else { format!("{needed} others") };
        note.push_str(&format!(", once {others} ran `plan approve {name}`"));
    }
    session.reporter().note(&note);
    Ok(code(session, preview.plan.has_changes()))
}

fn verb((kind, to): Goal) -> &'static str {
    match (kind, to) {
        (_, Some(_)) => "rollback",
        (Kind::Up, None) => "up",
        (Kind::Destroy, None) => "destroy",
    }
}

async fn plan(session: &Session<'_, '_>, (kind, to): Goal) -> Result<(Preview, Vec<u8>), Failure> {
    session.options.modifiers.check(kind, false)?;
    let options = session.update_options();
    let (deployment, engine) = match to {
        Some(to) => rollback::connect(session, to).await?,
        None => session.connect()?,
    };
    check_referrers(session, kind, &options).await?;
    Ok(engine.save_plan(&deployment, kind, &options).await?)
}

/// Shows a saved plan.
pub(super) fn show(session: &Session<'_, '_>, plan: &SavedPlan) -> Result<u8, Failure> {
    session.reporter().note(&made(plan));
    session.reporter().end_line();
    let saved = plan.saved()?;
    session.reporter().plan(&saved.plan, &[], plan.kind);
    match refused(&saved.plan) {
        Some(refused) => Err(refused),
        None => Ok(code(session, saved.plan.has_changes())),
    }
}

/// Carries out a saved plan, by the command that it is a plan to.
pub(super) async fn carry_out(
    session: &Session<'_, '_>,
    (file, verb): (&Path, &'static str),
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
    // Nobody deletes a stack by typing `up`.
    if plan.operation() != verb {
        let (operation, name) = (plan.operation(), file.display());
        return Err(Failure::usage(
            format!("{name} is a plan to `{operation}`, and this is `{verb}`"),
            format!("look at it with `plan show {name}`, and carry it out with `{operation} --plan {name}`"),
        ));
    }
    plan.saved()?;
    session.options.modifiers.check(plan.kind, false)?;
    let connected = match plan.to {
        Some(to) => rollback::connect(session, to).await?,
        None => session.connect()?,
    };
    update_on(session, connected, Wish::Saved(&plan), ask, presses).await
}

/// Reads a saved plan of this stack.
pub(super) async fn open(session: &Session<'_, '_>, file: &Path) -> Result<SavedPlan, Failure> {
    let workspace = session.target.workspace;
    let name = file.display().to_string();
    let bytes = match workspace.plans.read(&workspace.start.join(file)) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            let failure = Failure::failed(format!("there is no file {name}"));
            let hint = "make the plan with `--out FILE` of `preview`, `destroy` or `rollback`";
            return Err(failure.with_hint(hint));
        }
        Err(error) => return Err(Failure::failed(format!("{name} cannot be read")).with_cause(error)),
    };
    let plan = session.target.engine().open_plan(&name, &bytes).await.map_err(EngineError::from)?;
    let own = session.target.name();
    match plan.stack == *own {
        true => Ok(plan),
        false => Err(Failure::refused(
            format!("the plan is of {}, not of {own}", plan.stack),
            "name its stack with `--stack`, `--environment` and `--region`",
        )),
    }
}

fn write(session: &Session<'_, '_>, file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let workspace = session.target.workspace;
    workspace.plans.write_private(&workspace.start.join(file), bytes).map_err(|error| {
        Failure::failed(format!("the plan cannot be saved as {}", file.display()))
            .with_cause(error)
            .with_hint("name a file in a folder that is there and that you may write to")
    })
}

/// To what, by whom, when, and from which state.
pub(super) fn made(plan: &SavedPlan) -> String {
    let since = moment(plan.by.since);
    let base = match plan.content.as_deref().map(|saved| saved.base.as_ref()) {
        Ok(Some(base)) => format!(", from the state with serial {}", base.serial),
        Ok(None) => ", before there was a state".to_owned(),
        Err(_) => String::new(),
    };
    let (stack, SavedPlan { kind, to, by, .. }) = (&plan.stack, plan);
    let what = match (kind, to) {
        (_, Some(to)) => format!("a plan to bring {stack} back to what update {to} left"),
        (Kind::Up, None) => format!("a plan of {stack}"),
        (Kind::Destroy, None) => format!("a plan to destroy {stack}"),
    };
    let signed = plan.origin.signed_by.as_ref().map(|key| format!(", signed by {key}")).unwrap_or_default();
    format!("{what}, made by {} on {} at {since}{base}{signed}", by.who, by.host)
}
