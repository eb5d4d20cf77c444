//! The stacks in their layers, and which refers to which.

use super::svg::{Area, Drawing};
use crate::PROGRAMS;
use atp_iac::program::Program;
use std::collections::{BTreeMap, BTreeSet};

const BOX: (i32, i32) = (150, 44);
const GAP: i32 = 60;
const ROW: i32 = 130;
const LEFT: i32 = 150;
const TOP: i32 = 30;

pub(super) fn drawing() -> String {
    let rows = rows();
    let widest = rows.iter().map(|(_, row)| row.len()).max().unwrap_or(1);
    let width = span(widest);
    let mut drawing = Drawing::default();
    let mut places: BTreeMap<&str, (i32, i32)> = BTreeMap::new();
    for (line, (layer, row)) in (0..).zip(&rows) {
        let y = TOP + line * ROW;
        drawing.area("lane", Area { x: 10, y: y - 15, width: LEFT + width + 10, height: BOX.1 + 30 });
        drawing.text("small", 24, y + BOX.1 / 2 + 4, layer);
        let start = LEFT + (width - span(row.len())) / 2;
        for (place, program) in (0..).zip(row) {
            places.insert(program.name, (start + place * (BOX.0 + GAP), y));
        }
    }
    let mut lane = LEFT + width + 10;
    for program in PROGRAMS {
        for other in shown(program) {
            let (Some(from), Some(to)) = (places.get(program.name), places.get(other)) else { continue };
            if to.1 - from.1 > ROW {
                // Past the boxes between them.
                lane += GAP / 4;
                let middle = BOX.1 / 2;
                drawing.arrow_around((from.0 + BOX.0, from.1 + middle), lane, (to.0 + BOX.0, to.1 + middle));
                continue;
            }
            let lean = (to.0 - from.0).signum() * 30;
            drawing.arrow((from.0 + BOX.0 / 2 + lean, from.1 + BOX.1), (to.0 + BOX.0 / 2 - lean, to.1));
        }
    }
    for (name, (x, y)) in &places {
        drawing.area("box", Area { x: *x, y: *y, width: BOX.0, height: BOX.1 });
        let elsewhere = elsewhere(name);
        let middle = x + BOX.0 / 2;
        if elsewhere.is_empty() {
            drawing.centered("", middle, y + BOX.1 / 2 + 5, name);
        } else {
            drawing.centered("", middle, y + 19, name);
            drawing.centered("small", middle, y + 35, &format!("primary: {}", elsewhere.join(", ")));
        }
    }
    drawing.finish()
}

fn span(boxes: usize) -> i32 {
    let boxes = i32::try_from(boxes).unwrap_or(1);
    boxes * BOX.0 + (boxes - 1).max(0) * GAP
}

/// The layers, the highest first, each with its stacks.
fn rows() -> Vec<(&'static str, Vec<&'static Program>)> {
    let mut rows: BTreeMap<u8, (&str, Vec<&Program>)> = BTreeMap::new();
    for program in PROGRAMS {
        rows.entry(program.rank).or_insert((program.layer, Vec::new())).1.push(program);
    }
    rows.into_values().rev().collect()
}

/// The stacks that an arrow leads to. What follows from other arrows is left out.
fn shown(program: &Program) -> Vec<&'static str> {
    let direct = direct(program.name);
    let implied: BTreeSet<&str> = direct.iter().flat_map(|other| reached(other)).collect();
    direct.difference(&implied).copied().collect()
}

/// The stacks of other places that a stack refers to.
fn elsewhere(name: &str) -> Vec<&'static str> {
    let program = PROGRAMS.iter().find(|program| program.name == name);
    let references = program.map_or(&[] as &[_], |program| program.references);
    references
        .iter()
        .filter(|reference| !reference.place.is_here())
        .map(|reference| reference.stack)
        .collect()
}

/// The stacks of the same place that a stack refers to.
fn direct(name: &str) -> BTreeSet<&'static str> {
    let program = PROGRAMS.iter().find(|program| program.name == name);
    let references = program.map_or(&[] as &[_], |program| program.references);
    references.iter().filter(|reference| reference.place.is_here()).map(|reference| reference.stack).collect()
}

/// Those, and what they refer to in turn. References only lead to lower layers, so this ends.
fn reached(name: &str) -> BTreeSet<&'static str> {
    let direct = direct(name);
    let below: BTreeSet<&str> = direct.iter().flat_map(|other| reached(other)).collect();
    direct.union(&below).copied().collect()
}
