//! The engine in a program of one's own: `cargo run -p examples --bin embedding -- anna bert`.

use atp_azure_sim::{Settings, Simulator, SystemClock};
use examples::embedding;
use std::io::Write;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let users: Vec<String> = std::env::args().skip(1).collect();
    let users = if users.is_empty() { vec!["anna".to_owned()] } else { users };
    let settings = Settings { retry_after_milliseconds: Some(0), ..Settings::default() };
    let simulator = Simulator::in_memory(atp_azure::descriptors(), settings, Arc::new(SystemClock));
    let folder = tempfile::tempdir()?;
    let engine = embedding::engine(&simulator, &folder.path().join("secret.key"));
    let mut lines = Vec::new();
    let update =
        embedding::update(&engine, &embedding::deployment(users)?, 0, &mut |line| lines.push(line)).await?;
    let mut out = std::io::stdout();
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    for (user, client) in &update.outputs {
        writeln!(out, "{user} signs in as {}", client.as_str().unwrap_or("?"))?;
    }
    Ok(())
}
