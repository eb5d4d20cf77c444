//! `cargo xtask bench arm`: how many requests to Azure Resource Manager programs of two sizes need, on the simulator in
//! this process.
//!
//! Requests are what a real deployment waits for; the time that is shown is what client and simulator need for them
//! together, without a network.

use atp_azure::managed_identity::{FederatedIdentityCredential, UserAssignedIdentity};
use atp_azure::network::{
    NetworkSecurityGroup, RouteTable, Subnet, VirtualNetwork, VirtualNetworkAddressSpace,
};
use atp_azure::provider::{AzureProvider, AzureSettings};
use atp_azure::resources::ResourceGroup;
use atp_azure_sim::{Settings, Simulator};
use atp_iac::config::ConfigTree;
use atp_iac::engine::{Deployment, Engine, Kind, UpdateOptions};
use atp_iac::ports::SystemClock;
use atp_iac::program::Program;
use atp_iac::project::{DiskFiles, Project};
use atp_iac::provider::{Provider, Target};
use atp_iac::state::MemoryStore;
use atp_iac::testing::{carry_out, engine};
use atp_iac::{Config, Context, Output, Outputs, Result, stack};
use stacks::helpers::{BuiltInRole, roles};
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

const SUBSCRIPTION: &str = "00000000-0000-0000-0000-0000000000a4";
const PARALLEL: usize = 10;

/// How many landing zones there are.
#[derive(Config)]
struct ZonesConfig {
    /// Of 50 resources each.
    zones: u32,
}

/// What the stack gives.
#[derive(Outputs)]
struct ZonesOutputs {
    /// How many there are.
    zones: Output<u32>,
}

/// Landing zones: a group with a network, its subnets, and identities that have a role in it.
#[stack(layer = Foundation)]
fn zones(cx: &mut Context, config: ZonesConfig) -> Result<ZonesOutputs> {
    for zone in 0..config.zones {
        let add = |part: &str, number: u32| format!("zone{zone:02}-{part}{number:02}");
        let location = "westeurope";
        let group = cx.add(&add("group", 0), ResourceGroup::new(format!("rg-zone{zone:02}"), location))?.id();
        let space = VirtualNetworkAddressSpace::new([format!("10.{zone}.0.0/16")]);
        let network = VirtualNetwork::new(&group, "net", location, space);
        let network = cx.add(&add("network", 0), network)?.id();
        for number in 0..16 {
            let subnet =
                Subnet::new(&network, format!("subnet{number:02}"), format!("10.{zone}.{number}.0/24"));
            cx.add(&add("subnet", number), subnet)?;
        }
        for number in 0..4 {
            let rules = NetworkSecurityGroup::new(&group, format!("nsg{number:02}"), location);
            cx.add(&add("nsg", number), rules)?;
            cx.add(&add("routes", number), RouteTable::new(&group, format!("routes{number:02}"), location))?;
        }
        for number in 0..10 {
            let identity = UserAssignedIdentity::new(&group, format!("identity{number:02}"), location);
            let identity = cx.add(&add("identity", number), identity)?;
            let role = roles::assignment(
                SUBSCRIPTION,
                &group,
                BuiltInRole::NetworkContributor,
                &identity.principal_id(),
            )?;
            cx.add(&add("role", number), role)?;
            if number < 4 {
                let subject = format!("system:serviceaccount:default:service{number:02}");
                let trusted = FederatedIdentityCredential::new(
                    identity.id(),
                    "cluster",
                    "https://oidc.example",
                    subject,
                    ["api://AzureADTokenExchange"],
                );
                cx.add(&add("trust", number), trusted)?;
            }
        }
    }
    Ok(ZonesOutputs { zones: Output::known(config.zones) })
}

/// A phase, and what it took.
struct Row {
    phase: &'static str,
    requests: usize,
    seconds: f64,
}

struct Bench {
    simulator: Simulator,
    provider: Arc<AzureProvider>,
    engine: Engine,
    rows: Vec<Row>,
}

impl Bench {
    fn new() -> Self {
        let settings = Settings { retry_after_milliseconds: Some(0), ..Settings::default() };
        let clock = Arc::new(atp_azure_sim::SystemClock);
        let simulator = Simulator::in_memory(atp_azure::descriptors(), settings, clock);
        let settings = AzureSettings::new(atp_azure::descriptors(), SUBSCRIPTION);
        let provider = Arc::new(AzureProvider::with_transport(settings, simulator.transport()));
        let engine = engine(Arc::new(MemoryStore::new(Arc::new(SystemClock))))
            .with_provider(provider.clone())
            .with_parallel(PARALLEL);
        Bench { simulator, provider, engine, rows: Vec::new() }
    }

    fn row(&mut self, phase: &'static str, begun: Instant) {
        let seconds = begun.elapsed().as_secs_f64();
        self.rows.push(Row { phase, requests: self.simulator.requests().len(), seconds });
        self.simulator.forget_requests();
    }

    /// Deploys a program, plans it again, and reads all of it in both ways. How many resources it has.
    async fn run(&mut self, deployment: &Deployment) -> std::result::Result<usize, Box<dyn Error>> {
        let begun = Instant::now();
        let update = carry_out(&self.engine, deployment, Kind::Up, &UpdateOptions::default()).await?;
        let report = update.report.ok_or("nothing was done")?;
        if !report.is_complete() {
            return Err(format!("{:?}", report.failures).into());
        }
        self.row("apply", begun);

        let begun = Instant::now();
        let plan = self
            .engine
            .preview(deployment, Kind::Up, &UpdateOptions { refresh: false, ..UpdateOptions::default() })
            .await?
            .plan;
        if plan.has_changes() {
            return Err("a second plan has changes".into());
        }
        self.row("no-op plan", begun);

        let state = self.engine.state(deployment.name()).await?.ok_or("there is no state")?;
        let begun = Instant::now();
        for resource in state.resources() {
            let target = Target { kind: &resource.kind, id: &resource.id, inputs: &resource.inputs };
            self.provider.read(target).await?.ok_or("a resource is not there")?;
        }
        self.row("refresh one by one", begun);

        let begun = Instant::now();
        let plan = self
            .engine
            .preview(deployment, Kind::Up, &UpdateOptions { refresh: true, ..UpdateOptions::default() })
            .await?
            .plan;
        if plan.has_changes() {
            return Err("reading the cloud shows changes that nobody made".into());
        }
        self.row("refresh in bulk", begun);
        Ok(report.done.create)
    }
}

fn foundation() -> std::result::Result<Deployment, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let project = Project::find(&DiskFiles, folder)?;
    let known: Vec<&str> = stacks::PROGRAMS.iter().map(|program| program.name).collect();
    let config = project.load_config(&DiskFiles, "prod", "westeurope", "foundation", &known)?;
    let deployment = Deployment::new("prod", "westeurope", stacks::FOUNDATION, config)?;
    Ok(deployment.with_primary_regions(project.primary_regions()))
}

fn landing_zones(count: u32) -> std::result::Result<Deployment, Box<dyn Error>> {
    let mut config = ConfigTree::empty();
    config.set("zones", &count.to_string())?;
    Ok(Deployment::new("prod", "westeurope", Program::of::<Zones>(), config)?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout();
    for (name, deployment) in [("foundation", foundation()?), ("landing zones", landing_zones(20)?)] {
        let mut bench = Bench::new();
        let resources = bench.run(&deployment).await?;
        writeln!(out, "{name}: {resources} resources\n")?;
        writeln!(out, "| phase | requests | requests a resource | seconds |\n| --- | ---: | ---: | ---: |")?;
        for Row { phase, requests, seconds } in &bench.rows {
            let each = *requests as f64 / resources as f64;
            writeln!(out, "| {phase} | {requests} | {each:.2} | {seconds:.2} |")?;
        }
        let requests = |phase: &str| {
            bench.rows.iter().find(|row| row.phase == phase).map_or(0, |row| row.requests) as f64
        };
        let ratio = requests("refresh one by one") / requests("refresh in bulk");
        writeln!(out, "\na refresh in bulk needs {ratio:.1} times fewer requests\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_of_the_platform_can_be_read() {
        assert!(foundation().is_ok(), "{:?}", foundation().err());
        assert!(landing_zones(1).is_ok());
    }
}
