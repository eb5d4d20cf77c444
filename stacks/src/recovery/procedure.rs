//! One procedure from the checks to the report.

use super::RecoveryConfig;
use super::arguments::Mode;
use super::checks::{self, Check, Direction};
use super::measure::{Measured, Timed, loss_words, words};
use super::sites::Sites;
use super::steps::{Done, Step, Switch};
use atp_iac::cli::{Failure, Invocation, exit};
use atp_iac::cloud::Cloud;
use serde_json::{Value as Json, json};
use std::time::Duration;

/// A procedure that is about to run.
pub(super) struct Procedure<'p> {
    /// What it is called, such as `fail over`.
    pub verb: &'static str,
    pub direction: Direction,
    pub mode: &'p Mode,
    pub promise: RecoveryConfig,
    pub switch: Switch,
    pub steps: Vec<Step>,
}

/// Refuses a drill that would interrupt what people use.
pub(super) fn refuse_drill(invocation: &Invocation<'_>, mode: &Mode) -> Result<(), Failure> {
    if !mode.drill || invocation.cloud() == Cloud::Simulator || mode.accept_interruption {
        return Ok(());
    }
    Err(Failure::refused(
        "a drill in Azure switches what people use: connections break, and the service is away for some minutes",
        "drill on the simulator with `--cloud simulator`, or say that it may be interrupted with `--accept-interruption`",
    ))
}

impl Procedure<'_> {
    /// Checks, asks, does the steps, and reports; gives the exit code.
    pub async fn run(&self, sites: &Sites<'_>) -> Result<u8, Failure> {
        let checks = checks::all(sites, &self.switch, self.direction).await?;
        self.tell_checks(sites, &checks);
        self.refuse(&checks)?;
        self.tell_steps(sites);
        let Sites { invocation, environment, from, to, .. } = sites;
        let question = format!("Shall {environment} {} from {} to {}?", self.verb, from.name, to.name);
        invocation.confirm(&question, self.verb)?;
        let measured = self.perform(sites).await?;
        self.report(sites, &measured);
        if self.mode.drill {
            measured.judge(&self.promise)?;
        }
        Ok(exit::DONE)
    }

    fn tell_checks(&self, sites: &Sites<'_>, checks: &[Check]) {
        let Sites { invocation, .. } = sites;
        invocation
            .note(&format!("{} {}: {} -> {}", sites.environment, self.verb, sites.from.name, sites.to.name));
        for check in checks {
            let (result, what) = check.said(self.mode);
            invocation.note(&format!("  {result:<11}  {:<15}  {what}", check.name));
            event(invocation, json!({"event": "check", "name": check.name, "result": result, "what": what}));
        }
    }

    fn refuse(&self, checks: &[Check]) -> Result<(), Failure> {
        let failed: Vec<&str> =
            checks.iter().filter(|check| check.is_in_the_way(self.mode)).map(|check| check.name).collect();
        if failed.is_empty() {
            return Ok(());
        }
        let hint = match self.mode.drill {
            true => "repair it: a drill passes over nothing",
            false => {
                "repair it, or pass over a check that does not matter now with `--despite NAME`; what is about data can \
                 be accepted with `--allow-data-loss`"
            }
        };
        Err(Failure::refused(format!("checks have failed: {}", failed.join(", ")), hint))
    }

    fn tell_steps(&self, sites: &Sites<'_>) {
        let Sites { invocation, .. } = sites;
        invocation.note("");
        for (index, step) in self.steps.iter().enumerate() {
            invocation.note(&format!("  {}. {}", index + 1, step.title(sites)));
            if let Some(risk) = step.risk(sites, self.mode) {
                invocation.note(&format!("     {risk}"));
            }
        }
        if invocation.cloud() == Cloud::Simulator {
            invocation.note("the simulator answers at once: times say nothing of Azure");
        }
    }

    async fn perform(&self, sites: &Sites<'_>) -> Result<Measured, Failure> {
        let Sites { invocation, .. } = sites;
        let (clock, interrupt) = (invocation.clock(), invocation.interrupt());
        let mut measured = Measured::default();
        for step in &self.steps {
            if interrupt.is_raised() {
                return Err(Failure::Interrupted);
            }
            let (title, began) = (step.title(sites), clock.now());
            let done = step.run(sites, self.mode).await.inspect_err(|_| {
                invocation.note(&format!("  failed       {title}"));
            })?;
            let elapsed = Duration::try_from(clock.now() - began).unwrap_or(Duration::ZERO);
            let word = match done {
                Done::Already => "already done",
                Done::Now(_) => "done",
            };
            invocation.note(&format!("  {word:<12} {:>8}  {title}", words(elapsed)));
            let seconds = elapsed.as_secs_f64();
            event(
                invocation,
                json!({"event": "recovery_step", "title": title, "result": word, "elapsed_seconds": seconds}),
            );
            measured.steps.push(Timed { title, done, elapsed });
        }
        for profile in &self.switch.profiles {
            measured.memory = measured.memory.max(profile.memory(sites).await?);
        }
        Ok(measured)
    }

    fn report(&self, sites: &Sites<'_>, measured: &Measured) {
        let Sites { invocation, environment, to, .. } = sites;
        let RecoveryConfig { rto_minutes, rpo_minutes } = self.promise;
        let (time, loss) = (words(measured.recovery_time()), loss_words(measured.loss()));
        if invocation.json() {
            return event(
                invocation,
                json!({
                    "event": "recovery", "environment": environment, "region": to.name, "drill": self.mode.drill,
                    "recovery_seconds": measured.recovery_time().as_secs_f64(), "rto_minutes": rto_minutes,
                    "loss": loss, "rpo_minutes": rpo_minutes, "broken": measured.broken(&self.promise),
                }),
            );
        }
        for step in &measured.steps {
            invocation.data(&format!("{:>9}  {}\n", words(step.elapsed), step.title));
        }
        if !measured.memory.is_zero() {
            let memory = words(measured.memory);
            invocation.data(&format!("{memory:>9}  Resolvers forget the old address\n"));
        }
        invocation
            .data(&format!("{time:>9}  recovery time, of {rto_minutes} minutes that are promised (RTO)\n"));
        invocation.data(&format!(
            "{loss:>9}  of SQL data lost, of {rpo_minutes} minutes that are promised (RPO)\n"
        ));
        for broken in measured.broken(&self.promise) {
            invocation.note(&format!("over the promise: {broken}"));
        }
        self.after(sites);
    }

    /// What to commit, and what is missing now.
    fn after(&self, sites: &Sites<'_>) {
        let Sites { invocation, environment, from, to, .. } = sites;
        invocation.note("");
        for profile in &self.switch.profiles {
            let folder = invocation.project().config.display();
            let place = format!("{folder}/{environment}.yaml, in the section `{}`", profile.stack);
            invocation.note(&format!(
                "commit `{}: {}` to {place}: the next `up` undoes the switch otherwise",
                super::traffic::ACTIVE_REGION,
                to.name
            ));
        }
        if self.direction == Direction::Back {
            return;
        }
        invocation.note(&format!("until `atp failback --env {environment}`:"));
        if !self.switch.groups.is_empty() {
            invocation.note(&format!("  SQL is copied back to {} as soon as it answers", from.name));
        }
        for alias in &self.switch.aliases {
            invocation.note(&format!("  the Service Bus alias `{}` has nothing that stands by", alias.name));
            invocation
                .note(&format!("  messages that were not read are in {}, and can be read there", from.name));
        }
        invocation.note(&format!("  blobs that are written in {} are not copied back", to.name));
        invocation.note(
            "  an `up` or `destroy` of the stacks that declare what has changed sides is refused by Azure",
        );
    }
}

fn event(invocation: &Invocation<'_>, event: Json) {
    if invocation.json() {
        invocation.data(&format!("{event}\n"));
    }
}
