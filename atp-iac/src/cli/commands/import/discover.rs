//! `import --scope`: the program for what the cloud has.

use super::super::Session;
use crate::cli::arguments::ScopeArguments;
use crate::cli::failure::{Failure, exit};
use crate::engine::DiscoverOptions;
use std::path::Path;

/// Writes a program that declares everything in a scope.
pub(in crate::cli::commands) async fn discover(
    session: &Session<'_, '_>,
    scope: &str,
    arguments: &ScopeArguments,
) -> Result<u8, Failure> {
    let out = arguments.out.as_deref();
    if let Some(file) = out.filter(|_| !arguments.force) {
        refuse_present(session, file)?;
    }
    let config = session.target.config()?;
    let providers = session.target.providers(&config)?;
    // The cloud's own provider comes first.
    let provider = arguments.provider.clone();
    let provider = provider.or_else(|| providers.first().map(|first| first.name().to_owned()));
    let provider = provider.unwrap_or_default();
    let engine = session.target.connect(&config)?;
    session.reporter().header(session.target, &engine.describe());
    let options = DiscoverOptions { include_managed: arguments.include_managed };
    let discovered = engine.discover(&provider, scope, options).await?;
    if let Some(file) = out {
        write(session, file, &discovered.code)?;
    }
    session.reporter().discovered(&discovered, (&provider, scope), out);
    Ok(exit::DONE)
}

/// What stands in a file is not lost unless somebody says so.
pub(in crate::cli::commands) fn refuse_present(
    session: &Session<'_, '_>,
    file: &Path,
) -> Result<(), Failure> {
    let workspace = session.target.workspace;
    let name = file.display();
    match workspace.plans.read(&workspace.start.join(file)) {
        Ok(None) => Ok(()),
        Ok(Some(_)) => Err(Failure::refused(
            format!("{name} is there already"),
            "name another file, or add `--force` to write over it",
        )),
        Err(error) => Err(Failure::failed(format!("{name} cannot be written"))
            .with_cause(error)
            .with_hint("name a file in a folder that is there and that you may write to")),
    }
}

/// Puts what was written into its file.
pub(in crate::cli::commands) fn write(
    session: &Session<'_, '_>,
    file: &Path,
    code: &str,
) -> Result<(), Failure> {
    let workspace = session.target.workspace;
    workspace.plans.write(&workspace.start.join(file), code.as_bytes()).map_err(|error| {
        Failure::failed(format!("nothing can be written to {}", file.display()))
            .with_cause(error)
            .with_hint("name a file in a folder that is there and that you may write to")
    })
}
