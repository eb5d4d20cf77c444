//! The machine that a benchmark runs on: what it is, and how busy it is, as Linux says.

use anyhow::Context;
use std::process::Command;
use std::time::{Duration, Instant};

/// A second of a processor has so many ticks in `/proc/stat` on Linux.
const TICKS: f64 = 100.0;

/// With fewer cores in use than this, the machine counts as quiet.
const QUIET: f64 = 0.2;

/// Processor seconds that the machine has spent on anything since it started.
///
/// # Errors
/// Where there is no `/proc`.
pub fn busy() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/stat").context("/proc/stat")?;
    let fields = stat.lines().next().unwrap_or_default().split_whitespace().skip(1);
    let ticks: Vec<f64> = fields.map(str::parse).collect::<Result<_, _>>()?;
    // user, nice, system, idle, iowait, irq, softirq
    let spent = |index: &usize| ticks.get(*index).copied().unwrap_or_default();
    Ok([0, 1, 2, 5, 6].iter().map(spent).sum::<f64>() / TICKS)
}

/// Waits until the machine is quiet for a second, at most so long.
///
/// # Errors
/// As [`busy`].
pub fn wait_until_quiet(at_most: Duration) -> anyhow::Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < at_most {
        let before = busy()?;
        std::thread::sleep(Duration::from_secs(1));
        if busy()? - before < QUIET {
            break;
        }
    }
    Ok(())
}

/// Processor, memory, system and compiler, for the head of a report.
pub fn describe() -> String {
    let file = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let (cpu, memory, system) = (file("/proc/cpuinfo"), file("/proc/meminfo"), file("/etc/os-release"));
    let after = |text: &str, key: &str| {
        let found = text.lines().find_map(|line| line.strip_prefix(key));
        found.unwrap_or("unknown").trim_matches([' ', '\t', ':', '=', '"']).to_owned()
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kib: f64 = after(&memory, "MemTotal").trim_end_matches(" kB").parse().unwrap_or_default();
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc = rustc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    format!(
        "{}, {cores} cores, {:.0} GiB; {}, Linux {}; {}",
        after(&cpu, "model name"),
        kib / (1024.0 * 1024.0),
        after(&system, "PRETTY_NAME"),
        file("/proc/sys/kernel/osrelease").trim(),
        rustc.unwrap_or_else(|_| "rustc unknown".to_owned()),
    )
}
