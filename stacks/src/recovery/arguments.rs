//! What `failover` and `failback` can be told.

use super::checks::CHECKS;
use atp_iac::cli::clap::{Arg, ArgAction, ArgMatches, Command};

/// How a procedure is run.
#[derive(Debug, Clone, Default)]
pub(super) struct Mode {
    /// To try it, with nothing lost.
    pub drill: bool,
    /// Data that is not in the other region yet may be lost.
    pub allow_data_loss: bool,
    /// A drill may interrupt a service that people use.
    pub accept_interruption: bool,
    /// The checks that are passed over.
    pub despite: Vec<String>,
}

impl Mode {
    pub fn of(matches: &ArgMatches) -> Mode {
        let despite = matches.get_many::<String>("despite").into_iter().flatten();
        Mode {
            drill: matches.get_flag("drill"),
            allow_data_loss: matches.get_flag("allow-data-loss"),
            accept_interruption: matches.get_flag("accept-interruption"),
            despite: despite.cloned().collect(),
        }
    }
}

/// The arguments that both commands have.
pub(super) fn with_mode(command: Command) -> Command {
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    command.args([
        flag("drill").help(
            "To try it: nothing is lost, no check is passed over, and a time that is over the promise fails",
        ),
        flag("allow-data-loss")
            .conflicts_with("drill")
            .help("Goes on where what the other region does not have yet is lost"),
        flag("accept-interruption")
            .requires("drill")
            .help("Lets a drill interrupt a service in Azure for as long as the switch takes"),
        Arg::new("despite")
            .long("despite")
            .value_name("CHECK")
            .action(ArgAction::Append)
            .conflicts_with("drill")
            .value_parser(CHECKS)
            .help("Passes over a check that has failed; may be repeated"),
    ])
}
