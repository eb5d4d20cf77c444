//! What operators do to the state of a stack: nothing here calls the cloud but to read.

mod change;
mod export;
mod locks;
mod merging;
mod recover;
mod restore;
mod transfer;
mod undo;
mod verify;

pub use change::Changed;
pub use merging::{Merged, Merging};
pub use verify::Repaired;

use super::{Engine, EngineError};
use crate::state::{Closed, StateError, StateSession};
use time::format_description::well_known::Rfc3339;

impl Engine {
    /// Closes a session. What it recorded and the store did not take goes into a recovery file.
    pub(super) async fn close(&self, session: &StateSession) -> Result<Closed, StateError> {
        match session.close().await {
            Err(source) if session.has_unwritten() => {
                Err(StateError::Unwritten { source: Box::new(source), kept: self.rescue(session) })
            }
            closed => closed,
        }
    }

    /// Ends what was done under a lock: the result, and how the session ended.
    pub(super) async fn finish<T>(
        &self,
        session: &StateSession,
        result: Result<T, EngineError>,
    ) -> Result<(T, Closed), EngineError> {
        match (result, self.close(session).await) {
            (Ok(done), closed) => Ok((done, closed?)),
            (Err(error), Err(state @ StateError::Unwritten { .. })) => {
                Err(EngineError::Unwritten { error: Box::new(error), state: state.to_string() })
            }
            (Err(error), _) => Err(error),
        }
    }

    /// Puts what a session knows into a recovery file; says where it is, or why it is nowhere.
    fn rescue(&self, session: &StateSession) -> String {
        let Some(files) = &self.recovery else {
            return "what was recorded since is not in the state; the next run looks up what was begun"
                .to_owned();
        };
        let written = session.export().map_err(|error| error.to_string()).and_then(|bytes| {
            let kept = files.keep(&self.recovery_name(session), &bytes);
            kept.map_err(|error| error.to_string())
        });
        match written {
            Ok(path) => format!(
                "what was recorded since is in {}; `state recover` brings it into the state",
                path.display()
            ),
            Err(why) => format!(
                "what was recorded since could not be put into a recovery file either: {why}; the next run looks up what \
                 was begun"
            ),
        }
    }

    fn recovery_name(&self, session: &StateSession) -> String {
        let now = self.clock.now();
        let now = now.replace_nanosecond(0).unwrap_or(now);
        let at = now.format(&Rfc3339).unwrap_or_else(|_| now.unix_timestamp().to_string());
        format!("{}-{}.json", session.stack().to_string().replace('/', "-"), at.replace([':', '-'], ""))
    }
}
