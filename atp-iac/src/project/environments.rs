//! The environments of a project.

use super::{PROJECT_FILE, Project, ProjectError, Secrets};
use crate::config::unknown;
use crate::history::ApprovalRule;
use crate::program::PrimaryRegions;
use std::collections::BTreeSet;
use std::time::Duration;

/// One environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its regions; the first is the primary one.
    pub regions: Vec<String>,
    /// The environment whose configuration it starts from; its own files are laid over that.
    pub like: Option<String>,
    /// Whether it is never deployed itself, but instances of it are, such as `preview-12` of `preview`.
    pub instances: bool,
    /// How long an instance lives after its last update.
    pub time_to_live: Option<Duration>,
    /// What approvals a plan needs before it is carried out.
    pub approvals: ApprovalRule,
    /// Who wraps the keys to its secrets, where that is not as in the whole project.
    pub secrets: Secrets,
}

/// How long the own part of the name of an instance may be: it is in the names of its resources.
const LONGEST: usize = 6;

impl Environment {
    /// The primary region.
    pub fn primary(&self) -> Option<&str> {
        self.regions.first().map(String::as_str)
    }
}

impl Project {
    /// An environment by name, or the one that it is an instance of.
    ///
    /// # Errors
    /// When the project does not declare it.
    pub fn environment(&self, name: &str) -> Result<&Environment, ProjectError> {
        let refuse = |message| ProjectError::Environment { file: PROJECT_FILE.to_owned(), message };
        match self.environments.get(name) {
            Some(environment) if environment.instances => Err(ProjectError::Instance {
                file: PROJECT_FILE.to_owned(),
                environment: name.to_owned(),
                message: format!("`{name}` stands for its instances"),
            }),
            Some(environment) => Ok(environment),
            None => match self.instance(name) {
                Some((_, environment)) => Ok(environment),
                None => match self.instances_of(name) {
                    Some(environment) => Err(ProjectError::Instance {
                        file: PROJECT_FILE.to_owned(),
                        environment: environment.to_owned(),
                        message: format!("`{name}` cannot name an instance"),
                    }),
                    None => Err(refuse(unknown(
                        "environment",
                        name,
                        self.environments.keys().map(String::as_str),
                    ))),
                },
            },
        }
    }

    /// The environment that this is an instance of, and its name: 1 to 6 letters and digits stand behind that.
    pub fn instance(&self, name: &str) -> Option<(&str, &Environment)> {
        let environment = self.instances_of(name)?;
        let id = &name[environment.len() + 1..];
        let good = (1..=LONGEST).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if !good {
            return None;
        }
        self.environments.get_key_value(environment).map(|(name, environment)| (name.as_str(), environment))
    }

    /// The environment that a name begins with, if that has instances.
    fn instances_of(&self, name: &str) -> Option<&str> {
        let begins =
            |environment: &str| name.strip_prefix(environment).is_some_and(|rest| rest.starts_with('-'));
        let mut with_instances = self.environments.iter().filter(|(_, environment)| environment.instances);
        with_instances
            .find(|(environment, _)| begins(environment))
            .map(|(environment, _)| environment.as_str())
    }

    /// The names that an environment has in the names of configuration files: the later files are laid over the earlier.
    pub(super) fn configured_as<'n>(&'n self, environment: &'n str) -> Vec<&'n str> {
        let name = self.instance(environment).map_or(environment, |(of, _)| of);
        let like = self.environments.get(name).and_then(|environment| environment.like.as_deref());
        like.into_iter().chain([name]).collect()
    }

    /// The primary region of each environment, and of these instances.
    pub fn primary_regions_with(&self, instances: &BTreeSet<&str>) -> PrimaryRegions {
        let mut primary = self.primary_regions();
        for (name, region) in
            instances.iter().filter_map(|name| Some((*name, self.environment(name).ok()?.primary()?)))
        {
            primary.insert(name.to_owned(), region.to_owned());
        }
        primary
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
    fn an_instance_is_the_environment_under_another_name() {
        let text = "name: a\nenvironments: {preview: {regions: [westeurope], instances: true}}";
        let project = Project::find(&disk(&[("/w/atp.yaml", text)]), Path::new("/w")).unwrap();
        assert_eq!(project.environment("preview-pr12").unwrap().primary(), Some("westeurope"));
        assert_eq!(project.configured_as("preview-pr12"), ["preview"]);
        let error = |name: &str| project.environment(name).unwrap_err().to_string();
        let way_out =
            "\n  way out: write `preview-` and 1 to 6 small letters and digits, such as `preview-12`";
        assert_eq!(error("preview"), format!("atp.yaml: `preview` stands for its instances{way_out}"));
        for name in ["preview-", "preview-1234567", "preview-a_b", "preview-A"] {
            assert_eq!(error(name), format!("atp.yaml: `{name}` cannot name an instance{way_out}"));
        }
        assert!(error("prev-1").contains("unknown environment `prev-1`"));
    }

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
