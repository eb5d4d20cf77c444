//! Serves the simulator over HTTPS on loopback.

use std::error::Error;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use atp_azure::descriptors;
use atp_azure_sim::server::{Tls, serve};
use atp_azure_sim::{ApiVersions, FaultScript, Grant, Latency, Settings, Simulator, SystemClock};
use clap::Parser;
use tokio::net::TcpListener;

/// A simulator of Azure Resource Manager, over HTTPS on loopback. It prints its URL when it is ready.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The port to answer on; 0 takes a free one.
    #[arg(long, default_value_t = 8443)]
    port: u16,
    /// The folder that keeps the cloud. Without it, the cloud is forgotten at the end.
    #[arg(long, value_name = "FOLDER", alias = "data")]
    state: Option<PathBuf>,
    /// The file to write the certificate of the authority to, which clients have to trust.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// A script of faults, in YAML or JSON.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// How long operations take: `instant`, `realistic`, or a file in YAML or JSON.
    #[arg(long, value_name = "PROFILE|FILE", default_value = "instant")]
    latency: String,
    /// How long an operation takes of which the latency says nothing, in milliseconds.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    operation_milliseconds: u64,
    /// The seed of ids, chances and durations.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
    /// Accept only the api-version that the resource types were described for.
    #[arg(long)]
    strict_api_versions: bool,
    /// Refuse requests beyond the documented limits.
    #[arg(long)]
    throttle: bool,
    /// Keep the names of deleted vaults until they are recovered or purged.
    #[arg(long)]
    soft_delete: bool,
    /// Let no resource provider be registered at the start.
    #[arg(long)]
    unregistered_providers: bool,
    /// A right of a client, which may then do nothing else, such as `me:Reader:/subscriptions/{id}`; may be given more than
    /// once. The role is a built-in one's name or an id, and the scope `/` is all of the tenant.
    #[arg(long = "grant", value_name = "CLIENT:ROLE:SCOPE", value_parser = grant)]
    grants: Vec<Grant>,
    /// Let clients do only what grants and role assignments allow.
    #[arg(long)]
    enforce_roles: bool,
    /// A subscription that exists; may be given more than once. Without it, every GUID is a subscription.
    #[arg(long = "subscription", value_name = "GUID")]
    subscriptions: Vec<String>,
    /// The tenant that the subscriptions belong to. Tokens of other tenants are refused.
    #[arg(long, value_name = "GUID")]
    tenant: Option<String>,
}

fn grant(text: &str) -> Result<Grant, String> {
    match text.split(':').collect::<Vec<_>>().as_slice() {
        [client, role, scope] if !client.is_empty() && !role.is_empty() && scope.starts_with('/') => {
            Ok(Grant {
                principal: Simulator::principal(client),
                role: (*role).to_owned(),
                scope: (*scope).to_owned(),
            })
        }
        _ => Err("a grant is CLIENT:ROLE:SCOPE, and the scope begins with a slash".to_owned()),
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = format!("error: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                text.push_str(&format!(": {cause}"));
                source = cause.source();
            }
            // Nobody is left to tell when this fails.
            let _ = writeln!(std::io::stderr(), "{text}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let strict = arguments.strict_api_versions;
    let defaults = Settings::default();
    let settings = Settings {
        operation_duration: Duration::from_millis(arguments.operation_milliseconds),
        latency: latency(&arguments.latency)?,
        api_versions: if strict { ApiVersions::Descriptor } else { ApiVersions::WellFormed },
        throttle: arguments.throttle,
        providers_registered: !arguments.unregistered_providers,
        grants: arguments.grants,
        enforce_roles: arguments.enforce_roles,
        soft_delete: arguments.soft_delete,
        subscriptions: arguments.subscriptions,
        tenant: arguments.tenant.unwrap_or(defaults.tenant),
        seed: arguments.seed,
        ..defaults
    };
    let clock = Arc::new(SystemClock);
    let simulator = match &arguments.state {
        Some(folder) => Simulator::open(folder, descriptors(), settings, clock)?,
        None => Simulator::in_memory(descriptors(), settings, clock),
    };
    if let Some(file) = &arguments.faults {
        simulator.play(FaultScript::parse(&read(file)?, &file.display().to_string())?);
    }
    simulator.keep_no_log();
    let tls = Tls::generate()?;
    if let Some(file) = &arguments.ca_file {
        std::fs::write(file, tls.authority())
            .map_err(|error| format!("cannot write the certificate to {}: {error}", file.display()))?;
    }
    let listener =
        TcpListener::bind((IpAddr::V4(Ipv4Addr::LOCALHOST), arguments.port)).await.map_err(|error| {
            format!("cannot answer on port {}: {error}; `--port 0` takes a free one", arguments.port)
        })?;
    let port = listener.local_addr()?.port();
    let mut output = std::io::stdout();
    writeln!(output, "https://localhost:{port}")?;
    output.flush()?;
    Ok(serve(simulator, listener, &tls).await?)
}

fn latency(text: &str) -> Result<Latency, Box<dyn Error>> {
    if let Some(latency) = Latency::named(text) {
        return Ok(latency);
    }
    let profiles = Latency::PROFILES.join(" and ");
    let file = read(Path::new(text)).map_err(|error| format!("{error}; the profiles are {profiles}"))?;
    Ok(Latency::parse(&file, text)?)
}

fn read(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| format!("cannot read {}: {error}", file.display()))
}
