//! `history`: what was done to the stack.

use super::Session;
use super::look::head;
use crate::cli::arguments::HistoryCommand;
use crate::cli::failure::{Failure, exit};
use crate::cli::signers::SIGN_WITH;
use crate::history::FileSigner;
use std::path::Path;

pub(super) async fn history(session: &Session<'_, '_>, command: &HistoryCommand) -> Result<u8, Failure> {
    head(session);
    match command {
        HistoryCommand::List { limit } => list(session, *limit).await,
        HistoryCommand::Show { number } => show(session, *number).await,
        HistoryCommand::Diff { number, other } => diff(session, *number, *other).await,
        HistoryCommand::Verify => verify(session).await,
        HistoryCommand::Key => key(session).await,
        HistoryCommand::Keygen { file } => keygen(session, file),
    }
}

async fn list(session: &Session<'_, '_>, limit: Option<usize>) -> Result<u8, Failure> {
    let records = session.target.engine().history(session.target.name(), limit).await?;
    if records.is_empty() {
        session.reporter().note("nothing was done to this stack yet");
    }
    let mut breaks = session.target.engine().lock_breaks(session.target.name()).await?;
    let shown = records.iter().find_map(|(_, record)| Some(record.as_ref().ok()?.record.began));
    if limit.is_some() {
        breaks.retain(|one| shown.is_none_or(|shown| one.record.at >= shown));
    }
    let mut breaks = breaks.iter().peekable();
    let mut damaged = Vec::new();
    for (_, record) in &records {
        match record {
            Ok(entry) => {
                while let Some(one) = breaks.next_if(|one| one.record.at < entry.record.began) {
                    session.reporter().lock_break(one);
                }
                session.reporter().record(entry, false);
            }
            Err(error) => damaged.push(error.to_string()),
        }
    }
    breaks.for_each(|one| session.reporter().lock_break(one));
    match damaged.is_empty() {
        true => Ok(exit::DONE),
        false => {
            let hint = "`history verify` says where the damage begins";
            Err(Failure::failed(damaged.join("\n")).with_hint(hint))
        }
    }
}

async fn show(session: &Session<'_, '_>, number: u64) -> Result<u8, Failure> {
    let entry = session.target.engine().history_record(session.target.name(), number).await?;
    session.reporter().record(&entry, true);
    Ok(exit::DONE)
}

async fn diff(session: &Session<'_, '_>, number: u64, other: Option<u64>) -> Result<u8, Failure> {
    let engine = session.target.engine();
    if number == 0 || other == Some(0) {
        return Err(Failure::usage("the first update is number 1", "`history list` shows all of them"));
    }
    let (from, to) = other.map_or((number - 1, number), |other| (number, other));
    let between = engine.history_diff(session.target.name(), from, to).await?;
    session.reporter().between(&between, (from, to));
    Ok(exit::DONE)
}

async fn verify(session: &Session<'_, '_>) -> Result<u8, Failure> {
    let found = session.target.engine().verify_history(session.target.name()).await?;
    session.reporter().verification(&found);
    match (found.bad, found.beside) {
        (None, None) => Ok(exit::DONE),
        (None, Some(beside)) => Err(Failure::failed(beside)
            .with_hint("compare with a copy of the store; the records themselves are as they were written")),
        (Some(bad), _) => Err(Failure::failed(format!("record {} is not good: {}", bad.number, bad.what))
            .with_hint(
                "compare with a copy of the store; what was done before that record is as it was written",
            )),
    }
}

async fn key(session: &Session<'_, '_>) -> Result<u8, Failure> {
    let workspace = session.target.workspace;
    let Some(signer) = workspace.signer(&session.target.name().environment) else {
        return Err(Failure::failed("nothing signs the history").with_hint(format!(
            "name a key under `history: {{sign: ..}}` in `atp.yaml`, or in {SIGN_WITH}: a file that `history keygen FILE` \
             makes, or a key in a vault"
        )));
    };
    let public = signer.public_key().await;
    let public = public.map_err(|why| Failure::failed(format!("the public key is not to be had: {why}")))?;
    let is_trusted = workspace.signers.trust.contains(&public);
    session.reporter().signing_key(&public.to_string(), is_trusted);
    Ok(exit::DONE)
}

fn keygen(session: &Session<'_, '_>, file: &Path) -> Result<u8, Failure> {
    let workspace = session.target.workspace;
    let name = file.display();
    let failed = |why: String| Failure::failed(format!("no key was made: {why}"));
    let mut seed = [0; 32];
    workspace.random.fill(&mut seed).map_err(|error| failed(error.to_string()))?;
    let signer = FileSigner::new(&seed);
    let text = signer.write().map_err(failed)?;
    match workspace.plans.create_private(&workspace.start.join(file), text.as_bytes()) {
        Ok(true) => {}
        Ok(false) => return Err(failed(format!("{name} is there already")).with_hint("name another file")),
        Err(error) => return Err(failed(format!("{name} cannot be written: {error}"))),
    }
    session.reporter().key(&name.to_string(), &signer.key().to_string());
    Ok(exit::DONE)
}
