//! `atp failback`.

use super::RecoveryConfig;
use super::arguments::{Mode, with_mode};
use super::checks::Direction;
use super::failover::primary;
use super::procedure::{Procedure, refuse_drill};
use super::settle;
use super::sites::Sites;
use super::steps::{Step, Switch};
use async_trait::async_trait;
use atp_iac::cli::clap::{Arg, ArgMatches, Command};
use atp_iac::cli::{ExtraCommand, Failure, Invocation};

/// Switches an environment back to its primary region.
#[derive(Debug)]
pub struct Failback;

#[async_trait]
impl ExtraCommand for Failback {
    fn definition(&self) -> Command {
        let from = Arg::new("from").long("from").value_name("REGION");
        let from = from.help("The region that is left; not needed where the environment has two");
        with_mode(
            Command::new("failback")
                .about("Switches an environment back to its primary region")
                .long_about(
                    "Switches an environment back to its primary region, and has the other one stand by again: in the end \
                     both regions plan to no changes. For that the queues and topics of both namespaces are made anew; \
                     unread messages stand against it. Run it again when it was cut off.",
                )
                .arg(from),
        )
    }

    async fn run(&self, matches: &ArgMatches, invocation: &Invocation<'_>) -> Result<u8, Failure> {
        let mode = Mode::of(matches);
        refuse_drill(invocation, &mode)?;
        let environment = invocation.environment()?;
        let to = primary(invocation, environment)?;
        let from = left(matches, invocation, environment, &to)?;
        let promise = RecoveryConfig::of(invocation, environment, &to)?;
        let sites = Sites::read(invocation, environment, &from, &to).await?;
        let switch = Switch::find(&sites)?;
        let mut steps: Vec<Step> = switch.groups.iter().cloned().map(Step::Sql).collect();
        if !switch.aliases.is_empty() {
            steps.extend(switch.aliases.iter().cloned().map(Step::AliasBack));
            steps.push(Step::Settle(switch.aliases.clone()));
        }
        steps.extend(switch.profiles.iter().cloned().map(Step::Traffic));
        steps.push(Step::Verify(switch.clone()));
        let aliases = switch.aliases.clone();
        let direction = Direction::Back;
        let procedure = Procedure { verb: "fail back", direction, mode: &mode, promise, switch, steps };
        let code = procedure.run(&sites).await?;
        match settle::left(&sites, &aliases).await?.as_slice() {
            [] => Ok(code),
            left => Err(Failure::failed(format!("a plan would still change {}", left.join(", ")))
                .with_hint("look at it with `preview --refresh`, and run `up`")),
        }
    }
}

/// The region that is left: the one that is named, or the only other one.
fn left(
    matches: &ArgMatches,
    invocation: &Invocation<'_>,
    environment: &str,
    to: &str,
) -> Result<String, Failure> {
    if let Some(from) = matches.get_one::<String>("from") {
        invocation.project().check_region(environment, from)?;
        return Ok(from.clone());
    }
    let regions = &invocation.project().environment(environment)?.regions;
    match regions.iter().filter(|region| *region != to).collect::<Vec<_>>().as_slice() {
        [only] => Ok((*only).clone()),
        [] => Err(Failure::usage(
            format!("`{environment}` has one region only"),
            "there is nothing to come back from",
        )),
        _ => Err(Failure::usage("which region is left?", "say it with `--from REGION`")),
    }
}
