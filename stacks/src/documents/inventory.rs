//! How many resources there are of each type.

use super::Estate;
use super::table::table;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

pub(super) fn document(estate: &Estate) -> String {
    let mut text = String::new();
    for site in estate.sites() {
        let stacks: Vec<&str> = estate.stacks(site).map(|planned| planned.program.name).collect();
        let mut counts: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        let mut groups = BTreeSet::new();
        for found in estate.resources(site) {
            *counts.entry(found.operation.kind.as_str()).or_default().entry(found.stack).or_default() += 1;
            if found.operation.kind == "Microsoft.Resources/resourceGroups" {
                groups.insert(found.text("name"));
            }
        }
        let cell = |count: usize| if count == 0 { String::new() } else { count.to_string() };
        let total = |of: &BTreeMap<&str, usize>| of.values().sum::<usize>();
        let row = |name: &str, of: &BTreeMap<&str, usize>| {
            let cells = stacks.iter().map(|stack| cell(of.get(stack).copied().unwrap_or(0)));
            std::iter::once(name.to_owned()).chain(cells).chain([total(of).to_string()]).collect::<Vec<_>>()
        };
        let mut sums: BTreeMap<&str, usize> = BTreeMap::new();
        for (stack, count) in counts.values().flatten() {
            *sums.entry(stack).or_default() += count;
        }
        let rows = counts.iter().map(|(kind, of)| row(kind, of)).chain([row("all", &sums)]);
        let columns: Vec<&str> = ["type"].into_iter().chain(stacks.iter().copied()).chain(["all"]).collect();
        let groups: Vec<String> = groups.into_iter().collect();
        let _ = write!(
            text,
            "## {}\n\n{} resources of {} types, in the resource groups {}.\n\n{}\n",
            site.title(),
            total(&sums),
            counts.len(),
            groups.join(", "),
            table(&columns, rows)
        );
    }
    text
}
