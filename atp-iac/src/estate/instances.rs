//! Instances of environments that live for a time.

use crate::StackName;
use crate::project::Project;
use std::collections::BTreeMap;
use std::time::Duration;
use time::OffsetDateTime;

/// An instance of an environment, such as `preview-12` of `preview`, that has something deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Its name.
    pub environment: String,
    /// The last update of any of its stacks.
    pub updated: OffsetDateTime,
    /// How long it may live after that.
    pub time_to_live: Duration,
    /// What is deployed of it.
    pub stacks: Vec<StackName>,
}

impl Instance {
    /// Whether its time is over.
    pub fn is_expired(&self, now: OffsetDateTime) -> bool {
        now - self.updated > self.time_to_live
    }
}

/// The instances with a time to live among deployed stacks, with the last update of each stack.
pub fn instances(project: &Project, deployed: &[(StackName, OffsetDateTime)]) -> Vec<Instance> {
    let mut found: BTreeMap<&str, Instance> = BTreeMap::new();
    for (name, updated) in deployed {
        let Some((_, environment)) = project.instance(&name.environment) else { continue };
        let Some(time_to_live) = environment.time_to_live else { continue };
        let instance = found.entry(&name.environment).or_insert_with(|| Instance {
            environment: name.environment.clone(),
            updated: *updated,
            time_to_live,
            stacks: Vec::new(),
        });
        instance.updated = instance.updated.max(*updated);
        instance.stacks.push(name.clone());
    }
    found.into_values().collect()
}
