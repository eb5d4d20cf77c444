//! Which stacks are meant.

use super::Session;
use crate::StackName;
use crate::cli::arguments::Options;
use crate::cli::failure::Failure;
use crate::cli::workspace::Workspace;
use crate::estate::{Changes, Graph, GraphError, references};
use crate::program::{Program, ProgramError};
use std::collections::BTreeSet;

impl Workspace<'_> {
    /// Every stack of every environment and region of the project, and of these instances.
    ///
    /// # Errors
    /// Circles, and references to what is not there.
    pub(in crate::cli) fn graph(&self, instances: &BTreeSet<&str>) -> Result<Graph, Failure> {
        let places = self.places(instances)?;
        let primary = self.project.primary_regions_with(instances);
        Graph::of_programs(self.application.programs, &places, &primary).map_err(|error| match error {
            GraphError::Program(error) => error.into(),
            error => Failure::failed(error.to_string()),
        })
    }

    /// Every environment and region of the project, and of these instances.
    fn places(&self, instances: &BTreeSet<&str>) -> Result<Vec<(String, String)>, Failure> {
        let environments = self.project.environments.iter().filter(|(_, environment)| !environment.instances);
        let environments: BTreeSet<&str> =
            environments.map(|(name, _)| name.as_str()).chain(instances.iter().copied()).collect();
        let mut places = Vec::new();
        for environment in environments {
            let regions = &self.project.environment(environment)?.regions;
            places.extend(regions.iter().map(|region| (environment.to_owned(), region.clone())));
        }
        Ok(places)
    }

    /// The deployed stacks that refer to a deployed one.
    ///
    /// # Errors
    /// When a state cannot be read.
    pub(in crate::cli) async fn referrers(&self, name: &StackName) -> Result<Vec<StackName>, Failure> {
        let engine = self.engine_of(&name.environment);
        let mut found = Vec::new();
        if engine.outputs(name).await?.is_none() {
            return Ok(found);
        }
        let instances = BTreeSet::from([name.environment.as_str()]);
        let primary = self.project.primary_regions_with(&instances);
        for (environment, region) in self.places(&instances)? {
            for program in self.application.programs {
                let other =
                    StackName::new(&environment, &region, program.name).map_err(ProgramError::from)?;
                // Whoever refers to what cannot be found does not refer to this one.
                let refers = references(program, &other, &primary).is_ok_and(|all| all.contains(name));
                if refers && engine.outputs(&other).await?.is_some() {
                    found.push(other);
                }
            }
        }
        Ok(found)
    }

    /// The regions that the options mean.
    fn regions(&self, environment: &str) -> Result<Vec<String>, Failure> {
        match self.options.all_regions {
            true => Ok(self.project.environment(environment)?.regions.clone()),
            false => Ok(vec![self.region(environment)?]),
        }
    }

    /// The program of each stack that the options name; without any, all of them.
    fn programs(&self) -> Result<Vec<Program>, Failure> {
        if let Some(fixed) = self.fixed.program {
            return Err(Failure::usage(
                format!("this program is for the stack `{fixed}` alone"),
                "run the program that has all stacks, such as `atp`",
            ));
        }
        let named: Vec<&str> = self.options.stack.iter().map(String::as_str).collect();
        match named.is_empty() {
            true => Ok(self.application.programs.to_vec()),
            false => named.into_iter().map(|name| self.program(name)).collect(),
        }
    }
}

/// The stacks that the options mean, each after those that it refers to, among all that there are.
pub(super) struct Selection {
    pub graph: Graph,
    pub stacks: Vec<StackName>,
}

impl Selection {
    /// Finds out which.
    ///
    /// # Errors
    /// When there is no such environment, region, stack or commit.
    pub fn find(session: &Session<'_, '_>) -> Result<Self, Failure> {
        let Session { workspace, .. } = session;
        let environment = workspace.environment()?;
        let (regions, programs) = (workspace.regions(environment)?, workspace.programs()?);
        let graph = workspace.graph(&BTreeSet::from([environment]))?;
        let affected = affected(workspace, &graph)?;
        let is_meant = |name: &&StackName| {
            name.environment == environment
                && regions.contains(&name.region)
                && programs.iter().any(|program| program.name == name.stack)
                && affected.as_ref().is_none_or(|affected| affected.contains(name))
        };
        let stacks = graph.order().iter().filter(is_meant).cloned().collect();
        Ok(Selection { graph, stacks })
    }
}

/// The stacks that the changes since a commit touch, and those that refer to them; `None` when all are meant.
fn affected(workspace: &Workspace<'_>, graph: &Graph) -> Result<Option<BTreeSet<StackName>>, Failure> {
    let Options { affected_since: Some(commit), .. } = workspace.options else { return Ok(None) };
    let changes = Changes {
        project: &workspace.project,
        programs: workspace.application.programs,
        files: workspace.files,
        revisions: workspace.revisions,
    };
    let touched = changes.touched(commit, graph.order());
    let touched = touched.map_err(|error| Failure::usage(error.message, error.hint))?;
    Ok(Some(graph.with_dependents(&touched)))
}
