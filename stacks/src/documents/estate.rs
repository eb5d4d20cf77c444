//! The plans of all stacks, and how their resources are read.

use crate::Planned;
use crate::compliance::Expectations;
use atp_iac::Value;
use atp_iac::plan::{Operation, OperationKind};
use atp_iac::value::Path;
use std::collections::BTreeMap;

/// All stacks of all environments, planned from nothing.
#[derive(Debug)]
pub struct Estate {
    stacks: Vec<Planned>,
    expectations: BTreeMap<(String, String), Expectations>,
}

/// An environment in a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Site<'e> {
    pub environment: &'e str,
    pub region: &'e str,
}

/// A resource of a stack.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'e> {
    pub stack: &'e str,
    pub operation: &'e Operation,
}

impl Estate {
    /// Of these plans; and what rules ask of each environment and region.
    pub fn new(stacks: Vec<Planned>, expectations: BTreeMap<(String, String), Expectations>) -> Self {
        Estate { stacks, expectations }
    }

    /// What rules ask of a site.
    pub(super) fn expectations(&self, site: Site<'_>) -> Option<&Expectations> {
        self.expectations.get(&(site.environment.to_owned(), site.region.to_owned()))
    }

    /// The environments and regions, in the order of the plans.
    pub(super) fn sites(&self) -> Vec<Site<'_>> {
        let mut sites: Vec<Site<'_>> = Vec::new();
        for planned in &self.stacks {
            let name = &planned.plan.stack;
            let site = Site { environment: &name.environment, region: &name.region };
            if !sites.contains(&site) {
                sites.push(site);
            }
        }
        sites
    }

    /// The environments, each once.
    pub(super) fn environments(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.sites().iter().map(|site| site.environment).collect();
        names.dedup();
        names
    }

    /// The stacks of a site, the lower ones first.
    pub(super) fn stacks<'e>(&'e self, site: Site<'e>) -> impl Iterator<Item = &'e Planned> {
        self.stacks.iter().filter(move |planned| {
            planned.plan.stack.environment == site.environment && planned.plan.stack.region == site.region
        })
    }

    /// The resources of a site, those of the lower stacks first.
    pub(super) fn resources<'e>(&'e self, site: Site<'e>) -> Vec<Found<'e>> {
        let of = |planned: &'e Planned| {
            // What is only looked up is no resource of the stack.
            let made = planned.plan.operations.iter().filter(|found| found.action != OperationKind::Read);
            made.map(|operation| Found { stack: planned.program.name, operation })
        };
        self.stacks(site).flat_map(of).collect()
    }

    /// Those of a type.
    pub(super) fn of_type<'e>(&'e self, site: Site<'e>, kind: &str) -> Vec<Found<'e>> {
        let mut found = self.resources(site);
        found.retain(|found| found.operation.kind == kind);
        found
    }
}

impl Site<'_> {
    /// For titles: `prod westeurope`.
    pub fn title(&self) -> String {
        format!("{} {}", self.environment, self.region)
    }
}

impl<'e> Found<'e> {
    /// What stands at a path of the inputs, as text for people: nothing where nothing is said.
    pub fn text(&self, path: &str) -> String {
        Path::of_keys(path).find(&self.operation.inputs).map_or_else(String::new, shown)
    }

    /// The items of a list; none where it is not there.
    pub fn list(&self, path: &str) -> &'e [Value] {
        let found = Path::of_keys(path).find(&self.operation.inputs);
        found.and_then(|value| value.exposed().as_list()).unwrap_or_default()
    }
}

/// What stands at a path of a value, as text for people.
pub(super) fn text(value: &Value, path: &str) -> String {
    Path::of_keys(path).find(value).map_or_else(String::new, shown)
}

/// A value for people. What is not known says where it will come from.
pub(super) fn shown(value: &Value) -> String {
    match value.exposed() {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Unknown(unknown) => unknown.from.replace("${", "").replace('}', ""),
        Value::List(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => format!("{other:?}"),
    }
}

/// An id for people: the names of what it is in, below the resource group.
pub(super) fn short(id: &str) -> String {
    if let Some((_, tail)) = id.rsplit_once("/providers/") {
        let segments: Vec<&str> = tail.split('/').skip(1).collect();
        let pairs = segments.chunks(2).map(|pair| pair.join(" "));
        return pairs.collect::<Vec<_>>().join(", ");
    }
    match id.rsplit_once("/resourceGroups/") {
        Some((_, group)) => format!("resource group {group}"),
        None if id.starts_with("/subscriptions/") => "subscription".to_owned(),
        None => id.to_owned(),
    }
}

/// The last name of an id.
pub(super) fn last(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use atp_iac::value::Kind;

    #[test]
    fn ids_are_shown_by_what_they_name() {
        let vault = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v";
        assert_eq!(short(vault), "vaults v");
        assert_eq!(short(&format!("{vault}/keys/k")), "vaults v, keys k");
        assert_eq!(short("/subscriptions/s/resourceGroups/g"), "resource group g");
        assert_eq!(short("/subscriptions/s"), "subscription");
        assert_eq!(short("cluster.id"), "cluster.id");
    }

    #[test]
    fn what_is_not_known_says_where_it_comes_from() {
        assert_eq!(shown(&Value::unknown(Kind::String, "${aks/cluster}")), "aks/cluster");
    }
}
