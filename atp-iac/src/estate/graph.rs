//! Which stack refers to which.

use crate::StackName;
use crate::order::order;
use crate::program::{PrimaryRegions, Program, ProgramError};
use std::collections::{BTreeMap, BTreeSet};

/// Stacks and their references to each other.
///
/// Invariant: there is no circle, and whatever is referred to is in it.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    order: Vec<StackName>,
    references: BTreeMap<StackName, BTreeSet<StackName>>,
    dependents: BTreeMap<StackName, BTreeSet<StackName>>,
}

/// Why there is no graph.
#[derive(Debug, thiserror::Error)]
pub enum GraphError {
    /// A reference to a place that cannot be found, or a name that cannot be used.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// Stacks that wait for each other.
    #[error("these stacks refer to each other in a circle: {}\n  way out: remove one of the references", path(.0))]
    Cycle(Vec<StackName>),
    /// A reference to a stack that is not there.
    #[error(
        "`{stack}` refers to `{reference}`, which is not one of the stacks here\n  way out: give the program that declares `{}` to the application, or its region to the environment",
        .reference.stack
    )]
    Unknown {
        /// Which stack.
        stack: Box<StackName>,
        /// What it refers to.
        reference: Box<StackName>,
    },
}

fn path(stacks: &[StackName]) -> String {
    stacks.iter().map(StackName::to_string).collect::<Vec<_>>().join(" -> ")
}

/// The stacks that the one of a program at a place refers to.
///
/// # Errors
/// As [`Reference::target`](crate::program::Reference::target).
pub fn references(
    program: &Program,
    stack: &StackName,
    primary: &PrimaryRegions,
) -> Result<BTreeSet<StackName>, ProgramError> {
    let targets = program.references.iter().map(|reference| reference.target(stack, primary));
    Ok(targets.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

impl Graph {
    /// Of programs that are deployed to every one of these environments and regions.
    ///
    /// # Errors
    /// As [`Graph::new`], and a reference to a place that cannot be found.
    pub fn of_programs(
        programs: &[Program],
        places: &[(String, String)],
        primary: &PrimaryRegions,
    ) -> Result<Self, GraphError> {
        let mut stacks = Vec::with_capacity(programs.len() * places.len());
        for (environment, region) in places {
            for program in programs {
                let name = StackName::new(environment, region, program.name).map_err(ProgramError::from)?;
                let references = references(program, &name, primary)?;
                stacks.push((name, references));
            }
        }
        Graph::new(stacks)
    }

    /// From every stack with the stacks that it refers to.
    ///
    /// # Errors
    /// A circle, or a reference to a stack that is not among them.
    pub fn new(stacks: Vec<(StackName, BTreeSet<StackName>)>) -> Result<Self, GraphError> {
        let positions: BTreeMap<&StackName, usize> =
            stacks.iter().enumerate().map(|(position, (name, _))| (name, position)).collect();
        let mut waits_for = Vec::with_capacity(stacks.len());
        for (stack, references) in &stacks {
            let position = |reference: &StackName| {
                positions.get(reference).copied().ok_or_else(|| GraphError::Unknown {
                    stack: stack.clone().into(),
                    reference: reference.clone().into(),
                })
            };
            waits_for.push(references.iter().map(position).collect::<Result<Vec<_>, _>>()?);
        }
        let name = |position: usize| stacks[position].0.clone();
        let order =
            order(&waits_for).map_err(|circle| GraphError::Cycle(circle.into_iter().map(name).collect()))?;
        let order = order.into_iter().map(name).collect();
        let mut dependents: BTreeMap<StackName, BTreeSet<StackName>> = BTreeMap::new();
        for (stack, references) in &stacks {
            for reference in references {
                dependents.entry(reference.clone()).or_default().insert(stack.clone());
            }
        }
        Ok(Graph { order, references: stacks.into_iter().collect(), dependents })
    }

    /// Every stack, after those that it refers to.
    pub fn order(&self) -> &[StackName] {
        &self.order
    }

    /// The stacks that a stack refers to.
    pub fn references(&self, stack: &StackName) -> impl Iterator<Item = &StackName> {
        self.references.get(stack).into_iter().flatten()
    }

    /// The stacks that refer to a stack.
    pub fn dependents(&self, stack: &StackName) -> impl Iterator<Item = &StackName> {
        self.dependents.get(stack).into_iter().flatten()
    }

    /// These stacks, and all that refer to one of them, directly or not.
    pub fn with_dependents(&self, stacks: &BTreeSet<StackName>) -> BTreeSet<StackName> {
        let mut found = stacks.clone();
        // Whoever refers to a stack comes after it.
        for stack in &self.order {
            if self.references(stack).any(|reference| found.contains(reference)) {
                found.insert(stack.clone());
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> StackName {
        let (region, stack) = text.split_once('/').unwrap_or(("north", text));
        StackName::new("dev", region, stack).unwrap()
    }

    fn graph(stacks: &[(&str, &[&str])]) -> Result<Graph, GraphError> {
        let stack = |(stack, references): &(&str, &[&str])| {
            (name(stack), references.iter().map(|reference| name(reference)).collect())
        };
        Graph::new(stacks.iter().map(stack).collect())
    }

    #[test]
    fn a_stack_comes_after_those_that_it_refers_to_in_whichever_region_they_are() {
        let graph = graph(&[
            ("south/data", &["north/data", "south/base"]),
            ("south/base", &[]),
            ("north/data", &["north/base"]),
            ("north/base", &[]),
        ]);
        let order: Vec<String> = graph.unwrap().order().iter().map(StackName::to_string).collect();
        assert_eq!(order, ["dev/south/base", "dev/north/base", "dev/north/data", "dev/south/data"]);
    }

    #[test]
    fn what_a_change_reaches_is_whoever_refers_to_it_directly_or_not() {
        let graph = graph(&[("base", &[]), ("data", &["base"]), ("app", &["data"]), ("edge", &[])]).unwrap();
        let reached = graph.with_dependents(&BTreeSet::from([name("data")]));
        assert_eq!(reached, BTreeSet::from([name("data"), name("app")]));
        assert_eq!(graph.dependents(&name("base")).collect::<Vec<_>>(), [&name("data")]);
    }

    #[test]
    fn a_circle_is_shown_along_its_path() {
        let error = graph(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"])]).unwrap_err();
        assert!(error.to_string().contains("circle: dev/north/b -> dev/north/c -> dev/north/b\n"), "{error}");
    }

    #[test]
    fn a_reference_to_a_stack_that_is_not_there_names_both() {
        let error = graph(&[("app", &["base"])]).unwrap_err().to_string();
        assert!(
            error.starts_with(
                "`dev/north/app` refers to `dev/north/base`, which is not one of the stacks here\n  way out: "
            ),
            "{error}"
        );
    }
}
