//! A worker of a race: `races ADDRESS NUMBER SEED MILLISECONDS LOG`.

use anyhow::Context as _;
use std::path::Path;
use std::time::Duration;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, number, seed, length, log] = &arguments[..] else {
        anyhow::bail!("a worker is started by a race, with its address, number, seed, time and log");
    };
    let length = Duration::from_millis(length.parse().context("how long, in milliseconds")?);
    let number = number.parse().context("the number of the worker")?;
    races::worker::work(address, number, seed.parse().context("the seed")?, length, Path::new(log)).await
}
