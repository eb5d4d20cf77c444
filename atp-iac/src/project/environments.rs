//! The environments of a project.

use super::{PROJECT_FILE, Project, ProjectError};
use crate::config::unknown;
use crate::program::PrimaryRegions;

/// One environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its regions; the first is the primary one.
    pub regions: Vec<String>,
}

impl Environment {
    /// The primary region.
    pub fn primary(&self) -> Option<&str> {
        self.regions.first().map(String::as_str)
    }
}

impl Project {
    /// An environment by name.
    ///
    /// # Errors
    /// When the project does not declare it.
    pub fn environment(&self, name: &str) -> Result<&Environment, ProjectError> {
        self.environments.get(name).ok_or_else(|| ProjectError::Environment {
            file: PROJECT_FILE.to_owned(),
            message: unknown("environment", name, self.environments.keys().map(String::as_str)),
        })
    }

    /// The primary region of each environment.
    pub fn primary_regions(&self) -> PrimaryRegions {
        let primary = self.environments.iter().filter_map(|(name, environment)| {
            environment.primary().map(|region| (name.clone(), region.to_owned()))
        });
        primary.collect()
    }

    /// Refuses a region that the environment does not have.
    ///
    /// # Errors
    /// When the environment or the region is not declared.
    pub fn check_region(&self, environment: &str, region: &str) -> Result<(), ProjectError> {
        let regions = &self.environment(environment)?.regions;
        if regions.iter().any(|known| known == region) {
            return Ok(());
        }
        Err(ProjectError::Region {
            file: PROJECT_FILE.to_owned(),
            environment: environment.to_owned(),
            message: unknown("region", region, regions.iter().map(String::as_str)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::disk;
    use super::*;
    use std::path::Path;

    #[test]
    fn an_environment_or_region_that_is_not_declared_is_named_with_the_way_out() {
        let text = "name: a\nenvironments: {prod: {regions: [westeurope]}}";
        let project = Project::find(&disk(&[("/w/atp.yaml", text)]), Path::new("/w")).unwrap();
        assert!(project.check_region("prod", "westeurope").is_ok());
        assert_eq!(
            project.environment("prd").unwrap_err().to_string(),
            "atp.yaml: unknown environment `prd`; did you mean `prod`?\n  way out: add it under `environments:`"
        );
        assert_eq!(
            project.check_region("prod", "eastus").unwrap_err().to_string(),
            "atp.yaml: environments.prod: unknown region `eastus`; known: `westeurope`\n  way out: add it to `regions:`"
        );
    }
}
