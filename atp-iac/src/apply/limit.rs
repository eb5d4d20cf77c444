//! Calls that take too long, and calls that panic: an error of one operation, never of the run.

use crate::ports::Clock;
use crate::provider::{ProviderError, ProviderErrorKind};
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

/// A provider is told how long it has, and says best itself what did not come to an end in that time. So long it is waited
/// for that after its time is over.
const GRACE: Duration = Duration::from_secs(5);

/// Why a call has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GivenUp {
    /// It took longer than this.
    TimedOut(Duration),
    /// It panicked.
    Panicked,
}

impl From<GivenUp> for ProviderError {
    fn from(given_up: GivenUp) -> Self {
        match given_up {
            GivenUp::TimedOut(limit) => {
                let message = format!("no answer came within {limit:?}, and the call was given up");
                ProviderError::new(ProviderErrorKind::Unreachable, "TimedOut", message).with_hint(
                    "run again: it continues where this one stopped; where calls need longer, say so with `timeouts`",
                )
            }
            GivenUp::Panicked => {
                let message = "the provider stopped with a panic";
                ProviderError::new(ProviderErrorKind::Unreachable, "Panic", message)
            }
        }
    }
}

/// How long calls may take, and who knows how late it is.
#[derive(Clone, Copy)]
pub struct Limits<'a> {
    /// The time.
    pub clock: &'a dyn Clock,
    /// How long one call may take, unless the resource says otherwise.
    pub timeout: Duration,
}

impl Limits<'_> {
    /// Waits for a call, for so long, or as long as calls may take.
    pub(super) async fn wait<T>(
        self,
        limit: Option<Duration>,
        call: impl Future<Output = T>,
    ) -> Result<T, GivenUp> {
        let limit = limit.unwrap_or(self.timeout);
        let mut call = pin!(AssertUnwindSafe(call).catch_unwind().fuse());
        // What comes back at once does not look at the clock.
        futures::select_biased! {
            done = call => done.map_err(|_| GivenUp::Panicked),
            () = self.clock.deadline(limit.saturating_add(GRACE)).fuse() => Err(GivenUp::TimedOut(limit)),
        }
    }

    /// Waits likewise for something that can fail: that there is no answer is a failure, too.
    pub(crate) async fn ask<T>(
        self,
        limit: Option<Duration>,
        call: impl Future<Output = Result<T, ProviderError>>,
    ) -> Result<T, ProviderError> {
        self.wait(limit, call).await.unwrap_or_else(|given_up| Err(given_up.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::ManualClock;

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_call_that_does_not_come_back_is_given_up_when_its_time_is_over() {
        let clock = ManualClock::default();
        let limits = Limits { clock: &clock, timeout: MINUTE };
        let begun = clock.now();
        assert_eq!(limits.wait(None, clock.sleep(MINUTE * 60)).await, Err(GivenUp::TimedOut(MINUTE)));
        assert_eq!((clock.now() - begun).whole_seconds(), 65);
        let own = limits.wait(Some(MINUTE * 2), clock.sleep(MINUTE * 2)).await;
        assert_eq!(own, Ok(()), "what says itself when its time is over is heard");
    }

    #[tokio::test]
    async fn a_panic_of_a_call_is_told_as_one() {
        let clock = ManualClock::default();
        let limits = Limits { clock: &clock, timeout: MINUTE };
        let panics = async {
            if clock.now().year() > 0 {
                panic!("planted")
            }
        };
        assert_eq!(limits.wait(None, panics).await, Err(GivenUp::Panicked));
    }
}
