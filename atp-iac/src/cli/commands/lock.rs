//! `lock show` and `lock break`.

use super::Session;
use super::look::head;
use crate::cli::arguments::LockCommand;
use crate::cli::confirm::confirm;
use crate::cli::events;
use crate::cli::failure::{Failure, exit};
use crate::cli::ports::Answer;
use crate::state::Holder;
use serde_json::json;

pub(super) async fn lock(
    session: &Session<'_, '_>,
    command: &LockCommand,
    ask: &mut (dyn FnMut() -> Answer + Send),
) -> Result<u8, Failure> {
    head(session);
    let (engine, name) = (session.target.engine(), session.target.name());
    let holder = engine.holder_of(name).await?;
    let messages = match (&holder, engine.open_calls(name).await) {
        (None, _) => vec!["nobody is known to hold the lock".to_owned()],
        (Some(holder), Ok(open)) => {
            let mut messages = vec![format!("the lock is held by {holder}")];
            messages.extend(
                open.iter()
                    .map(|intent| format!("it may be under way: {} {}", intent.action, intent.urn.name())),
            );
            messages
        }
        (Some(holder), Err(error)) => {
            vec![format!("the lock is held by {holder}"), format!("what it works on cannot be read: {error}")]
        }
    };
    let details = |broken: bool| json!({"holder": holder.as_ref().map(events::holder), "broken": broken});
    if let LockCommand::Show = command {
        session.reporter().report("lock show", &messages, details(false));
        return Ok(exit::DONE);
    }
    session.reporter().report("lock break", &messages, details(false));
    let about = ("Take the lock away?", "take the lock away");
    confirm(&mut session.reporter(), session.options, session.terminal, ask, about)?;
    let broken = engine.break_lock(name).await?;
    session.reporter().report("lock break", &broken_messages(broken.as_ref()), details(true));
    Ok(exit::DONE)
}

fn broken_messages(holder: Option<&Holder>) -> Vec<String> {
    let Some(holder) = holder else {
        return vec!["nobody held the lock; it is free".to_owned()];
    };
    vec![
        format!("the lock was taken from {}: that process cannot write the state any more", holder.who),
        "calls that it made may still come to an end; the next `up` or `refresh` looks them up".to_owned(),
        format!(
            "if it still runs on {}, it ends with a recovery file there: `state recover` brings that into the state",
            holder.host
        ),
    ]
}
