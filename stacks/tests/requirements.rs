//! `docs/requirements.md`: everything that it names is there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// One line of a table.
struct Requirement {
    line: usize,
    state: String,
    place: String,
    test: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn document() -> String {
    std::fs::read_to_string(root().join("docs/requirements.md")).unwrap()
}

fn requirements(text: &str) -> Vec<Requirement> {
    let rows = text.lines().enumerate().filter(|(_, line)| line.starts_with("| "));
    let rows = rows.filter(|(_, line)| !line.starts_with("| ---") && !line.starts_with("| requirement"));
    let cells =
        |line: &str| line.trim_matches('|').split('|').map(|c| c.trim().to_owned()).collect::<Vec<_>>();
    rows.map(|(index, line)| {
        let cells = cells(line);
        assert_eq!(cells.len(), 4, "line {}: requirement, state, where, test", index + 1);
        Requirement {
            line: index + 1,
            state: cells[1].clone(),
            place: cells[2].clone(),
            test: cells[3].clone(),
        }
    })
    .collect()
}

/// What stands between backticks.
fn named(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// What is wrong with `path` or `path::function`.
fn problem(name: &str) -> Option<String> {
    let (path, function) = name.split_once("::").map_or((name, None), |(path, f)| (path, Some(f)));
    let full = root().join(path);
    if !full.exists() {
        return Some(format!("`{path}` is not there"));
    }
    let function = function?;
    let text = std::fs::read_to_string(full).unwrap_or_default();
    let found =
        [format!("fn {function}("), format!("def {function}(")].iter().any(|form| text.contains(form));
    (!found).then(|| format!("`{path}` has no `{function}`"))
}

#[test]
fn everything_that_is_named_is_there() {
    let text = document();
    let mut problems = Vec::new();
    for requirement in requirements(&text) {
        let line = requirement.line;
        let (places, tests) = (named(&requirement.place), named(&requirement.test));
        match requirement.state.as_str() {
            "met" if places.is_empty() || tests.is_empty() => {
                problems.push(format!("line {line}: says where it is met, and by which test"));
            }
            "partly" if places.is_empty() => problems.push(format!("line {line}: says where")),
            "met" | "partly" | "not yet" => {}
            other => problems.push(format!("line {line}: `{other}` is not a state")),
        }
        let found = places.into_iter().chain(tests).filter_map(problem);
        problems.extend(found.map(|problem| format!("line {line}: {problem}")));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_topic_of_the_plan_is_there() {
    let text = document();
    let topics: BTreeSet<u32> = text
        .lines()
        .filter(|line| line.starts_with("## "))
        .flat_map(|line| {
            line.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_owned).collect::<Vec<_>>()
        })
        .filter_map(|word| word.strip_prefix('T').and_then(|number| number.parse().ok()))
        .collect();
    assert_eq!(topics, (1..=25).collect());
}

#[test]
fn a_name_that_is_not_there_is_found() {
    assert_eq!(problem("stacks/src/nothing.rs"), Some("`stacks/src/nothing.rs` is not there".to_owned()));
    let missing = problem("stacks/tests/requirements.rs::no_such_test");
    assert_eq!(missing, Some("`stacks/tests/requirements.rs` has no `no_such_test`".to_owned()));
    assert_eq!(problem("stacks/tests/requirements.rs::a_name_that_is_not_there_is_found"), None);
}
