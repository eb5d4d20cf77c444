//! What a benchmark prints: a table for each shape, and how much ten times the resources cost.

use super::measure::Measured;
use super::phase::Phase;
use super::shape::Shape;
use super::terraform::Terraform;
use super::{EngineBench, machine};
use std::fmt::Write;

/// Everything that was measured.
pub struct Report {
    head: String,
    next_to: Option<String>,
    pub rows: Vec<Row>,
}

/// One phase of one shape and number.
pub struct Row {
    pub shape: Shape,
    pub n: u32,
    pub phase: Phase,
    pub ours: Measured,
    pub state_bytes: Option<u64>,
    pub terraform: Option<Outcome>,
    pub terraform_state_bytes: Option<u64>,
}

/// How a command of Terraform ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// It did what it should.
    Finished(Measured),
    /// It was killed at the limit; it had taken so much then.
    Killed(Measured),
    /// It was not started: it could not have come to its end.
    NotTried,
}

impl Outcome {
    pub fn of(measured: Measured) -> Self {
        if measured.exit.is_some() { Outcome::Finished(measured) } else { Outcome::Killed(measured) }
    }
}

impl Report {
    pub fn new(bench: &EngineBench, terraform: Option<&Terraform>) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        let tools = terraform.map_or(String::new(), |terraform| format!(", {}", terraform.version));
        let head = format!(
            "atp-iac {version}{tools}, {} calls at a time, at most {} s for a command of Terraform.\nMachine: {}.\n",
            bench.parallel,
            bench.limit,
            machine::describe()
        );
        Report { head, next_to: terraform.map(|terraform| terraform.version.clone()), rows: Vec::new() }
    }

    /// What is known before Terraform is started: it is no use where fewer resources took so long that it cannot come to
    /// its end even if it grew no faster than their number.
    pub fn expectation(&self, shape: Shape, n: u32, phase: Phase, limit: u64) -> Option<Outcome> {
        let fewer =
            self.rows.iter().rev().find(|row| {
                (row.shape, row.phase) == (shape, phase) && row.n < n && row.terraform.is_some()
            })?;
        match fewer.terraform? {
            Outcome::Finished(measured) => {
                let expected = measured.wall_s * f64::from(n) / f64::from(fewer.n);
                (expected > limit as f64).then_some(Outcome::NotTried)
            }
            Outcome::Killed(_) | Outcome::NotTried => Some(Outcome::NotTried),
        }
    }

    pub fn of_terraform(&mut self, shape: Shape, n: u32, phase: Phase, outcome: Outcome, state: Option<u64>) {
        let row = self.rows.iter_mut().find(|row| (row.shape, row.n, row.phase) == (shape, n, phase));
        if let Some(row) = row {
            row.terraform = Some(outcome);
            row.terraform_state_bytes = state;
        }
    }

    pub fn markdown(&self) -> String {
        let mut text = self.head.clone();
        // Writing to a string cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let mut shapes: Vec<Shape> = self.rows.iter().map(|row| row.shape).collect();
        shapes.dedup();
        for shape in shapes {
            writeln!(text, "\n### {}\n", shape.name())?;
            write!(
                text,
                "| resources | phase | wall s | CPU s | peak MiB | state, bytes each | others, cores |"
            )?;
            let mut rule = "| ---: | --- | ---: | ---: | ---: | ---: | ---: |".to_owned();
            if self.next_to.is_some() {
                write!(text, " Terraform: wall s | CPU s | peak MiB | state, bytes each |")?;
                write!(text, " times as long | CPU | memory |")?;
                rule.push_str(" ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
            }
            writeln!(text, "\n{rule}")?;
            for row in self.rows.iter().filter(|row| row.shape == shape) {
                row.write(text)?;
            }
        }
        self.write_growth(text)
    }

    /// What ten times the resources cost, in processor time.
    fn write_growth(&self, text: &mut String) -> std::fmt::Result {
        let of = |row: &Row, n: u32| {
            let same = |other: &&Row| (other.shape, other.phase, other.n) == (row.shape, row.phase, n);
            self.rows.iter().find(same).map(|row| row.ours.cpu_s)
        };
        let grown = self.rows.iter().filter_map(|row| {
            let ten_times = of(row, row.n.checked_mul(10)?)?;
            Some((row, ten_times / row.ours.cpu_s))
        });
        let mut grown = grown.peekable();
        if grown.peek().is_none() {
            return Ok(());
        }
        writeln!(text, "\n### Ten times the resources\n\n| shape | phase | from | to | CPU, times |")?;
        writeln!(text, "| --- | --- | ---: | ---: | ---: |")?;
        for (row, times) in grown {
            let (shape, phase) = (row.shape.name(), row.phase.title());
            writeln!(text, "| {shape} | {phase} | {} | {} | {times:.1} |", row.n, row.n * 10)?;
        }
        Ok(())
    }
}

impl Row {
    fn write(&self, text: &mut String) -> std::fmt::Result {
        let Measured { wall_s, cpu_s, peak_mib, .. } = self.ours;
        let each = |bytes: Option<u64>| {
            bytes.map_or(String::new(), |bytes| (bytes / u64::from(self.n.max(1))).to_string())
        };
        let others = match self.terraform {
            Some(Outcome::Finished(theirs) | Outcome::Killed(theirs)) => theirs.others.max(self.ours.others),
            _ => self.ours.others,
        };
        write!(text, "| {} | {} | {wall_s:.2} | {cpu_s:.2} | {peak_mib:.0} |", self.n, self.phase.title())?;
        write!(text, " {} | {others:.1} |", each(self.state_bytes))?;
        let theirs = each(self.terraform_state_bytes);
        match self.terraform {
            None => {}
            Some(Outcome::Finished(Measured { wall_s: wall, cpu_s: cpu, peak_mib: peak, .. })) => {
                write!(text, " {wall:.2} | {cpu:.2} | {peak:.0} | {theirs} |")?;
                write!(text, " {:.0} | {:.0} | {:.0} |", wall / wall_s, cpu / cpu_s, peak / peak_mib)?;
            }
            Some(Outcome::Killed(Measured { wall_s: wall, cpu_s: cpu, peak_mib: peak, .. })) => {
                write!(text, " killed after {wall:.0} | > {cpu:.0} | > {peak:.0} | |")?;
                write!(text, " > {:.0} | > {:.0} | > {:.0} |", wall / wall_s, cpu / cpu_s, peak / peak_mib)?;
            }
            Some(Outcome::NotTried) => write!(text, " not tried | | | | | | |")?,
        }
        writeln!(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(wall_s: f64) -> Measured {
        Measured { exit: Some(0), wall_s, cpu_s: wall_s, peak_mib: 10.0, others: 0.0 }
    }

    fn report(rows: &[(u32, Outcome)]) -> Report {
        let row = |(n, outcome): &(u32, Outcome)| Row {
            shape: Shape::Dag,
            n: *n,
            phase: Phase::Apply,
            ours: measured(f64::from(*n) / 1000.0),
            state_bytes: Some(600 * u64::from(*n)),
            terraform: Some(*outcome),
            terraform_state_bytes: Some(3900 * u64::from(*n)),
        };
        let rows = rows.iter().map(row).collect();
        Report { head: "Machine: small.\n".into(), next_to: Some("Terraform v1".into()), rows }
    }

    #[test]
    fn each_row_says_how_much_more_terraform_takes() {
        let killed = Outcome::Killed(Measured { exit: None, ..measured(120.0) });
        let text = report(&[(1000, Outcome::Finished(measured(31.0))), (10_000, killed)]).markdown();
        let lines: Vec<&str> = text.lines().filter(|line| line.contains("| apply |")).collect();
        assert_eq!(
            lines,
            [
                "| 1000 | apply | 1.00 | 1.00 | 10 | 600 | 0.0 | 31.00 | 31.00 | 10 | 3900 | 31 | 31 | 1 |",
                "| 10000 | apply | 10.00 | 10.00 | 10 | 600 | 0.0 | killed after 120 | > 120 | > 10 | | > 12 | > 12 | > 1 |",
                "| dag | apply | 1000 | 10000 | 10.0 |",
            ]
        );
    }

    #[test]
    fn what_cannot_come_to_its_end_is_not_tried() {
        let found = |outcome| report(&[(1000, outcome)]).expectation(Shape::Dag, 10_000, Phase::Apply, 120);
        assert_eq!(found(Outcome::Finished(measured(11.0))), None);
        assert_eq!(found(Outcome::Finished(measured(13.0))), Some(Outcome::NotTried));
        assert_eq!(found(Outcome::Killed(measured(120.0))), Some(Outcome::NotTried));
        assert_eq!(report(&[]).expectation(Shape::Dag, 10_000, Phase::Apply, 120), None);
    }
}
