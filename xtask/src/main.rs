//! Tasks of this repository: `cargo xtask generate`, `cargo xtask bench`, `cargo xtask contract`, `cargo xtask
//! scenarios`.

mod bench;
mod contract;
mod generate;
mod numbered;
mod scenarios;

use clap::{Parser, Subcommand};
use std::io::Write;
use std::path::PathBuf;

/// Tasks of this repository.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Writes the typed Azure resources from the schema facts.
    Generate {
        /// The folder with `index.json`.
        #[arg(long, env = generate::SCHEMAS_VARIABLE)]
        schemas: Option<PathBuf>,
        /// Changes nothing; fails and names the files that differ.
        #[arg(long)]
        check: bool,
    },
    /// Measures; in a release build.
    #[command(subcommand)]
    Bench(BenchTask),
    /// Says which facts of the wire contract have tests; fails when one has none.
    Contract,
    /// Says which scenarios of the engine and the state have tests; fails when one has none.
    Scenarios,
}

#[derive(Subcommand)]
enum BenchTask {
    /// The engine on a cloud in memory and the local state store.
    Engine(bench::EngineBench),
    /// The requests to Azure Resource Manager, on the simulator.
    Arm,
    /// The bytes and requests of an operation in each store of states.
    State,
    /// One phase of it.
    #[command(hide = true)]
    Phase(bench::PhaseArguments),
    /// What one command takes.
    #[command(hide = true)]
    Measure(bench::MeasureArguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::Generate { schemas, check } => {
            let schemas = generate::schemas_folder(schemas)?;
            let tree = generate::tree(&schemas)?;
            let report = if check { tree.check()? } else { tree.write()? };
            writeln!(std::io::stdout(), "{report}")?;
            Ok(())
        }
        Task::Bench(BenchTask::Engine(arguments)) => bench::engine(&arguments, &mut std::io::stdout()),
        Task::Bench(BenchTask::Arm) => bench::arm(),
        Task::Bench(BenchTask::State) => bench::state(),
        Task::Bench(BenchTask::Phase(arguments)) => bench::run_phase(&arguments),
        Task::Bench(BenchTask::Measure(arguments)) => bench::run_measure(&arguments, &mut std::io::stdout()),
        Task::Contract => contract::contract(&mut std::io::stdout()),
        Task::Scenarios => scenarios::scenarios(&mut std::io::stdout()),
    }
}
