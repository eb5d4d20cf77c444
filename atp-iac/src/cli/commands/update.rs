//! `preview`, `up` and `destroy`.

use super::Session;
use super::import::Adoption;
use super::saved::made;
use crate::apply::{Event, Interrupt, Recovered};
use crate::cli::arguments::Options;
use crate::cli::confirm::confirm;
use crate::cli::failure::{Failure, exit};
use crate::cli::interruptible::{interruptible, stop};
use crate::cli::ports::{Answer, Press};
use crate::cli::several::referred;
use crate::engine::{Decision, Deployment, Engine, Kind, SavedPlan, Update, UpdateOptions};
use crate::plan::Plan;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{mpsc, watch};

pub(super) async fn preview(session: &Session<'_, '_>) -> Result<u8, Failure> {
    session.options.modifiers.check(Kind::Up, false)?;
    let (deployment, engine) = session.connect()?;
    let preview = engine.preview(&deployment, Kind::Up, &session.update_options()).await?;
    session.reporter().plan(&preview.plan, &preview.recovered, Kind::Up);
    match refused(&preview.plan) {
        Some(refused) => Err(refused),
        None => {
            session.options.modifiers.expect([&preview.plan].into_iter())?;
            Ok(code(session, preview.plan.has_changes()))
        }
    }
}

/// What is to be done.
#[derive(Clone, Copy)]
pub(super) enum Wish<'a> {
    /// What the program says now.
    Up,
    /// That nothing is left.
    Destroy,
    /// A saved plan, which somebody has looked at.
    Saved(&'a SavedPlan),
    /// What an earlier update left, as the deployment says. No program runs.
    Rollback,
    /// That some of what the program says is taken over from the cloud, and nothing else.
    Import(&'a Adoption),
}

impl Wish<'_> {
    fn kind(self) -> Kind {
        match self {
            Wish::Up | Wish::Import(_) | Wish::Rollback => Kind::Up,
            Wish::Destroy => Kind::Destroy,
            Wish::Saved(saved) => saved.kind,
        }
    }

    /// How to plan for it.
    fn options(self, options: UpdateOptions) -> UpdateOptions {
        match self {
            Wish::Saved(saved) => saved.options.clone(),
            Wish::Import(Adoption { requests, .. }) => {
                UpdateOptions { import: requests.clone(), only_import: true, ..options }
            }
            _ => options,
        }
    }
}

pub(super) async fn update(
    session: &Session<'_, '_>,
    wish: Wish<'_>,
    ask: &mut (dyn FnMut() -> Answer + Send),
    presses: watch::Receiver<u32>,
) -> Result<u8, Failure> {
    session.options.modifiers.check(wish.kind(), false)?;
    let connected = session.connect()?;
    update_on(session, connected, wish, ask, presses).await
}

/// The same, where the header says already what it is done on.
pub(super) async fn update_on(
    session: &Session<'_, '_>,
    (deployment, engine): (Deployment, Engine),
    wish: Wish<'_>,
    ask: &mut (dyn FnMut() -> Answer + Send),
    mut presses: watch::Receiver<u32>,
) -> Result<u8, Failure> {
    let kind = wish.kind();
    let options = wish.options(session.update_options());
    if let Wish::Saved(saved) = wish {
        session.reporter().note(&made(saved));
        session.reporter().end_line();
    }
    check_referrers(session, kind, &options).await?;
    let (tell, mut heard) = mpsc::unbounded_channel();
    let engine = engine.with_on_wait(move |holder| {
        // When nobody listens any more, nothing is lost.
        let _ = tell.send(holder.cloned());
    });
    let interrupt = Interrupt::default();
    let applying = AtomicBool::new(false);
    let mut objection = None;
    let mut decide = |plan: &Plan, recovered: &[Recovered]| {
        show(session, plan, recovered, wish);
        match decide(session, plan, wish, ask) {
            Ok(()) => {
                applying.store(true, Ordering::Relaxed);
                if plan.has_changes() {
                    session.reporter().end_line();
                }
                Decision::Apply
            }
            Err(failure) => {
                objection = Some(failure);
                Decision::Decline
            }
        }
    };
    let mut observe = |event: Event<'_>| session.reporter().step(&event);
    let work = async {
        let (decide, observe) = (&mut decide, &mut observe);
        let mut update = pin!(async {
            match wish {
                Wish::Up | Wish::Destroy | Wish::Import(_) | Wish::Rollback => {
                    engine.update(&deployment, kind, &options, decide, observe, &interrupt).await
                }
                Wish::Saved(saved) => {
                    engine.update_with_plan(&deployment, saved, decide, observe, &interrupt).await
                }
            }
        });
        loop {
            tokio::select! {
                result = &mut update => return Ok(result?),
                Some(holder) = heard.recv() => session.reporter().waiting(holder.as_ref()),
            }
        }
    };
    let on_press = |count| match applying.load(Ordering::Relaxed) {
        // Nothing has been called yet.
        false => Press::Leave,
        true => stop(&mut session.reporter(), &interrupt, count),
    };
    let update = interruptible(&mut presses, work, on_press).await?;
    match objection {
        Some(objection) => Err(objection),
        None => finish(session, &update, wish, interrupt.is_raised()),
    }
}

/// Refuses to destroy a stack that deployed ones refer to. What is left of a part of it gives to others what it gave.
pub(super) async fn check_referrers(
    session: &Session<'_, '_>,
    kind: Kind,
    options: &UpdateOptions,
) -> Result<(), Failure> {
    if kind != Kind::Destroy || !options.selection.is_all() {
        return Ok(());
    }
    let others = session.target.workspace.referrers(session.target.name()).await?;
    if others.is_empty() { Ok(()) } else { Err(referred(&others)) }
}

fn show(session: &Session<'_, '_>, plan: &Plan, recovered: &[Recovered], wish: Wish<'_>) {
    let mut reporter = session.reporter();
    match wish {
        Wish::Import(_)
            if plan.preparation.is_empty() && plan.refusals.is_empty() && !session.options.json =>
        {
            reporter.note("nothing to take over: all of it is managed already");
        }
        _ => reporter.plan(plan, recovered, wish.kind()),
    }
    if let Wish::Import(adoption) = wish {
        reporter.differences(&adoption.differences, plan.fingerprints.as_ref());
    }
}

/// Whether the plan is carried out.
fn decide(
    session: &Session<'_, '_>,
    plan: &Plan,
    wish: Wish<'_>,
    ask: &mut (dyn FnMut() -> Answer + Send),
) -> Result<(), Failure> {
    if let Some(refused) = refused(plan) {
        return Err(refused);
    }
    let Options { modifiers, yes, .. } = session.options;
    match wish {
        // Somebody has looked at it.
        Wish::Saved(_) => modifiers.expect([plan].into_iter())?,
        Wish::Up | Wish::Destroy | Wish::Import(_) | Wish::Rollback => {
            modifiers.accept([plan].into_iter(), wish.kind(), *yes)?
        }
    }
    if !plan.has_changes() {
        return Ok(());
    }
    let question = match wish {
        Wish::Up => "Apply?",
        Wish::Rollback => "Go back to this?",
        Wish::Destroy => "Delete all of this?",
        Wish::Import(_) => "Take this over?",
        Wish::Saved(_) => return Ok(()),
    };
    let what = if matches!(wish, Wish::Import(_)) { "take this over" } else { "carry out this plan" };
    let about = (question, what);
    confirm(&mut session.reporter(), session.options, session.terminal, ask, about)
}

pub(super) fn refused(plan: &Plan) -> Option<Failure> {
    let message = match plan.refusals.len() {
        0 => return None,
        1 => "a resource stands against this plan".to_owned(),
        count => format!("{count} resources stand against this plan"),
    };
    Some(Failure::refused(message, "it is told above, resource by resource"))
}

fn finish(
    session: &Session<'_, '_>,
    update: &Update,
    wish: Wish<'_>,
    interrupted: bool,
) -> Result<u8, Failure> {
    let mut reporter = session.reporter();
    update.warnings.iter().for_each(|warning| reporter.warning(warning));
    let Some(report) = &update.report else { return Ok(exit::DONE) };
    if let (Wish::Import(_), true, false) = (wish, report.is_complete(), session.options.json) {
        let count = update.plan.preparation.told.len();
        if count > 0 {
            reporter.note(&format!("{count} taken over: `preview` shows what the program says otherwise"));
        }
    } else if update.plan.has_changes() || !report.is_complete() || session.options.json {
        reporter.summary(report, interrupted);
    }
    if !report.is_complete() {
        return Err(if interrupted { Failure::Interrupted } else { Failure::Incomplete });
    }
    let shows_outputs = wish.kind() == Kind::Up && !matches!(wish, Wish::Import(_));
    if shows_outputs && (!update.outputs.is_empty() || session.options.json) {
        reporter.end_line();
        reporter.outputs(&update.outputs, false);
    }
    drop(reporter);
    Ok(code(session, update.plan.has_changes()))
}

pub(super) fn code(session: &Session<'_, '_>, changes: bool) -> u8 {
    if changes && session.options.detailed_exitcode { exit::CHANGES } else { exit::DONE }
}
