//! A worker of a race: `races work|share ADDRESS NUMBER SEED MILLISECONDS LOG`.

use anyhow::Context as _;
use std::path::Path;
use std::time::Duration;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [way, address, number, seed, length, log] = &arguments[..] else {
        anyhow::bail!("a worker is started by a race, with its way, address, number, seed, time and log");
    };
    let length = Duration::from_millis(length.parse().context("how long, in milliseconds")?);
    let number = number.parse().context("the number of the worker")?;
    let (seed, log) = (seed.parse().context("the seed")?, Path::new(log));
    match way.as_str() {
        "work" => races::worker::work(address, number, seed, length, log).await,
        "share" => races::sharer::work(address, number, seed, length, log).await,
        other => anyhow::bail!("a worker works or shares; `{other}` is no way"),
    }
}
