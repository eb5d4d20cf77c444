//! `rollback`: back to what an update left.

use super::Session;
use super::update::{Wish, update_on};
use crate::cli::failure::Failure;
use crate::cli::ports::Answer;
use crate::engine::Kind;
use time::format_description::well_known::Rfc3339;
use tokio::sync::watch;

pub(super) async fn rollback(
    session: &Session<'_, '_>,
    to: u64,
    ask: &mut (dyn FnMut() -> Answer + Send),
    presses: watch::Receiver<u32>,
) -> Result<u8, Failure> {
    session.options.modifiers.check(Kind::Up, false)?;
    let (_, engine) = session.connect()?;
    let name = session.target.name();
    let record = engine.history_record(name, to).await?.record;
    let deployment = engine.rollback(name, to).await?;
    let began = record.began.format(&Rfc3339).unwrap_or_else(|_| record.began.to_string());
    session.reporter().note(&format!(
        "back to what update {to} left: `{}` by {} at {began}, which ended with: {}",
        record.operation, record.by.who, record.result
    ));
    session.reporter().end_line();
    update_on(session, (deployment, engine), Wish::Rollback, ask, presses).await
}
