//! How long it took and what was lost, against what is promised.

use super::RecoveryConfig;
use super::steps::{Done, Loss};
use atp_iac::cli::Failure;
use std::time::Duration;

/// A step that was done, with the time that it took.
#[derive(Debug, Clone)]
pub(super) struct Timed {
    pub title: String,
    pub done: Done,
    pub elapsed: Duration,
}

/// What was measured of a run.
#[derive(Debug, Clone, Default)]
pub(super) struct Measured {
    pub steps: Vec<Timed>,
    /// How long resolvers may keep the address of before.
    pub memory: Duration,
}

impl Measured {
    /// From the decision until the last client is served by the other region.
    pub fn recovery_time(&self) -> Duration {
        self.steps.iter().map(|step| step.elapsed).sum::<Duration>() + self.memory
    }

    /// The worst loss of all steps. Without one, nothing was lost.
    pub fn loss(&self) -> Loss {
        let losses = self.steps.iter().filter_map(|step| match step.done {
            Done::Now(loss) => loss,
            Done::Already => None,
        });
        losses
            .max_by_key(|loss| match loss {
                Loss::Seconds(seconds) | Loss::Declared(seconds) => u64::from(*seconds),
                Loss::Unknown => u64::MAX,
            })
            .unwrap_or(Loss::Seconds(0))
    }

    /// What is over the promise.
    pub fn broken(&self, promise: &RecoveryConfig) -> Vec<String> {
        let mut broken = Vec::new();
        let (time, promised) =
            (self.recovery_time(), Duration::from_secs(u64::from(promise.rto_minutes) * 60));
        if time > promised {
            let longest = self.steps.iter().max_by_key(|step| step.elapsed);
            let longest = longest.map_or("", |step| step.title.as_str());
            broken.push(format!(
                "it took {}, and {} are promised: most of it took `{longest}`",
                words(time),
                words(promised)
            ));
        }
        let seconds = match self.loss() {
            Loss::Seconds(seconds) | Loss::Declared(seconds) => Some(seconds),
            Loss::Unknown => None,
        };
        if seconds.is_none_or(|seconds| seconds > promise.rpo_minutes * 60) {
            broken.push(format!(
                "data of {} may be lost, and of {} minutes is promised",
                loss_words(self.loss()),
                promise.rpo_minutes
            ));
        }
        broken
    }

    /// Fails when something is over the promise.
    pub fn judge(&self, promise: &RecoveryConfig) -> Result<(), Failure> {
        match self.broken(promise).as_slice() {
            [] => Ok(()),
            broken => Err(Failure::failed(broken.join("; "))
                .with_hint("make that step shorter, or promise what can be kept in `common.recovery`")),
        }
    }
}

/// A duration, such as `0.4s` or `2m 05s`.
pub(super) fn words(duration: Duration) -> String {
    let whole = duration.as_secs();
    match whole {
        0..60 => format!("{:.1}s", duration.as_secs_f64()),
        60..3600 => format!("{}m {:02}s", whole / 60, whole % 60),
        _ => format!("{}h {:02}m", whole / 3600, whole / 60 % 60),
    }
}

/// A loss, such as `0s` or `5s, as Azure declares`.
pub(super) fn loss_words(loss: Loss) -> String {
    match loss {
        Loss::Seconds(seconds) => format!("{seconds}s"),
        Loss::Declared(seconds) => format!("{seconds}s, as Azure declares"),
        Loss::Unknown => "an unknown time".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(title: &str, seconds: u64, loss: Option<Loss>) -> Timed {
        Timed { title: title.into(), done: Done::Now(loss), elapsed: Duration::from_secs(seconds) }
    }

    const PROMISE: RecoveryConfig = RecoveryConfig { rto_minutes: 10, rpo_minutes: 5 };

    #[test]
    fn the_time_is_that_of_all_steps_and_of_what_resolvers_remember() {
        let steps = vec![step("sql", 200, Some(Loss::Seconds(0))), step("bus", 100, None)];
        let mut measured = Measured { steps, memory: Duration::from_secs(300) };
        assert_eq!(measured.recovery_time(), Duration::from_secs(600));
        assert!(measured.judge(&PROMISE).is_ok());
        measured.memory += Duration::from_secs(1);
        let said = measured.judge(&PROMISE).unwrap_err().to_string();
        assert_eq!(said, "it took 10m 01s, and 10m 00s are promised: most of it took `sql`");
    }

    #[test]
    fn the_worst_loss_counts_and_one_that_nobody_knows_is_too_much() {
        let measured = |losses: &[Option<Loss>]| Measured {
            steps: losses.iter().map(|loss| step("sql", 1, *loss)).collect(),
            memory: Duration::ZERO,
        };
        let several = measured(&[Some(Loss::Seconds(0)), Some(Loss::Declared(5)), None]);
        assert_eq!(several.loss(), Loss::Declared(5));
        assert!(several.judge(&PROMISE).is_ok());
        let said = measured(&[Some(Loss::Unknown)]).judge(&PROMISE).unwrap_err().to_string();
        assert_eq!(said, "data of an unknown time may be lost, and of 5 minutes is promised");
        let nothing = RecoveryConfig { rpo_minutes: 0, ..PROMISE };
        assert!(several.judge(&nothing).is_err());
    }
}
