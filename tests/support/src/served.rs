//! A simulated Azure behind HTTPS, for programs that run in processes of their own.

use atp_azure_sim::server::{Tls, serve};
use atp_azure_sim::{Settings, Simulator};
use std::path::Path;
use tokio::net::TcpListener;
use tokio::process::Command;

const TENANT: &str = "00000000-0000-0000-0000-0000000000aa";

/// An Azure that answers as long as this process runs, and a folder for what programs write.
pub struct Served {
    /// What is behind it.
    pub simulator: Simulator,
    url: String,
    folder: tempfile::TempDir,
}

impl Served {
    /// The secret by which programs sign in.
    pub const SECRET: &str = "not-a-real-one";

    /// The variable with the authority that its certificate is of.
    pub const AUTHORITY: &str = "ATP_CERTIFICATE_AUTHORITY";

    /// An empty one, on a port of its own.
    ///
    /// # Panics
    /// When this machine gives no port or no folder.
    pub async fn start() -> Self {
        let simulator = crate::simulator(Settings { tenant: TENANT.to_owned(), ..Settings::default() });
        let tls = Tls::generate().unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("authority.pem"), tls.authority()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let served = simulator.clone();
        tokio::spawn(async move { serve(served, listener, &tls).await });
        Served { simulator, url, folder }
    }

    /// Where programs work.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A program of stacks that takes this for Azure; begun in the folder of a project.
    pub fn command(&self, program: &str, project: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(project).args(["--cloud", "azure", "--work-dir"]).arg(self.folder());
        command.env("AZURE_RESOURCE_MANAGER_ENDPOINT", &self.url).env("AZURE_AUTHORITY_HOST", &self.url);
        command.env(Self::AUTHORITY, self.folder().join("authority.pem"));
        command.env("AZURE_TENANT_ID", TENANT);
        command.env("AZURE_CLIENT_ID", "00000000-0000-0000-0000-0000000000bb");
        command.env("AZURE_CLIENT_SECRET", Self::SECRET);
        command
    }
}
