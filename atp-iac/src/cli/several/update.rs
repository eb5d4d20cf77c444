//! `preview`, `up` and `destroy` of several stacks.

use super::Session;
use super::selection::Selection;
use crate::StackName;
use crate::apply::Interrupt;
use crate::cli::confirm::confirm;
use crate::cli::failure::{Failure, exit};
use crate::cli::interruptible::{interruptible, stop};
use crate::cli::ports::{Answer, Press};
use crate::engine::{Kind, UpdateOptions};
use crate::estate::{Ended, Estate, Forecast, Graph, Limits, Member, Outcome, PreviewError, Told, Trouble};
use crate::state::Holder;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{mpsc, watch};

/// Who holds which lock that is waited for.
type Waiting = (StackName, Option<Holder>);

pub(super) async fn preview(session: &Session<'_, '_>) -> Result<u8, Failure> {
    let Some(run) = Run::selected(session, Kind::Up)? else { return Ok(exit::DONE) };
    let forecast = run.forecast().await?;
    Ok(code(session, forecast.changed() > 0))
}

pub(super) async fn update(
    session: &Session<'_, '_>,
    kind: Kind,
    ask: &mut (dyn FnMut() -> Answer + Send),
    presses: watch::Receiver<u32>,
) -> Result<u8, Failure> {
    match Run::selected(session, kind)? {
        Some(run) => run.carry_out(ask, presses).await,
        None => Ok(exit::DONE),
    }
}

/// A run over several stacks.
pub(super) struct Run<'r, 's, 'p> {
    session: &'r Session<'s, 'p>,
    kind: Kind,
    estate: Estate,
    heard: mpsc::UnboundedReceiver<Waiting>,
}

impl<'r, 's, 'p> Run<'r, 's, 'p> {
    /// Of the stacks that the options mean; `None` when there is none.
    fn selected(session: &'r Session<'s, 'p>, kind: Kind) -> Result<Option<Self>, Failure> {
        session.workspace.options.modifiers.check(kind, true)?;
        let Selection { graph, stacks } = Selection::find(session)?;
        if stacks.is_empty() {
            session.reporter().note("no stack is affected");
            return Ok(None);
        }
        Run::new(session, kind, graph, &stacks).map(Some)
    }

    /// Of these stacks: their configuration, and engines with their clouds.
    pub fn new(
        session: &'r Session<'s, 'p>,
        kind: Kind,
        graph: Graph,
        stacks: &[StackName],
    ) -> Result<Self, Failure> {
        let (tell, heard) = mpsc::unbounded_channel();
        let (mut members, mut troubles, mut on) = (Vec::new(), Vec::new(), Vec::new());
        for name in stacks {
            match member(session, name, &tell) {
                Ok(member) => {
                    let described = member.engine.describe();
                    on.extend(described.into_iter().filter(|text| !on.contains(text)).collect::<Vec<_>>());
                    members.push(member);
                }
                Err(failure) => troubles.push((name, failure)),
            }
        }
        session.reporter().header_of_several(stacks, session.workspace.cloud, &on);
        if troubles.is_empty() {
            let estate = Estate::new(graph, members, session.workspace.clock.clone());
            return Ok(Run { session, kind, estate, heard });
        }
        let mut reporter = session.reporter();
        troubles.iter().for_each(|(name, failure)| reporter.trouble(name, failure));
        Err(Failure::failed(format!("{} of {} stacks cannot be set up", troubles.len(), stacks.len())))
    }

    fn options(&self) -> UpdateOptions {
        let options = self.session.workspace.options;
        options.modifiers.apply(options.update(), true)
    }

    /// The plans of all stacks, which are shown.
    async fn forecast(&self) -> Result<Forecast, Failure> {
        let forecast = self.estate.preview(self.kind, &self.options()).await;
        let mut reporter = self.session.reporter();
        let forecast = match forecast {
            Ok(forecast) => forecast,
            Err(PreviewError(troubles)) => {
                let refused = troubles.iter().all(|(_, trouble)| trouble.is_refused());
                let (count, all) = (troubles.len(), self.estate.stacks().count());
                for (name, trouble) in troubles {
                    reporter.trouble(&name, &failure_of(trouble));
                }
                return Err(match refused {
                    true => Failure::refused(
                        format!("{count} of {all} stacks may not be destroyed: nothing was done"),
                        "it is told above, stack by stack",
                    ),
                    false => Failure::failed(format!(
                        "{count} of {all} stacks cannot be planned: nothing was done"
                    )),
                });
            }
        };
        reporter.forecast(&forecast);
        match forecast.refusals() {
            0 => {
                self.accept(&forecast)?;
                Ok(forecast)
            }
            1 => Err(Failure::refused("a resource stands against this plan", TOLD)),
            count => Err(Failure::refused(format!("{count} resources stand against this plan"), TOLD)),
        }
    }

    /// Whether the plans are what the options let happen.
    fn accept(&self, forecast: &Forecast) -> Result<(), Failure> {
        let options = self.session.workspace.options;
        if let Some(pattern) = forecast.unmatched() {
            return Err(Failure::usage(
                format!("no resource of any of these stacks is meant by `{pattern}`"),
                "`state list` shows the URNs of a stack",
            ));
        }
        options.modifiers.accept(forecast.plans(), self.kind, options.yes)
    }

    /// Shows the plans, asks, and carries them out.
    pub async fn carry_out(
        mut self,
        ask: &mut (dyn FnMut() -> Answer + Send),
        mut presses: watch::Receiver<u32>,
    ) -> Result<u8, Failure> {
        let interrupt = Interrupt::default();
        let applying = AtomicBool::new(false);
        let session = self.session;
        let on_press = |count| match applying.load(Ordering::Relaxed) {
            // Nothing has been called yet.
            false => Press::Leave,
            true => stop(&mut session.reporter(), &interrupt, count),
        };
        let work = async {
            let forecast = self.forecast().await?;
            let changes = forecast.changed() > 0;
            if changes {
                let question = match self.kind {
                    Kind::Up => "Apply all of this?",
                    Kind::Destroy => "Delete all of this?",
                };
                let about = (question, "carry out these plans");
                confirm(&mut session.reporter(), session.workspace.options, session.terminal, ask, about)?;
                session.reporter().end_line();
            }
            applying.store(true, Ordering::Relaxed);
            let clock = session.workspace.clock.clone();
            let begun = clock.now();
            let ended = self.apply(&forecast, &interrupt).await;
            let elapsed = (clock.now() - begun).try_into().unwrap_or_default();
            session.reporter().total(&ended, elapsed);
            verdict(&ended, interrupt.is_raised())?;
            Ok(code(session, changes))
        };
        interruptible(&mut presses, work, on_press).await
    }

    async fn apply(&mut self, forecast: &Forecast, interrupt: &Interrupt) -> Vec<Ended> {
        let Run { session, estate, heard, kind } = self;
        let options = session.workspace.options;
        let options = options.modifiers.apply(options.update(), true);
        let limits = match session.workspace.options.parallel_stacks {
            Some(stacks) => Limits { stacks: stacks.into() },
            None => Limits::default(),
        };
        let tell = |name: &StackName, told: Told<'_>| session.reporter().told(name, &told, *kind);
        let mut update = std::pin::pin!(estate.update(forecast, &options, limits, &tell, interrupt));
        loop {
            tokio::select! {
                ended = &mut update => return ended,
                Some((name, holder)) = heard.recv() => {
                    session.reporter().waiting_for(&name, holder.as_ref());
                }
            }
        }
    }
}

const TOLD: &str = "it is told above, resource by resource";

/// A stack with its configuration and its cloud.
fn member(
    session: &Session<'_, '_>,
    name: &StackName,
    tell: &mpsc::UnboundedSender<Waiting>,
) -> Result<Member, Failure> {
    let Session { workspace, .. } = session;
    let program = workspace.program(&name.stack)?;
    let target = workspace.target_of(&name.environment, &name.region, program)?;
    let config = target.config()?;
    let (tell, waiting) = (tell.clone(), name.clone());
    let engine = target.connect(&config)?.with_on_wait(move |holder| {
        // When nobody listens any more, nothing is lost.
        let _ = tell.send((waiting.clone(), holder.cloned()));
    });
    Ok(Member { deployment: target.deployment(config)?, engine })
}

fn failure_of(trouble: Trouble) -> Failure {
    match trouble {
        Trouble::Engine(error) => error.into(),
        Trouble::After(other) => Failure::failed(format!("it refers to {other}, which cannot be planned")),
        Trouble::Referred(others) => referred(&others),
    }
}

/// A stack may not go while others that stay refer to it.
pub(in crate::cli) fn referred(others: &[StackName]) -> Failure {
    let others: Vec<String> = others.iter().map(StackName::to_string).collect();
    Failure::refused(
        format!("deployed stacks refer to it: {}", others.join(", ")),
        "destroy them first, or together with it, as `destroy --all` and `--all-regions` do",
    )
}

/// The worst that became of a stack: interrupted, failed, locked, refused, in this order.
fn verdict(ended: &[Ended], interrupted: bool) -> Result<(), Failure> {
    if ended.iter().all(Ended::is_done) {
        return Ok(());
    }
    if interrupted {
        return Err(Failure::Interrupted);
    }
    let (mut locked, mut refused) = (0, 0);
    for ended in ended {
        match &ended.outcome {
            Outcome::Done(_) | Outcome::NotStarted(_) => {}
            Outcome::Error(error) if error.is_locked() => locked += 1,
            Outcome::Error(error) if error.is_refused() => refused += 1,
            Outcome::Moved(_) => refused += 1,
            _ => return Err(Failure::Incomplete),
        }
    }
    Err(match (locked, refused) {
        (1, _) => Failure::Locked("the lock of a stack was not to be had".to_owned()),
        (2.., _) => Failure::Locked(format!("the locks of {locked} stacks were not to be had")),
        (_, 1) => Failure::refused("a stack was refused", "run again, and look at the new plan"),
        _ => {
            Failure::refused(format!("{refused} stacks were refused"), "run again, and look at the new plans")
        }
    })
}

fn code(session: &Session<'_, '_>, changes: bool) -> u8 {
    if changes && session.workspace.options.detailed_exitcode { exit::CHANGES } else { exit::DONE }
}
