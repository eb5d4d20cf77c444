//! What a benchmark prints.

use super::{Phase, Shape};
use anyhow::Context;
use clap::ValueEnum;
use serde_json::{Value, json};
use std::fmt::Write;
use std::time::Duration;

/// What one phase took.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    wall_s: f64,
    cpu_s: f64,
    peak_mib: f64,
}

/// What all phases took.
pub struct Report {
    pub shape: Shape,
    pub n: u32,
    pub state_bytes: u64,
    pub phases: Vec<(Phase, Measured)>,
}

impl Measured {
    /// Processor time and peak memory of this process so far, as Linux tells them.
    ///
    /// # Errors
    /// Where there is no `/proc`.
    pub fn of_this_process(wall: Duration) -> anyhow::Result<Self> {
        // proc(5): fields 14 and 15, after the name in parentheses; in ticks, of which a second has 100 on Linux.
        let stat = std::fs::read_to_string("/proc/self/stat")?;
        let (_, fields) = stat.rsplit_once(')').context("stat without a name")?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let ticks = |index: usize| -> anyhow::Result<f64> {
            Ok(fields.get(index).context("stat is short")?.parse()?)
        };
        let cpu_s = (ticks(11)? + ticks(12)?) / 100.0;
        let status = std::fs::read_to_string("/proc/self/status")?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
        let kib: f64 = peak.trim().trim_end_matches("kB").trim().parse()?;
        Ok(Measured { wall_s: wall.as_secs_f64(), cpu_s, peak_mib: kib / 1024.0 })
    }

    pub fn json(&self) -> Value {
        json!({"wall_s": round(self.wall_s), "cpu_s": round(self.cpu_s), "peak_mib": round(self.peak_mib)})
    }

    pub fn parse(line: &[u8]) -> anyhow::Result<Self> {
        let value: Value = serde_json::from_slice(line)?;
        let number = |key: &str| value[key].as_f64().with_context(|| format!("`{key}` is missing"));
        Ok(Measured { wall_s: number("wall_s")?, cpu_s: number("cpu_s")?, peak_mib: number("peak_mib")? })
    }
}

impl Report {
    pub fn json(&self) -> Value {
        let phases: Vec<Value> = self
            .phases
            .iter()
            .map(|(phase, measured)| {
                let mut object = json!({"phase": name(*phase)});
                if let (Some(object), Some(numbers)) = (object.as_object_mut(), measured.json().as_object()) {
                    object.extend(numbers.clone());
                }
                object
            })
            .collect();
        json!({"shape": self.shape.name(), "n": self.n, "state_bytes": self.state_bytes, "phases": phases})
    }

    pub fn table(&self) -> String {
        let mut text = format!("{} of {} resources\n\n", self.shape.name(), self.n);
        let _ = writeln!(text, "| phase | wall s | cpu s | peak MiB |\n| --- | ---: | ---: | ---: |");
        for (phase, Measured { wall_s, cpu_s, peak_mib }) in &self.phases {
            let _ = writeln!(text, "| {} | {wall_s:.2} | {cpu_s:.2} | {peak_mib:.0} |", name(*phase));
        }
        let each = self.state_bytes / u64::from(self.n.max(1));
        let _ = writeln!(text, "\nstate: {} bytes, {each} a resource", self.state_bytes);
        text
    }
}

/// The name of a phase on the command line and in JSON.
pub fn name(phase: Phase) -> String {
    phase.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

fn round(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}
