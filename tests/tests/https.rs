//! The command line with `--cloud azure` against the simulator over TLS: sign-in, pollers and transport are those that
//! talk to Azure.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use atp_azure_sim::server::{Tls, serve};
use atp_azure_sim::{Settings, Simulator, SystemClock};
use std::path::Path;
use std::process::Output;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::process::Command;

const TENANT: &str = "00000000-0000-0000-0000-0000000000aa";

struct Azure {
    simulator: Simulator,
    url: String,
    folder: tempfile::TempDir,
}

impl Azure {
    async fn start() -> Self {
        let (tenant, retry_after_milliseconds) = (TENANT.to_owned(), Some(0));
        let settings = Settings { tenant, retry_after_milliseconds, ..Settings::default() };
        let simulator = Simulator::in_memory(atp_azure::descriptors(), settings, Arc::new(SystemClock));
        let tls = Tls::generate().unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("authority.pem"), tls.authority()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let served = simulator.clone();
        tokio::spawn(async move { serve(served, listener, &tls).await });
        Azure { simulator, url, folder }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_foundation_of_prod"));
        command.current_dir(env!("CARGO_MANIFEST_DIR"));
        command.args(["--cloud", "azure", "--work-dir"]).arg(self.folder.path()).args(arguments);
        // Otherwise nothing could be destroyed.
        command.args(["--set", "protect=false"]);
        command.env("AZURE_RESOURCE_MANAGER_ENDPOINT", &self.url).env("AZURE_AUTHORITY_HOST", &self.url);
        command.env("ATP_CERTIFICATE_AUTHORITY", self.folder.path().join("authority.pem"));
        command.env("AZURE_TENANT_ID", TENANT);
        command.env("AZURE_CLIENT_ID", "00000000-0000-0000-0000-0000000000bb");
        command.env("AZURE_CLIENT_SECRET", "not-a-real-one");
        command
    }

    async fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().await.unwrap()
    }

    async fn succeeds(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?} failed\n{text}");
        text
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_foundation_is_deployed_and_destroyed_over_https_with_a_client_secret() {
    let azure = Azure::start().await;
    azure.succeeds(&["up", "--yes"]).await;
    assert!(azure.simulator.resources().unwrap().len() > 70);
    let text = azure.succeeds(&["--refresh", "--detailed-exitcode"]).await;
    assert!(text.contains("no changes"), "{text}");
    assert!(text.contains("Azure subscription 00000000-0000-0000-0000-0000000000a4"), "{text}");
    azure.succeeds(&["destroy", "--yes"]).await;
    assert!(azure.simulator.is_empty().unwrap());
    assert!(!holds(azure.folder.path(), b"not-a-real-one"), "the secret was written to a file");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_not_trusted_is_one_clear_message() {
    let azure = Azure::start().await;
    let mut command = azure.command(&["up", "--yes"]);
    command.env_remove("ATP_CERTIFICATE_AUTHORITY");
    let output = command.output().await.unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert_eq!(text.matches("error:").count(), 1, "{text}");
    assert!(text.contains("cannot be used"), "{text}");
    assert!(!text.contains("not-a-real-one"), "{text}");
    assert!(azure.simulator.is_empty().unwrap());
}

fn holds(folder: &Path, needle: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
        if path.is_dir() {
            return holds(&path, needle);
        }
        std::fs::read(&path).unwrap().windows(needle.len()).any(|part| part == needle)
    })
}
