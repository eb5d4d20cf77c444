//! `config show`, `config describe`, `config set` and `config encrypt`.

use super::Session;
use crate::cli::arguments::ConfigCommand;
use crate::cli::failure::{Failure, exit};
use crate::cli::ports::Answer;
use crate::cli::workspace::Workspace;
use crate::config::{COMMON, ConfigError, ConfigField, ConfigKind, ConfigProblem, ConfigTree, edit, unknown};
use std::path::Path;

pub(super) fn config(
    session: &Session<'_, '_>,
    command: &ConfigCommand,
    ask: &mut (dyn FnMut() -> Answer + Send),
) -> Result<u8, Failure> {
    let fields = (session.target.program().config_fields)();
    session.reporter().header_without_cloud(session.target, "configuration");
    match command {
        ConfigCommand::Show => {
            let config = session.target.config()?;
            session.reporter().config(&config.explain(fields));
        }
        ConfigCommand::Describe => session.reporter().config_fields(fields),
        ConfigCommand::Encrypt { key } => return encrypt(session, key, fields, ask),
        ConfigCommand::Set { key, value, file, .. } => {
            return set(session, (key, value.as_deref(), file.as_deref()), fields, ask);
        }
    }
    if fields.is_empty() {
        session.reporter().note("this stack has no configuration");
    }
    Ok(exit::DONE)
}

fn encrypt(
    session: &Session<'_, '_>,
    key: &str,
    fields: &'static [ConfigField],
    ask: &mut (dyn FnMut() -> Answer + Send),
) -> Result<u8, Failure> {
    match kind_of(key, fields)? {
        ConfigKind::Secret(_) => {}
        other => {
            let message = format!("`{key}` is {other}, which the stack reads in clear");
            return Err(Failure::usage(message, "encrypt values of secret keys only"));
        }
    }
    let Sealed { sealed, .. } = sealed(session, key, ask)?;
    let mut reporter = session.reporter();
    reporter.data(&format!("{sealed}\n"));
    let section = session.target.program().name;
    reporter
        .note(&format!("put it under `{key}:` in the section `{section}` or `common` of the environment"));
    Ok(exit::DONE)
}

/// A value that was read from the standard input.
struct Sealed {
    clear: String,
    sealed: String,
}

/// Reads a value from the standard input, and encrypts it for a key.
fn sealed(
    session: &Session<'_, '_>,
    key: &str,
    ask: &mut (dyn FnMut() -> Answer + Send),
) -> Result<Sealed, Failure> {
    let mut secrets = session.target.config_secrets().ok_or_else(|| {
        Failure::usage(
            "there is no passphrase to encrypt with",
            "set ATP_PASSPHRASE, or ATP_PASSPHRASE_FILE to the file that holds it",
        )
    })?;
    // Opening what is there first finds a passphrase that is another than that of the other values.
    session.target.reveal_with(&mut secrets)?;
    if session.terminal.input && session.terminal.error {
        session.reporter().question("The value, which is shown while you type it:");
    }
    let clear = match ask() {
        Answer::Line(line) if !line.is_empty() => line,
        Answer::Line(_) | Answer::End => {
            return Err(Failure::usage("there is no value to encrypt", "give it on the standard input"));
        }
        Answer::Interrupted => return Err(Failure::Interrupted),
    };
    let sealed = secrets.seal(key, &clear, session.target.random());
    let sealed = sealed.map_err(|message| Failure::usage(message, "try again with another value"))?;
    Ok(Sealed { clear, sealed })
}

/// Writes a value, or without one what is read from the standard input, encrypted, into a file.
fn set(
    session: &Session<'_, '_>,
    (key, value, file): (&str, Option<&str>, Option<&Path>),
    fields: &'static [ConfigField],
    ask: &mut (dyn FnMut() -> Answer + Send),
) -> Result<u8, Failure> {
    let own = session.target.program().name;
    let (section, rest) = match key.split_once('.') {
        Some((section, rest)) if section == COMMON || section == own => (section, rest),
        _ => (own, key),
    };
    if rest.contains('[') {
        return Err(Failure::usage(format!("`{key}` is one item of a list"), "set the whole list: `[a, b]`"));
    }
    let value = match (kind_of(rest, fields)?, value) {
        (ConfigKind::Secret(_), None) => {
            let Sealed { clear, sealed } = sealed(session, rest, ask)?;
            (sealed, Some(clear))
        }
        (ConfigKind::Secret(_), Some(_)) => {
            let message = format!("`{key}` is secret, and would stand in the file in clear");
            return Err(Failure::usage(
                message,
                "give `--secret` instead, and the value on the standard input",
            ));
        }
        (other, None) => {
            let message = format!("`{key}` is {other}, which the stack reads in clear");
            return Err(Failure::usage(message, "give the value without `--secret`"));
        }
        (_, Some(value)) => (value.to_owned(), None),
    };
    let (value, clear) = value;
    let Workspace { project, files, plans, start, .. } = session.target.workspace;
    let (path, shown) = match file {
        Some(file) => (start.join(file), file.display().to_string()),
        None => project.config_file(&session.target.name().environment),
    };
    let failed = |what: &str, error: std::io::Error| {
        Failure::failed(format!("{shown} cannot be {what}")).with_cause(error)
    };
    let text = files.read(&path).map_err(|error| failed("read", error))?.unwrap_or_default();
    let steps: Vec<&str> = std::iter::once(section).chain(rest.split('.')).collect();
    let changed = edit::set(&shown, &text, &steps, &value);
    let changed = changed.map_err(|message| Failure::usage(message, "nothing was changed"))?;
    check(session, (section, rest), &shown, |config| match &clear {
        Some(clear) => {
            config.set_revealed(rest, clear);
            Ok(())
        }
        None => config.set(rest, &value),
    })?;
    plans.write(&path, changed.as_bytes()).map_err(|error| failed("written", error))?;
    session.reporter().note(&format!("`{}` is set in {shown}", steps.join(".")));
    Ok(exit::DONE)
}

/// Refuses a value with which a configuration is wrong that was not before: of the stack, and for a key in `common` of all
/// stacks that read it.
fn check(
    session: &Session<'_, '_>,
    (section, key): (&str, &str),
    file: &str,
    set: impl Fn(&mut ConfigTree) -> Result<(), ConfigError>,
) -> Result<(), Failure> {
    for program in session.target.readers(section, key) {
        let mut config = session.target.written(program.name)?;
        let problems = |config: &ConfigTree| match (program.check_config)(config) {
            Ok(()) => Vec::new(),
            Err(error) => error.problems().to_vec(),
        };
        let before = problems(&config);
        set(&mut config).map_err(|error| Failure::usage(error.to_string(), "nothing was changed"))?;
        let is_new = |problem: &ConfigProblem| {
            !before.iter().any(|old| old.path == problem.path && old.message == problem.message)
        };
        let new: Vec<ConfigProblem> = problems(&config).into_iter().filter(is_new).collect();
        if new.is_empty() {
            continue;
        }
        let told: Vec<String> = new.iter().map(|one| format!("{}: {}", one.path, one.message)).collect();
        let own = format!("{}.{key}", program.name);
        let hint = match new.iter().all(|problem| problem.path.starts_with(&own)) {
            true => "nothing was written; `config describe` shows what can be set".to_owned(),
            false => format!("nothing was written; change what belongs together in {file} by hand, at once"),
        };
        return Err(Failure::usage(told.join("\n"), hint));
    }
    Ok(())
}

/// What the stack reads under a key.
fn kind_of(key: &str, fields: &'static [ConfigField]) -> Result<ConfigKind, Failure> {
    let hint = "`config describe` shows what can be set";
    let mut kind = ConfigKind::Structure(fields);
    for step in key.split('.') {
        let (name, index) = step.split_once('[').map_or((step, false), |(name, _)| (name, true));
        while let ConfigKind::Optional(inner) = kind {
            kind = *inner;
        }
        kind = match kind {
            ConfigKind::Structure(fields) => match fields.iter().find(|field| field.name == name) {
                Some(field) => field.kind,
                None => {
                    let message = unknown("key", name, fields.iter().map(|field| field.name));
                    return Err(Failure::usage(message, hint));
                }
            },
            ConfigKind::Map(inner) => *inner,
            other => return Err(Failure::usage(format!("`{key}`: there is no `{name}` in {other}"), hint)),
        };
        if let (true, ConfigKind::List(inner)) = (index, kind) {
            kind = *inner;
        }
    }
    while let ConfigKind::Optional(inner) = kind {
        kind = *inner;
    }
    Ok(kind)
}
