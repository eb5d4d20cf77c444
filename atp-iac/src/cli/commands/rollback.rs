//! `rollback`: back to what an update left.

use super::Session;
use super::update::{Wish, update_on};
use crate::cli::failure::Failure;
use crate::cli::ports::Answer;
use crate::cli::screen::moment;
use crate::engine::{Deployment, Engine, Kind};
use tokio::sync::watch;

pub(super) async fn rollback(
    session: &Session<'_, '_>,
    to: u64,
    ask: &mut (dyn FnMut() -> Answer + Send),
    presses: watch::Receiver<u32>,
) -> Result<u8, Failure> {
    session.options.modifiers.check(Kind::Up, false)?;
    let connected = connect(session, to).await?;
    update_on(session, connected, Wish::Rollback, ask, presses).await
}

/// What update `to` left as what is wanted of the stack, an engine with its cloud, and the header that says which.
pub(super) async fn connect(session: &Session<'_, '_>, to: u64) -> Result<(Deployment, Engine), Failure> {
    let (_, engine) = session.connect()?;
    let name = session.target.name();
    let record = engine.history_record(name, to).await?.record;
    let deployment = engine.rollback(name, to).await?;
    session.reporter().note(&format!(
        "back to what update {to} left: `{}` by {} at {}, which ended with: {}",
        record.operation,
        record.by.who,
        moment(record.began),
        record.result
    ));
    session.reporter().end_line();
    Ok((deployment, engine))
}
