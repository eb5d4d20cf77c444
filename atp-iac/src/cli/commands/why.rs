//! `why`.

use super::Session;
use crate::cli::failure::{Failure, exit};
use crate::engine::Kind;

/// Explains what happens to a resource in the present plan.
pub(super) async fn why(session: &Session<'_, '_>, wanted: &str) -> Result<u8, Failure> {
    session.options.modifiers.check(Kind::Up, false)?;
    let (deployment, engine) = session.connect()?;
    let preview = engine.preview(&deployment, Kind::Up, &session.update_options()).await?;
    let configured = session.target.config()?.explain((session.target.program().config_fields)());
    let why = preview.plan.why(wanted, &configured);
    let why = why.map_err(|error| {
        Failure::usage(error.to_string(), "`state list` and `preview` show what there is")
    })?;
    session.reporter().why(&why, preview.plan.fingerprints.as_ref());
    Ok(exit::DONE)
}
