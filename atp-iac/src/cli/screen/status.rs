//! How stacks stand.

use super::labels::Labels;
use super::look::{clean, moment, seconds};
use crate::StackName;
use crate::estate::{Instance, Status};
use crate::state::{LastUpdate, Outcome};
use std::fmt::Write as _;
use time::OffsetDateTime;

/// A table of stacks. `without_program` are those that no program is there for.
pub(in crate::cli) fn status(all: &[Status], without_program: &[StackName], labels: &Labels) -> String {
    let drift = all.iter().any(|status| status.drifted.is_some());
    let mut rows = vec![["STACK", "RESOURCES", "CONTRACT", "LAST UPDATE"].map(str::to_owned).to_vec()];
    if drift {
        rows[0].insert(2, "DRIFTED".to_owned());
    }
    let mut notes = String::new();
    for status in all {
        let label = labels.of(&status.stack);
        let mut row = vec![label.to_owned(), resources(status), contract(status), last(status)];
        if drift {
            row.insert(2, status.drifted.map_or_else(|| "-".to_owned(), |count| count.to_string()));
        }
        rows.push(row);
        for note in self::notes(status, without_program) {
            let _ = writeln!(notes, "{label}: {}", clean(&note));
        }
    }
    let mut text = table(&rows);
    if !notes.is_empty() {
        let _ = write!(text, "\n{notes}");
    }
    text
}

fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{:<width$}", clean(cell)));
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    text
}

fn resources(status: &Status) -> String {
    if status.is_deployed() { status.resources.to_string() } else { "not deployed".to_owned() }
}

fn contract(status: &Status) -> String {
    match status.contract {
        None => "-".to_owned(),
        // As much of it as tells two apart.
        Some(contract) => {
            let word =
                if status.is_outdated || !status.outdated_for.is_empty() { "outdated" } else { "up to date" };
            format!("{:08x} {word}", contract >> 32)
        }
    }
}

fn last(status: &Status) -> String {
    let Some(LastUpdate { operation, at, by, result, .. }) = &status.last else { return "-".to_owned() };
    let time = moment(*at);
    let result = match (result, &status.holder) {
        (Some(Outcome::Done), _) => "done",
        (Some(Outcome::Failed), _) => "failed",
        (Some(Outcome::Interrupted), _) => "interrupted",
        (None, Some(_)) => "running",
        (None, None) => "cut off",
    };
    format!("{time} {operation} by {}: {result}", by.who)
}

fn notes(status: &Status, without_program: &[StackName]) -> Vec<String> {
    let mut notes = Vec::new();
    if without_program.contains(&status.stack) {
        notes.push("it is deployed, and no program or region here is for it".to_owned());
    }
    if !status.outdated_for.is_empty() {
        notes.push(format!(
            "compiled against other outputs than those that are deployed: {}; run `up` on it first",
            status.outdated_for.join(", ")
        ));
    }
    match status.open {
        0 => {}
        1 => {
            notes.push("an earlier run left 1 call open; the next run looks up what became of it".to_owned())
        }
        open => {
            notes.push(format!(
                "an earlier run left {open} calls open; the next run looks up what became of them"
            ));
        }
    }
    if let Some(holder) = &status.holder {
        notes.push(format!("locked by {holder}"));
    }
    notes
}

/// The instances whose time is over.
pub(in crate::cli) fn expired(all: &[Instance], now: OffsetDateTime) -> String {
    let mut text = String::new();
    for Instance { environment, updated, time_to_live, stacks } in all {
        let age = (now - *updated).try_into().unwrap_or_default();
        let _ = writeln!(
            text,
            "{}  {} stacks, updated {} ago, may live {}",
            clean(environment),
            stacks.len(),
            seconds(age),
            seconds(*time_to_live)
        );
    }
    text
}
