//! `config show` and `config describe`.

use super::Session;
use crate::cli::arguments::ConfigCommand;
use crate::cli::failure::{Failure, exit};

pub(super) fn config(session: &Session<'_, '_>, command: &ConfigCommand) -> Result<u8, Failure> {
    let fields = (session.target.program.config_fields)();
    session.reporter().header_without_cloud(session.target, "configuration");
    match command {
        ConfigCommand::Show => {
            let config = session.target.config(session.files, session.options)?;
            session.reporter().config(&config.explain(fields));
        }
        ConfigCommand::Describe => session.reporter().config_fields(fields),
    }
    if fields.is_empty() {
        session.reporter().note("this stack has no configuration");
    }
    Ok(exit::DONE)
}
