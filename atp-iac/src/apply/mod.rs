//! Carries out a plan: which call when, what is written down before and after, and what happens when one fails.
//!
//! Invariant: before a provider is called, the intent is durable; before the next step starts, the result is.
//! Invariant: a step whose inputs are not what the plan said fails, and nothing is called for it.
//! Absent on purpose: apply never plans. What the plan does not hold does not happen.

mod adopt;
mod event;
mod executor;
mod hooks;
mod interrupt;
mod limit;
mod queries;
mod recover;
mod refresh;
mod scheduler;
mod step;

pub use event::{Event, Failure, FailureCause};
pub use executor::{Executor, Report};
pub use interrupt::Interrupt;
pub use limit::Limits;
pub use queries::{QueryError, Unanswered, ask};
pub use recover::{RecoverError, Recovered, Recovery, recover};
pub(crate) use recover::{adopted, look as look_until, shows_until};
pub(crate) use refresh::{Look, look, provider_of, read, readable, refresh, whole};
pub use refresh::{RefreshError, Refreshed};
pub use scheduler::{Scheduler, StepStatus};
