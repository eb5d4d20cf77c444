//! What can be typed.

mod config;
mod history;
mod import;
mod lock;
mod migrate;
mod plan;
mod secrets;
mod state;

pub(in crate::cli) use config::ConfigCommand;
pub(in crate::cli) use history::{HistoryCommand, RollbackArguments};
pub(in crate::cli) use import::{ImportArguments, ScopeArguments};
pub(in crate::cli) use lock::LockCommand;
pub(in crate::cli) use migrate::MigrateArguments;
pub(in crate::cli) use plan::PlanCommand;
pub(in crate::cli) use secrets::SecretsCommand;
pub(in crate::cli) use state::StateCommand;

use crate::cli::modifiers::Modifiers;
use crate::cli::{ExtraCommand, Fixed};
use crate::cloud::Cloud;
use crate::duration::duration;
use crate::engine::UpdateOptions;
use clap::error::ErrorKind;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Plans and deploys infrastructure that is written in Rust.
///
/// Without a command: `preview`.
#[derive(Debug, Parser)]
#[command(name = "atp", version, max_term_width = 100)]
pub(in crate::cli) struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub options: Options,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Shows what `up` would do.
    Preview(PreviewArguments),
    /// Brings the stack to what the program says.
    Up(UpArguments),
    /// Deletes everything in the stack.
    Destroy(DestroyArguments),
    /// Shows the outputs of the deployed stack.
    Outputs {
        /// Only this one; a text is printed as it is.
        name: Option<String>,
        /// In clear.
        #[arg(long)]
        show_secrets: bool,
    },
    /// Looks into the state, keeps it safe, and changes what it says without touching the cloud.
    #[command(subcommand)]
    State(StateCommand),
    /// Shows who holds the lock of the stack, or takes it away.
    #[command(subcommand)]
    Lock(LockCommand),
    /// Prints the resources and what they depend on, for Graphviz.
    Graph {
        /// The stacks and which refers to which, instead.
        #[arg(long)]
        stacks: bool,
    },
    /// Shows all stacks of the environment: what is deployed, since when, and what stands against it.
    Status {
        /// Reads the cloud, and counts what was changed outside.
        #[arg(long)]
        drift: bool,
    },
    /// Lists the instances of environments that were not updated for longer than their time to live.
    Expired {
        /// Destroys all stacks of them.
        #[arg(long)]
        destroy: bool,
    },
    /// Looks at the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Looks at the keys of stacks, and changes them.
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// Reads the cloud, and makes the state say what it says. Nothing is called but reads; what was changed outside is
    /// shown by the next plan as a change back.
    Refresh,
    /// Shows what was changed outside, and writes nothing. Exits with 0 when there is nothing, with 2 when there is.
    Drift,
    /// Explains what happens to a resource in the present plan: which properties differ, and where their values come from,
    /// down to the lines of source, the configuration and the other stacks.
    Why {
        /// The URN, or a name that only one resource has; after a dot, the path of a property.
        what: String,
    },
    /// Has the next `up` replace a resource.
    Taint {
        /// The URN, or a name that only one resource has.
        urn: String,
    },
    /// Takes `taint` back.
    Untaint {
        /// The URN, or a name that only one resource has.
        urn: String,
    },
    /// Takes over what the cloud has already: one resource of the program, those in a file, or with `--scope` as code.
    Import(ImportArguments),
    /// Looks at what was done to the stack.
    #[command(subcommand)]
    History(HistoryCommand),
    /// Brings the stack back to what an update left. No program runs.
    Rollback(RollbackArguments),
    /// Shows saved plans, and agrees to them.
    #[command(subcommand)]
    Plan(PlanCommand),
}

#[derive(Debug, Default, clap::Args)]
pub(in crate::cli) struct PreviewArguments {
    /// Saves the plan, so that `up --plan FILE` carries out exactly that.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Default, clap::Args)]
pub(in crate::cli) struct UpArguments {
    /// Carries out a saved plan without asking, or nothing when anything is otherwise than when it was made.
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
}

#[derive(Debug, Default, clap::Args)]
pub(in crate::cli) struct DestroyArguments {
    /// Deletes nothing, and saves the plan, so that `destroy --plan FILE` carries out exactly that.
    #[arg(long, value_name = "FILE", conflicts_with = "plan")]
    pub out: Option<PathBuf>,
    /// Carries out a saved plan without asking, or nothing when anything is otherwise than when it was made.
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
}

impl Command {
    /// The file of a saved plan that the command makes or takes.
    pub fn plan_file(&self) -> Option<&PathBuf> {
        match self {
            Command::Preview(PreviewArguments { out }) => out.as_ref(),
            Command::Up(UpArguments { plan }) => plan.as_ref(),
            Command::Destroy(DestroyArguments { out, plan })
            | Command::Rollback(RollbackArguments { out, plan, .. }) => out.as_ref().or(plan.as_ref()),
            Command::Plan(PlanCommand::Approve { file } | PlanCommand::Show { file }) => Some(file),
            _ => None,
        }
    }

    /// The file of a saved plan that the command carries out, and what it has to be a plan to.
    pub fn carries_out(&self) -> Option<(&PathBuf, &'static str)> {
        match self {
            Command::Up(UpArguments { plan }) => Some((plan.as_ref()?, "up")),
            Command::Destroy(DestroyArguments { plan, .. }) => Some((plan.as_ref()?, "destroy")),
            Command::Rollback(RollbackArguments { plan, .. }) => Some((plan.as_ref()?, "rollback")),
            _ => None,
        }
    }

    /// Whether the command can change a state, so that it leaves a record in the history.
    pub fn changes_state(&self) -> bool {
        match self {
            Command::Up(_)
            | Command::Destroy(_)
            | Command::Refresh
            | Command::Expired { .. }
            | Command::Taint { .. }
            | Command::Untaint { .. }
            | Command::Import(_)
            | Command::State(_)
            | Command::Rollback(_)
            | Command::Secrets(SecretsCommand::Rotate | SecretsCommand::ChangeProvider)
            | Command::Lock(LockCommand::Break { .. }) => true,
            Command::Preview(_)
            | Command::Outputs { .. }
            | Command::Graph { .. }
            | Command::Status { .. }
            | Command::Config(_)
            | Command::Drift
            | Command::Lock(LockCommand::Show)
            | Command::Why { .. }
            | Command::History(_)
            | Command::Plan(_)
            | Command::Secrets(SecretsCommand::Show) => false,
        }
    }
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(in crate::cli) struct Options {
    /// Starts in this directory.
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,
    /// The environment, such as `prod`.
    #[arg(short, long, alias = "env", value_name = "NAME", global = true)]
    pub environment: Option<String>,
    /// The stack, such as `foundation`; may be repeated where a command takes several.
    #[arg(short, long, value_name = "NAME", global = true)]
    pub stack: Vec<String>,
    /// The region; without it, the first one of the environment in `atp.yaml`.
    #[arg(long, value_name = "NAME", global = true)]
    pub region: Option<String>,
    /// Every stack of the region.
    #[arg(long, global = true, conflicts_with = "stack")]
    pub all: bool,
    /// Every stack of every region of the environment, or those that `--stack` names.
    #[arg(long, global = true, conflicts_with = "region")]
    pub all_regions: bool,
    /// The stacks that the changes since a commit touch, and those that refer to them.
    #[arg(long, value_name = "COMMIT", global = true)]
    pub affected_since: Option<String>,
    /// How many stacks are worked on at a time; without it, 4.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), global = true)]
    pub parallel_stacks: Option<u16>,
    /// Where resources are made: simulator or azure; without it, as `atp.yaml` says.
    #[arg(long, value_name = "CLOUD", global = true)]
    pub cloud: Option<Cloud>,
    /// Where the state is kept: local, or the URL of a store that this program was built with, such as
    /// azblob://account/container/prefix or s3://bucket/prefix; without it, as `atp.yaml` says.
    #[arg(long, value_name = "URL", global = true)]
    pub backend: Option<String>,
    /// Where local state and the simulated cloud live; without it, `.atp` in the project [env: ATP_WORK_DIR].
    #[arg(long, value_name = "DIR", global = true)]
    pub work_dir: Option<PathBuf>,
    /// Sets a value of the configuration over all files; may be repeated. With several stacks, write `common.key` for
    /// what not all of them read, and `stack.key` for one of them.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value, global = true)]
    pub set: Vec<(String, String)>,
    /// Reads every resource from the cloud before planning.
    #[arg(long, global = true)]
    pub refresh: bool,
    /// Deletes and replaces also what is protected. What stays is as protected as before.
    #[arg(long, global = true)]
    pub ignore_protect: bool,
    /// How many calls run at a time, for each stack; without it, 10.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), global = true)]
    pub parallel: Option<u16>,
    /// How long to wait for the lock of the stack, such as `30s` or `5m`.
    #[arg(long, value_name = "DURATION", value_parser = duration, global = true)]
    pub lock_timeout: Option<Duration>,
    /// Why this is done: it stands in the history, or with an approval.
    #[arg(long, value_name = "TEXT", global = true)]
    pub message: Option<String>,
    /// Does not ask.
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// Exits with 2 when there are changes.
    #[arg(long, global = true)]
    pub detailed_exitcode: bool,
    /// Prints events in JSON, one per line.
    #[arg(long, global = true)]
    pub json: bool,
    /// Shows also where resources are declared, and what is created with which properties.
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// No colours [env: NO_COLOR].
    #[arg(long, global = true)]
    pub no_color: bool,
    #[command(flatten)]
    pub modifiers: Modifiers,
}

impl Options {
    /// How to plan.
    pub fn update(&self) -> UpdateOptions {
        let Options { refresh, ignore_protect, .. } = *self;
        UpdateOptions { refresh, ignore_protect, ..UpdateOptions::default() }
    }
}

/// What was typed.
pub(in crate::cli) struct Parsed {
    pub chosen: Chosen,
    pub options: Options,
}

/// The command that was typed.
pub(in crate::cli) enum Chosen {
    /// One that every command line has.
    Common(Command),
    /// One of the binary's own, with its arguments.
    Extra(Arc<dyn ExtraCommand>, ArgMatches),
}

/// Reads the arguments.
///
/// # Errors
/// What is wrong with them; help and version, too.
pub(in crate::cli) fn parse(
    arguments: Vec<OsString>,
    fixed: Fixed<'_>,
    extra: &[Arc<dyn ExtraCommand>],
) -> Result<Parsed, clap::Error> {
    check_names(extra)?;
    let mut command = definition(extra);
    if fixed.environment.is_some() {
        command = command.mut_arg("environment", |argument| argument.hide(true));
    }
    if fixed.program.is_some() {
        command = command.mut_arg("stack", |argument| argument.hide(true));
    }
    let mut matches = command.try_get_matches_from(arguments)?;
    let named = |name: &str| extra.iter().find(|command| command.definition().get_name() == name);
    if let Some(found) = matches.subcommand_name().and_then(named)
        && let Some((_, own)) = matches.remove_subcommand()
    {
        let options = Options::from_arg_matches(&matches)?;
        return Ok(Parsed { chosen: Chosen::Extra(found.clone(), own), options });
    }
    let Arguments { command, options } = Arguments::from_arg_matches(&matches)?;
    Ok(Parsed {
        chosen: Chosen::Common(command.unwrap_or(Command::Preview(PreviewArguments::default()))),
        options,
    })
}

/// All that can be typed.
pub(in crate::cli) fn definition(extra: &[Arc<dyn ExtraCommand>]) -> clap::Command {
    Arguments::command().subcommands(extra.iter().map(|command| command.definition()))
}

/// Two commands of one name: the second could never be called.
fn check_names(extra: &[Arc<dyn ExtraCommand>]) -> Result<(), clap::Error> {
    let common = Arguments::command();
    let mut names: Vec<String> =
        common.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    names.push("help".to_owned());
    for command in extra {
        let name = command.definition().get_name().to_owned();
        if names.contains(&name) {
            let message = format!("this program is built wrongly: it has two commands `{name}`\n");
            return Err(clap::Error::raw(ErrorKind::ArgumentConflict, message));
        }
        names.push(name);
    }
    Ok(())
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
        _ => Err("write `key=value`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }
}
