//! The command line with `--cloud azure` against the simulator over TLS: sign-in, pollers and transport are those that
//! talk to Azure.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::process::Output;
use support::Served;
use tokio::process::Command;

struct Azure(Served);

impl Azure {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command =
            self.0.command(env!("CARGO_BIN_EXE_foundation_of_prod"), env!("CARGO_MANIFEST_DIR"));
        // Otherwise nothing could be destroyed.
        command.args(arguments).args(["--set", "protect=false"]);
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
    let azure = Azure(Served::start().await);
    azure.succeeds(&["up", "--yes"]).await;
    assert!(azure.0.simulator.resources().unwrap().len() > 70);
    let text = azure.succeeds(&["--refresh", "--detailed-exitcode"]).await;
    assert!(text.contains("no changes"), "{text}");
    assert!(text.contains("Azure subscription 00000000-0000-0000-0000-0000000000a4"), "{text}");
    azure.succeeds(&["destroy", "--yes"]).await;
    assert!(azure.0.simulator.is_empty().unwrap());
    assert!(!holds(azure.0.folder(), Served::SECRET.as_bytes()), "the secret was written to a file");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_not_trusted_is_one_clear_message() {
    let azure = Azure(Served::start().await);
    let mut command = azure.command(&["up", "--yes"]);
    command.env_remove(Served::AUTHORITY);
    let output = command.output().await.unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert_eq!(text.matches("error:").count(), 1, "{text}");
    assert!(text.contains("cannot be used"), "{text}");
    assert!(!text.contains(Served::SECRET), "{text}");
    assert!(azure.0.simulator.is_empty().unwrap());
}

fn holds(folder: &Path, needle: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
        if path.is_dir() {
            return holds(&path, needle);
        }
        std::fs::read(&path).unwrap().windows(needle.len()).any(|part| part == needle)
    })
}
