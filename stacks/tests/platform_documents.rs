//! The documents in `docs/platform/` are those that the plans give.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use atp_iac::project::{DiskFiles, Project};
use stacks::documents::{COMMAND, FOLDER, documents};
use std::collections::BTreeMap;
use std::path::Path;

fn made() -> (Project, BTreeMap<String, String>) {
    let project = Project::find(&DiskFiles, Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let documents = documents(&project, &DiskFiles).unwrap();
    (project, documents)
}

#[test]
fn the_documents_are_those_that_the_plans_give() {
    let (project, made) = made();
    let mut committed = BTreeMap::new();
    for entry in std::fs::read_dir(project.root.join(FOLDER)).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        committed.insert(name, std::fs::read_to_string(path).unwrap());
    }
    let names = |of: &BTreeMap<String, String>| of.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&committed), names(&made), "make them anew by `{COMMAND}`");
    for (name, text) in &made {
        let line = text.lines().zip(committed[name].lines()).position(|(made, committed)| made != committed);
        assert!(
            *text == committed[name],
            "{FOLDER}/{name} differs from line {line:?}: make it anew by `{COMMAND}`"
        );
    }
}

#[test]
fn no_two_networks_overlap_and_every_role_has_a_name() {
    let (_, made) = made();
    assert!(made["subnets.md"].contains("\nNo two of the "), "{}", made["subnets.md"]);
    let nameless = made["roles.md"].lines().find(|line| line.contains("/roleDefinitions/"));
    assert_eq!(nameless, None, "add the role to `BuiltInRole::ALL`");
}
