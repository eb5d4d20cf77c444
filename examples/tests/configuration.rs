//! The examples read the files of configuration of the platform.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use atp_iac::project::{DiskFiles, Project};
use examples::PROGRAMS;
use std::path::Path;

#[test]
fn every_section_of_the_configuration_is_of_a_stack_that_the_examples_know() {
    let project = Project::find(&DiskFiles, Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    let known: Vec<&str> = PROGRAMS.iter().map(|program| program.name).collect();
    for program in PROGRAMS {
        let config = project.load_config(&DiskFiles, "dev", "westeurope", program.name, &known);
        assert!(config.is_ok(), "{}: {}", program.name, config.unwrap_err());
    }
    for program in stacks::PROGRAMS {
        assert!(known.contains(&program.name), "the examples do not know `{}`", program.name);
    }
}
