//! `atp failover`.

use super::RecoveryConfig;
use super::arguments::{Mode, with_mode};
use super::checks::Direction;
use super::procedure::{Procedure, refuse_drill};
use super::sites::Sites;
use super::steps::{Step, Switch};
use async_trait::async_trait;
use atp_iac::cli::clap::{Arg, ArgMatches, Command};
use atp_iac::cli::{ExtraCommand, Failure, Invocation};

/// Switches an environment to its recovery region.
#[derive(Debug)]
pub struct Failover;

#[async_trait]
impl ExtraCommand for Failover {
    fn definition(&self) -> Command {
        let to =
            Arg::new("to").long("to").value_name("REGION").required(true).help("The region that takes over");
        with_mode(
            Command::new("failover")
                .about("Switches an environment to another region")
                .long_about(
                    "Switches an environment to another region: SQL failover groups, aliases of Service Bus, and where \
                     Traffic Manager leads clients. It checks first, says what it will do and what can be lost, and asks. \
                     Run it again when it was cut off: what is done stays done.",
                )
                .arg(to),
        )
    }

    async fn run(&self, matches: &ArgMatches, invocation: &Invocation<'_>) -> Result<u8, Failure> {
        let mode = Mode::of(matches);
        refuse_drill(invocation, &mode)?;
        let environment = invocation.environment()?;
        let to = matches.get_one::<String>("to").map_or("", String::as_str);
        invocation.project().check_region(environment, to)?;
        let primary = primary(invocation, environment)?;
        if to == primary {
            return Err(Failure::usage(
                format!("`{to}` is the primary region of `{environment}`"),
                format!("go back to it with `atp failback --env {environment}`"),
            ));
        }
        let promise = RecoveryConfig::of(invocation, environment, to)?;
        let sites = Sites::read(invocation, environment, &primary, to).await?;
        let switch = Switch::find(&sites)?;
        let steps = switch.groups.iter().cloned().map(Step::Sql);
        let steps = steps.chain(switch.aliases.iter().cloned().map(Step::Alias));
        let steps = steps.chain(switch.profiles.iter().cloned().map(Step::Traffic));
        let steps = steps.chain([Step::Verify(switch.clone())]).collect();
        let direction = Direction::There;
        Procedure { verb: "fail over", direction, mode: &mode, promise, switch, steps }.run(&sites).await
    }
}

/// The primary region.
pub(super) fn primary(invocation: &Invocation<'_>, environment: &str) -> Result<String, Failure> {
    let found = invocation.project().environment(environment)?.primary();
    found.map(str::to_owned).ok_or_else(|| {
        Failure::usage(format!("`{environment}` has no region in `atp.yaml`"), "add them to its `regions:`")
    })
}
