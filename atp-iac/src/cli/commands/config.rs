//! `config show`, `config describe` and `config encrypt`.

use super::Session;
use crate::cli::arguments::ConfigCommand;
use crate::cli::failure::{Failure, exit};
use crate::cli::ports::Answer;
use crate::config::{ConfigField, ConfigKind, unknown};

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
    check_key(key, fields)?;
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
    let value = match ask() {
        Answer::Line(line) if !line.is_empty() => line,
        Answer::Line(_) | Answer::End => {
            return Err(Failure::usage("there is no value to encrypt", "give it on the standard input"));
        }
        Answer::Interrupted => return Err(Failure::Interrupted),
    };
    let sealed = secrets.seal(key, &value, session.target.random());
    let sealed = sealed.map_err(|message| Failure::usage(message, "try again with another value"))?;
    let mut reporter = session.reporter();
    reporter.data(&format!("{sealed}\n"));
    let section = session.target.program().name;
    reporter
        .note(&format!("put it under `{key}:` in the section `{section}` or `common` of the environment"));
    Ok(exit::DONE)
}

/// Refuses a key that the stack does not read, or reads in clear: what is encrypted could not be used there.
fn check_key(key: &str, fields: &'static [ConfigField]) -> Result<(), Failure> {
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
    match kind {
        ConfigKind::Secret(_) => Ok(()),
        other => {
            let message = format!("`{key}` is {other}, which the stack reads in clear");
            Err(Failure::usage(message, "encrypt values of secret keys only"))
        }
    }
}
