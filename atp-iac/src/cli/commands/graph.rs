//! `graph`.

use super::Session;
use crate::cli::failure::{Failure, exit};
use crate::engine::Kind;

pub(super) async fn graph(session: &Session<'_, '_>) -> Result<u8, Failure> {
    let (deployment, engine) = session.connect()?;
    let preview = engine.preview(&deployment, Kind::Up, &session.update_options()).await?;
    session.reporter().graph(&preview.plan);
    Ok(exit::DONE)
}
