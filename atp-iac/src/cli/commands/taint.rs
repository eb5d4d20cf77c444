//! `taint` and `untaint`.

use super::Session;
use super::look::{find, head, not_deployed};
use crate::cli::failure::{Failure, exit};

pub(super) async fn taint(session: &Session<'_, '_>, wanted: &str, tainted: bool) -> Result<u8, Failure> {
    head(session);
    let (engine, name) = (session.target.engine(), session.target.name());
    let view = engine.state(name).await?.ok_or_else(|| not_deployed(session))?;
    let Some(resource) = find(&view, wanted)?.into_iter().find(|resource| !resource.replaced) else {
        return Err(Failure::usage(
            format!(
                "of `{wanted}` there is nothing but copies that were replaced, which the next `up` deletes"
            ),
            "there is nothing to say about it",
        ));
    };
    let changed = engine.taint(name, &resource.urn, tainted).await?;
    changed.messages.iter().for_each(|message| session.reporter().note(message));
    changed.warnings.iter().for_each(|warning| session.reporter().warning(warning));
    let view = engine.state(name).await?.ok_or_else(|| not_deployed(session))?;
    if session.options.json {
        session.reporter().resources(&view.get(&resource.urn).into_iter().collect::<Vec<_>>(), true);
    }
    Ok(exit::DONE)
}
