//! The rules of compliance, on every stack of every environment and region.

mod planted;

use super::declared::*;
use atp_iac::program::Program;
use atp_iac::project::{DiskFiles, Project};
use stacks::PROGRAMS;
use stacks::compliance::{Declaration, Expectations, Stack, findings};

/// What the configuration asks of an environment and region.
fn expectations(environment: &str, region: &str) -> Expectations {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let project = Project::find(&DiskFiles, folder).unwrap();
    let known: Vec<&str> = PROGRAMS.iter().map(|program| program.name).collect();
    project.load_config(&DiskFiles, environment, region, "compliance", &known).unwrap().read().unwrap()
}

fn declarations(program: &Program, environment: &str, region: &str) -> Vec<Declaration> {
    let declared = declare(program, environment, region);
    declared.0.iter().map(|resource| Declaration::of(&resource.registration).unwrap()).collect()
}

#[test]
fn nothing_that_any_stack_declares_breaks_a_rule() {
    let mut broken = Vec::new();
    let mut looked_at = 0;
    for (environment, region) in SITES {
        let expectations = expectations(environment, region);
        for program in PROGRAMS {
            let resources = declarations(program, environment, region);
            looked_at += resources.len();
            let stack = Stack { resources: &resources, expectations: &expectations };
            let site = format!("{environment}/{region}/{}", program.name);
            broken.extend(findings(&stack).into_iter().map(|finding| format!("{site}: {finding}")));
        }
    }
    assert!(broken.is_empty(), "{} findings:\n{}", broken.len(), broken.join("\n"));
    assert!(looked_at > 500, "only {looked_at} resources were looked at");
}

#[test]
fn prod_is_asked_for_more_than_dev() {
    let (dev, prod) = (expectations("dev", "westeurope"), expectations("prod", "eastus"));
    assert!(prod.protect && prod.locks && prod.tier == stacks::helpers::Tier::Large);
    assert!(!dev.protect && !dev.locks && dev.tier == stacks::helpers::Tier::Small);
}
