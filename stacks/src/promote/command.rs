//! The command.

use super::PromotionConfig;
use super::difference::{Difference, Site, differences};
use super::gates::{self, Gate};
use async_trait::async_trait;
use atp_iac::cli::clap::{Arg, ArgAction, ArgMatches, Command};
use atp_iac::cli::{ExtraCommand, Failure, Invocation, exit};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// Says whether what runs in one environment may go to the next.
#[derive(Debug)]
pub struct Promote;

#[async_trait]
impl ExtraCommand for Promote {
    fn definition(&self) -> Command {
        let environment = |name: &'static str| Arg::new(name).long(name).value_name("NAME").required(true);
        Command::new("promote")
            .about("Says whether what runs in one environment may go to the next")
            .long_about(
                "Says whether what runs in one environment may go to the next: shows what of the configuration differs, \
                 checks the gates, and prints the command that does it. It changes nothing, and exits with 3 when a gate \
                 is closed.",
            )
            .args([
                environment("from").help("The environment that it has run in"),
                environment("to").help("The environment that it is to go to"),
                Arg::new("approved-by")
                    .long("approved-by")
                    .value_name("NAME")
                    .action(ArgAction::Append)
                    .help("Who has approved it; may be repeated"),
            ])
    }

    async fn run(&self, matches: &ArgMatches, invocation: &Invocation<'_>) -> Result<u8, Failure> {
        let text = |name: &str| matches.get_one::<String>(name).map_or("", String::as_str);
        let (source, target) = (text("from"), text("to"));
        if source == target {
            return Err(Failure::usage(
                format!("`{source}` is promoted to itself"),
                "name two environments with `--from` and `--to`",
            ));
        }
        let regions = (primary(invocation, source)?, primary(invocation, target)?);
        let approved =
            matches.get_many::<String>("approved-by").into_iter().flatten().map(|name| name.trim());
        let approved: BTreeSet<&str> = approved.filter(|name| !name.is_empty()).collect();
        let promotion = PromotionConfig::of(invocation, target, &regions.1)?;
        let (source, target) = ((source, regions.0.as_str()), (target, regions.1.as_str()));
        let differences = differences(invocation, &promotion, source, target)?;
        show_differences(invocation, source, target, &differences);
        let gates = gates(invocation, &promotion, &approved, source, target).await?;
        show_gates(invocation, &gates);
        let closed: Vec<&str> = gates.iter().filter(|gate| !gate.open).map(|gate| gate.name).collect();
        if closed.is_empty() {
            let command = format!("atp up --env {} --all-regions", target.0);
            invocation.note(&format!("all gates are open: run `{command}`"));
            return Ok(exit::DONE);
        }
        Err(Failure::refused(
            format!("gates are closed: {}", closed.join(", ")),
            "each says above what it waits for; run again when it is so",
        ))
    }
}

/// The region in which environments are compared.
fn primary(invocation: &Invocation<'_>, environment: &str) -> Result<String, Failure> {
    let found = invocation.project().environment(environment)?.primary();
    found.map(str::to_owned).ok_or_else(|| {
        Failure::usage(format!("`{environment}` has no region in `atp.yaml`"), "add one to its `regions:`")
    })
}

async fn gates(
    invocation: &Invocation<'_>,
    promotion: &PromotionConfig,
    approved: &BTreeSet<&str>,
    source: Site<'_>,
    target: Site<'_>,
) -> Result<Vec<Gate>, Failure> {
    let (here, there) =
        (gates::standing(invocation, source).await?, gates::standing(invocation, target).await?);
    Ok(vec![
        gates::approved(promotion, approved),
        gates::source_deployed(&here),
        gates::source_ended(&here),
        gates::contracts("source-contracts", &here),
        gates::drift("source-drift", &here),
        gates::source_current(invocation, source).await?,
        gates::drift("target-drift", &there),
        gates::target_plan(invocation, target).await?,
    ])
}

fn show_differences(invocation: &Invocation<'_>, source: Site<'_>, target: Site<'_>, all: &[Difference]) {
    if invocation.json() {
        for Difference { stack, path, source, target, expected } in all {
            let side = |side: &super::difference::Side| json!({"value": side.value, "place": side.place});
            event(
                invocation,
                json!({
                    "event": "config_difference", "stack": stack, "path": path, "from": side(source),
                    "to": side(target), "expected": expected,
                }),
            );
        }
        return;
    }
    let (shown, expected): (Vec<&Difference>, Vec<&Difference>) =
        all.iter().partition(|difference| invocation.verbose() || !difference.expected);
    invocation.data(&format!("{} in {} -> {} in {}\n", source.0, source.1, target.0, target.1));
    for Difference { stack, path, source, target, expected } in shown {
        let mark = if *expected { "  (expected)" } else { "" };
        invocation.data(&format!("{stack}.{path}: {} -> {}{mark}\n", source.value, target.value));
        let places =
            [&source.place, &target.place].map(|place| if place.is_empty() { "nowhere" } else { place });
        invocation.data(&format!("    {} -> {}\n", places[0], places[1]));
    }
    if !expected.is_empty() {
        let count = expected.len();
        invocation
            .note(&format!("{count} more values differ as the configuration says; `--verbose` shows them"));
    }
}

fn show_gates(invocation: &Invocation<'_>, gates: &[Gate]) {
    for Gate { name, open, why } in gates {
        let word = if *open { "open" } else { "closed" };
        match invocation.json() {
            true => event(invocation, json!({"event": "gate", "name": name, "open": open, "why": why})),
            false => invocation.data(&format!("{word:<6}  {name:<16}  {why}\n")),
        }
    }
}

fn event(invocation: &Invocation<'_>, event: Json) {
    invocation.data(&format!("{event}\n"));
}
