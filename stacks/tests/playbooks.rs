//! `docs/playbooks/`: every command line in them is one that the program understands, and every name in them exists.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("docs/playbooks")
}

/// All playbooks by name of the file.
fn playbooks() -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// The command lines of a text, those in blocks and those between backquotes, with their lines.
fn commands(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_block = false;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            found.extend(trimmed.starts_with("atp ").then(|| (index + 1, trimmed.to_owned())));
        } else {
            let quoted = line.split('`').skip(1).step_by(2).filter(|part| part.starts_with("atp "));
            found.extend(quoted.map(|part| (index + 1, part.to_owned())));
        }
    }
    found
}

fn understood(command: &str) -> Result<(), String> {
    let definition = stacks::application().definition();
    definition.try_get_matches_from(command.split_whitespace()).map(drop).map_err(|error| error.to_string())
}

#[test]
fn every_command_line_is_understood() {
    let mut count = 0;
    for (file, text) in playbooks() {
        for (line, command) in commands(&text) {
            count += 1;
            if let Err(error) = understood(&command) {
                panic!("{file}:{line}: `{command}`: {error}");
            }
        }
    }
    assert!(count > 25, "{count} command lines were found");
    assert!(understood("atp failover --env prod").is_err(), "a wrong one would be seen");
}

#[test]
fn environments_regions_and_stacks_in_them_exist() {
    let project = std::fs::read_to_string(folder().join("../../atp.yaml")).unwrap();
    let stacks: Vec<&str> = stacks::PROGRAMS.iter().map(|program| program.name).collect();
    for (file, text) in playbooks() {
        for (line, command) in commands(&text) {
            let words: Vec<&str> = command.split_whitespace().collect();
            for pair in words.windows(2) {
                let known = match pair[0] {
                    "--env" | "--from" => project.contains(&format!("  {}:", pair[1])),
                    "--to" => project.contains(pair[1]),
                    "--stack" => stacks.contains(&pair[1]),
                    _ => true,
                };
                assert!(known, "{file}:{line}: `{command}`: there is no `{}`", pair[1]);
            }
        }
    }
}

#[test]
fn every_playbook_is_listed_and_every_check_and_gate_is_explained() {
    let playbooks = playbooks();
    for file in playbooks.keys().filter(|file| *file != "README.md") {
        assert!(playbooks["README.md"].contains(&format!("({file})")), "{file}");
    }
    let definition = stacks::application().definition();
    let failover = definition.find_subcommand("failover").unwrap();
    let despite = failover.get_arguments().find(|argument| argument.get_id() == "despite").unwrap();
    for check in despite.get_possible_values() {
        assert!(
            playbooks["drill.md"].contains(&format!("| `{}` |", check.get_name())),
            "{}",
            check.get_name()
        );
    }
}
