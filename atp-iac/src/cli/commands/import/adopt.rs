//! `import RESOURCE ID` and `import --file FILE`: resources of the program that the cloud has already.

use super::super::Session;
use super::super::update::{Wish, update_on};
use super::requests::{Asked, requests};
use crate::cli::failure::Failure;
use crate::cli::interruptible::interruptible;
use crate::cli::ports::{Answer, Press};
use crate::engine::{Deployment, Engine, Kind, UpdateOptions};
use crate::plan::{ImportRequest, Operation, OperationKind};
use tokio::sync::watch;

/// What is taken over, and what the program says otherwise.
pub(in crate::cli::commands) struct Adoption {
    /// What is taken over.
    pub requests: Vec<ImportRequest>,
    /// What an `up` would do to it then.
    pub differences: Vec<Operation>,
}

/// Takes over what was asked for, after it was shown how it differs from the program.
pub(in crate::cli::commands) async fn adopt(
    session: &Session<'_, '_>,
    asked: &Asked<'_>,
    ask: &mut (dyn FnMut() -> Answer + Send),
    presses: watch::Receiver<u32>,
) -> Result<u8, Failure> {
    session.options.modifiers.check(Kind::Up, false)?;
    let (deployment, engine) = session.connect()?;
    // Nothing is written before the user was asked.
    let mut listener = presses.clone();
    let look = look(session, asked, &deployment, &engine);
    let adoption = Box::pin(interruptible(&mut listener, look, |_| Press::Leave)).await?;
    Box::pin(update_on(session, (deployment, engine), Wish::Import(&adoption), ask, presses)).await
}

async fn look(
    session: &Session<'_, '_>,
    asked: &Asked<'_>,
    deployment: &Deployment,
    engine: &Engine,
) -> Result<Adoption, Failure> {
    let desired = engine.declare(deployment).await?;
    let requests = requests(session.target, asked, &desired.registrations)?;
    differences(session, requests, deployment, engine).await
}

/// What differs between the program and what is to be taken over.
pub(in crate::cli::commands) async fn differences(
    session: &Session<'_, '_>,
    requests: Vec<ImportRequest>,
    deployment: &Deployment,
    engine: &Engine,
) -> Result<Adoption, Failure> {
    let options = UpdateOptions { import: requests.clone(), ..session.update_options() };
    let preview = engine.preview(deployment, Kind::Up, &options).await?;
    let is_asked = |one: &Operation| requests.iter().any(|request| request.urn == one.urn);
    let differs = |one: &Operation| is_asked(one) && one.action != OperationKind::Same;
    let differences = preview.plan.operations.into_iter().filter(differs).collect();
    Ok(Adoption { requests, differences })
}
