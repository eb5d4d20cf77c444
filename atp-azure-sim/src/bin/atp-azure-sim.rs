//! Serves the simulator over HTTPS on loopback.

use std::error::Error;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use atp_azure::descriptors;
use atp_azure_sim::server::{Tls, serve};
use atp_azure_sim::{ApiVersions, Settings, Simulator, SystemClock};
use clap::Parser;
use tokio::net::TcpListener;

/// A simulator of Azure Resource Manager, over HTTPS on loopback.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The port to answer on; 0 takes a free one.
    #[arg(long, default_value_t = 8443)]
    port: u16,
    /// The folder that keeps the cloud. Without it, the cloud is forgotten at the end.
    #[arg(long)]
    data: Option<PathBuf>,
    /// The file to write the certificate of the authority to, which clients have to trust.
    #[arg(long)]
    ca_file: Option<PathBuf>,
    /// How long a long-running operation takes, in milliseconds.
    #[arg(long, default_value_t = 0)]
    operation_milliseconds: u64,
    /// Accept only the api-version that the resource types were described for.
    #[arg(long)]
    strict_api_versions: bool,
    /// Refuse requests beyond the documented limits.
    #[arg(long)]
    throttle: bool,
    /// A subscription that exists; may be given more than once. Without it, every GUID is a subscription.
    #[arg(long = "subscription")]
    subscriptions: Vec<String>,
    /// The tenant that the subscriptions belong to, as a GUID. Tokens of other tenants are refused.
    #[arg(long)]
    tenant: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let strict = arguments.strict_api_versions;
    let defaults = Settings::default();
    let settings = Settings {
        operation_duration: Duration::from_millis(arguments.operation_milliseconds),
        api_versions: if strict { ApiVersions::Descriptor } else { ApiVersions::WellFormed },
        throttle: arguments.throttle,
        subscriptions: arguments.subscriptions,
        tenant: arguments.tenant.unwrap_or(defaults.tenant),
        ..defaults
    };
    let clock = Arc::new(SystemClock);
    let simulator = match &arguments.data {
        Some(folder) => Simulator::open(folder, descriptors(), settings, clock)?,
        None => Simulator::in_memory(descriptors(), settings, clock),
    };
    simulator.keep_no_log();
    let tls = Tls::generate()?;
    if let Some(file) = &arguments.ca_file {
        std::fs::write(file, tls.authority())?;
    }
    let listener = TcpListener::bind((IpAddr::V4(Ipv4Addr::LOCALHOST), arguments.port)).await?;
    let port = listener.local_addr()?.port();
    let mut output = std::io::stdout();
    writeln!(output, "https://localhost:{port}")?;
    output.flush()?;
    Ok(serve(simulator, listener, &tls).await?)
}
