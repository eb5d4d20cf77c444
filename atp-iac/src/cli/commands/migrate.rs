//! `state import --from-pulumi` and `--from-terraform`: what another tool manages is taken over, or written as a program.

use super::Session;
use super::import::{differences, refuse_present, write};
use super::update::{Wish, update_on};
use crate::cli::arguments::MigrateArguments;
use crate::cli::failure::{Failure, exit};
use crate::cli::interruptible::interruptible;
use crate::cli::ports::{Answer, Press};
use crate::engine::{DiscoverOptions, Discovered, Kind};
use crate::migrate::{ForeignFile, Migration, Tool, Verdict};
use std::path::{Path, PathBuf};
use tokio::sync::watch;

/// What becomes of a file, for people and for events.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Told<'m> {
    pub tool: Tool,
    /// The file of the other tool.
    pub file: &'m str,
    pub migration: &'m Migration,
    /// The program that is written, where one is.
    pub written: Option<Written<'m>>,
}

/// A program, and where it is.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Written<'m> {
    pub discovered: &'m Discovered,
    pub code: &'m str,
    pub imports: &'m str,
}

pub(super) async fn migrate(
    session: &Session<'_, '_>,
    (arguments, force): (&MigrateArguments, bool),
    ask: &mut (dyn FnMut() -> Answer + Send),
    presses: watch::Receiver<u32>,
) -> Result<u8, Failure> {
    let Some((tool, file)) = arguments.foreign() else {
        return Err(nothing_said());
    };
    let foreign = read(session, tool, file)?;
    let file = file.display().to_string();
    match &arguments.out {
        Some(out) => {
            let mut listener = presses;
            let work = write_program(session, arguments, (&foreign, &file), (out, force));
            Box::pin(interruptible(&mut listener, work, |_| Press::Leave)).await
        }
        None => adopt(session, (&foreign, &file), ask, presses).await,
    }
}

/// `state import` without a file.
pub(super) fn nothing_said() -> Failure {
    Failure::usage(
        "it is not said what is to be imported",
        "write `state import --from-pulumi FILE` or `state import --from-terraform FILE`; or `state import FILE` for an \
         export of a state",
    )
}

fn read(session: &Session<'_, '_>, tool: Tool, file: &Path) -> Result<ForeignFile, Failure> {
    let workspace = session.target.workspace;
    let name = file.display();
    let bytes = match workspace.plans.read(&workspace.start.join(file)) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            let hint = match tool {
                Tool::Pulumi => "write it with `pulumi stack export --file FILE`",
                Tool::Terraform => "write it with `terraform state pull > FILE`",
            };
            return Err(Failure::failed(format!("there is no file {name}")).with_hint(hint));
        }
        Err(error) => return Err(Failure::failed(format!("{name} cannot be read")).with_cause(error)),
    };
    ForeignFile::read(tool, &bytes)
        .map_err(|error| Failure::failed(format!("{name}: {error}")).with_hint(error.hint()))
}

/// For a program that is there.
async fn adopt(
    session: &Session<'_, '_>,
    (foreign, file): (&ForeignFile, &str),
    ask: &mut (dyn FnMut() -> Answer + Send),
    presses: watch::Receiver<u32>,
) -> Result<u8, Failure> {
    session.options.modifiers.check(Kind::Up, false)?;
    let (deployment, engine) = session.connect()?;
    let options = session.update_options();
    let mut listener = presses.clone();
    let look = async {
        let migration = engine.migration(&deployment, &options, foreign).await?;
        let told = Told { tool: foreign.tool, file, migration: &migration, written: None };
        session.reporter().migration(&told);
        if !migration.ambiguous.is_empty() {
            let message = "it is not clear which resource of the program is meant: nothing was taken over";
            return Err(Failure::failed(message)
                .with_hint("take over what is clear with `import --file`, and these one by one with `import RESOURCE ID`"));
        }
        let requests = migration.requests();
        if requests.is_empty() {
            return Ok(None);
        }
        differences(session, requests, &deployment, &engine).await.map(Some)
    };
    match Box::pin(interruptible(&mut listener, look, |_| Press::Leave)).await? {
        None => Ok(exit::DONE),
        Some(adoption) => {
            let wish = Wish::Import(&adoption);
            let code = Box::pin(update_on(session, (deployment, engine), wish, ask, presses)).await?;
            // What is taken over is no change of the cloud.
            Ok(if code == exit::CHANGES { exit::DONE } else { code })
        }
    }
}

/// Where there is no program yet.
async fn write_program(
    session: &Session<'_, '_>,
    arguments: &MigrateArguments,
    (foreign, file): (&ForeignFile, &str),
    (out, force): (&Path, bool),
) -> Result<u8, Failure> {
    let imports = imports_file(out)?;
    if !force {
        refuse_present(session, out)?;
        refuse_present(session, &imports)?;
    }
    let config = session.target.config()?;
    let providers = session.target.providers(&config)?;
    // The cloud's own provider comes first.
    let provider = arguments.provider.clone();
    let provider = provider.or_else(|| providers.first().map(|first| first.name().to_owned()));
    let engine = session.target.connect(&config)?;
    session.reporter().header(session.target, &engine.describe());
    let options = DiscoverOptions { include_managed: arguments.include_managed };
    let (migration, discovered) =
        engine.written_migration(&provider.unwrap_or_default(), foreign, options).await?;
    let (code, imports_name) = (out.display().to_string(), imports.display().to_string());
    let written = |discovered| Written { discovered, code: &code, imports: &imports_name };
    let is_read = migration.count(|verdict| matches!(verdict, Verdict::Unread { .. })) == 0;
    if let Some(discovered) = discovered.as_ref().filter(|_| is_read) {
        write(session, &imports, &imports_of(discovered))?;
        write(session, out, &discovered.code)?;
    }
    let written = discovered.as_ref().filter(|_| is_read).map(written);
    session.reporter().migration(&Told { tool: foreign.tool, file, migration: &migration, written });
    match is_read {
        true => Ok(exit::DONE),
        false => Err(Failure::failed("some of it could not be read: nothing was written").with_hint(
            "run again when it can be read, or take it out of the file's tool if it is not meant",
        )),
    }
}

/// The list stands beside the program.
fn imports_file(out: &Path) -> Result<PathBuf, Failure> {
    let usage = || {
        Failure::usage(
            format!("{} is no file of Rust", out.display()),
            "name one that ends with `.rs`; the list for `import --file` is written beside it",
        )
    };
    match out.extension().is_some_and(|extension| extension == "rs") && out.file_stem().is_some() {
        true => Ok(out.with_extension("imports.yaml")),
        false => Err(usage()),
    }
}

/// What `import --file` reads.
fn imports_of(discovered: &Discovered) -> String {
    let line = |name: &str, id: &str| {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        format!("- resource: {}\n  id: {}\n", quoted(name), quoted(id))
    };
    discovered.found.iter().map(|one| line(&one.name, &one.id)).collect()
}
