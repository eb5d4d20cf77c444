//! What of the configuration differs between two environments.

use super::PromotionConfig;
use atp_iac::cli::{Failure, Invocation};
use atp_iac::config::ConfigLine;
use atp_iac::program::Program;
use std::collections::{BTreeMap, BTreeSet};

/// A value that differs. Secrets are masked.
#[derive(Debug, Clone)]
pub(super) struct Difference {
    pub stack: &'static str,
    pub path: String,
    pub source: Side,
    pub target: Side,
    /// Whether the configuration says that it differs.
    pub expected: bool,
}

/// A value and where it was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Side {
    pub value: String,
    pub place: String,
}

impl Side {
    fn of(line: Option<&ConfigLine>) -> Self {
        match line {
            None => Side { value: "(not set)".into(), place: String::new() },
            Some(line) => Side {
                value: line.value.clone(),
                place: line.place.as_ref().map_or_else(|| "default".into(), ToString::to_string),
            },
        }
    }
}

/// An environment in a region.
pub(super) type Site<'s> = (&'s str, &'s str);

/// What differs for all stacks, in the order of the stacks and of the keys.
pub(super) fn differences(
    invocation: &Invocation<'_>,
    promotion: &PromotionConfig,
    source: Site<'_>,
    target: Site<'_>,
) -> Result<Vec<Difference>, Failure> {
    let mut found = Vec::new();
    for program in invocation.programs() {
        let (here, there) = (lines(invocation, program, source)?, lines(invocation, program, target)?);
        let paths: BTreeSet<&String> = here.keys().chain(there.keys()).collect();
        for path in paths {
            let (source, target) = (Side::of(here.get(path)), Side::of(there.get(path)));
            // What is empty on one side and has parts on the other is told by the parts.
            let told = has_parts(&here, path) || has_parts(&there, path);
            if source.value != target.value && !told {
                let expected = promotion.expects(program.name, path);
                found.push(Difference { stack: program.name, path: path.clone(), source, target, expected });
            }
        }
    }
    Ok(found)
}

fn has_parts(lines: &BTreeMap<String, ConfigLine>, path: &str) -> bool {
    let is_part = |other: &String| {
        other.strip_prefix(path).is_some_and(|rest| rest.starts_with('.') || rest.starts_with('['))
    };
    lines.keys().any(is_part)
}

fn lines(
    invocation: &Invocation<'_>,
    program: &Program,
    (environment, region): Site<'_>,
) -> Result<BTreeMap<String, ConfigLine>, Failure> {
    let config = invocation.target(environment, region, program.name)?.config()?;
    let lines = config.explain((program.config_fields)());
    Ok(lines.into_iter().map(|line| (line.path.clone(), line)).collect())
}
