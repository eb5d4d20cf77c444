//! `lock show` and `lock break`.

use super::Session;
use super::look::head;
use crate::cli::arguments::LockCommand;
use crate::cli::confirm::confirm;
use crate::cli::events;
use crate::cli::failure::{Failure, exit};
use crate::cli::ports::Answer;
use crate::state::{Holder, LiveClaim};
use serde_json::{Value as Json, json};

/// How many of the resources of a claim are named.
const NAMED: usize = 5;

pub(super) async fn lock(
    session: &Session<'_, '_>,
    command: &LockCommand,
    ask: &mut (dyn FnMut() -> Answer + Send),
) -> Result<u8, Failure> {
    head(session);
    let (engine, name) = (session.target.engine(), session.target.name());
    let claims = engine.claims(name).await?;
    let holder =
        engine.holder_of(name).await?.filter(|holder| claims.iter().all(|live| live.holder != *holder));
    let mut messages: Vec<String> =
        holder.iter().map(|holder| format!("the lock is held by {holder}")).collect();
    messages.extend(claims.iter().map(claimed));
    if messages.is_empty() {
        messages.push("nobody is known to hold the lock".to_owned());
    } else {
        match engine.open_calls(name).await {
            Ok(open) => messages.extend(
                open.iter()
                    .map(|intent| format!("it may be under way: {} {}", intent.action, intent.urn.name())),
            ),
            Err(error) => messages.push(format!("what it works on cannot be read: {error}")),
        }
    }
    let details = |broken: bool| {
        let claims: Vec<Json> = claims.iter().map(events::claim).collect();
        json!({"holder": holder.as_ref().map(events::holder), "claims": claims, "broken": broken})
    };
    let LockCommand::Break { epoch } = command else {
        session.reporter().report("lock show", &messages, details(false));
        return Ok(exit::DONE);
    };
    session.reporter().report("lock break", &messages, details(false));
    let about = match (epoch, claims.is_empty()) {
        (Some(_), _) => ("Take this claim away?", "take the claim away"),
        (None, true) => ("Take the lock away?", "take the lock away"),
        (None, false) => ("Take the lock and every claim away?", "take the lock and every claim away"),
    };
    confirm(&mut session.reporter(), session.options, session.terminal, ask, about)?;
    let broken = match epoch {
        Some(epoch) => vec![("claim", engine.break_claim(name, *epoch).await?)],
        None => {
            engine.break_lock(name).await?;
            let claimed = claims.iter().map(|live| ("claim", live.holder.clone()));
            holder.clone().map(|holder| ("lock", holder)).into_iter().chain(claimed).collect()
        }
    };
    session.reporter().report("lock break", &broken_messages(&broken), details(true));
    Ok(exit::DONE)
}

/// A claim, shortened.
fn claimed(live: &LiveClaim) -> String {
    let LiveClaim { epoch, holder, claim } = live;
    let names: Vec<&str> = claim.writes.iter().take(NAMED).map(|urn| urn.name()).collect();
    let more = match claim.writes.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("claim {epoch} is held by {holder}: it changes {}{more}", names.join(", "))
}

fn broken_messages(broken: &[(&str, Holder)]) -> Vec<String> {
    if broken.is_empty() {
        return vec!["nobody held the lock; it is free".to_owned()];
    }
    let mut messages: Vec<String> = broken
        .iter()
        .map(|(what, holder)| {
            format!("the {what} was taken from {}: that process cannot write the state any more", holder.who)
        })
        .collect();
    messages.push(
        "calls that it made may still come to an end; the next `up` or `refresh` looks them up".to_owned(),
    );
    messages.extend(broken.iter().map(|(_, holder)| {
        format!(
            "if it still runs on {}, it ends with a recovery file there: `state recover` brings that into the state",
            holder.host
        )
    }));
    messages
}
