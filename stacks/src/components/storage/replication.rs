//! Copies of blobs in another account.

use super::containers::Containers;
use atp_azure::storage::{
    ObjectReplicationPolicy, ObjectReplicationPolicyRule, ObjectReplicationPolicyRuleFilters, StorageAccount,
};
use atp_iac::{Context, Input, IntoInput, Options, Output, ResourceId, Result};

/// The name under which a policy is made at the account that copies arrive in. The service then gives it an id, which is
/// its name at the account that they come from.
const FIRST: &str = "default";
/// Before any blob was made: those that are there already are copied too.
const EVER: &str = "1601-01-01T00:00:00Z";

/// Copies the blobs of each container to the one of the same name in another account.
///
/// The account that copies arrive in names the policy and its rules; the account that they come from is given the same.
///
/// # Errors
/// As [`Context::add`].
pub fn copy_blobs(
    cx: &mut Context,
    name: &str,
    from: &Output<ResourceId<StorageAccount>>,
    to: &Output<ResourceId<StorageAccount>>,
    containers: &Containers,
) -> Result<()> {
    let text = |id: &Output<ResourceId<StorageAccount>>| id.map(|id| id.as_str().to_owned());
    let policy = |at, name: Input<String>| ObjectReplicationPolicy::new(at, name, text(from), text(to));
    let rule = |container: &String| {
        ObjectReplicationPolicyRule::new(container, container)
            .filters(ObjectReplicationPolicyRuleFilters::new().min_creation_time(EVER))
    };
    let arriving =
        policy(to, FIRST.into_input()).rules(containers.names.iter().map(rule).collect::<Vec<_>>());
    let waits = Options::new().depends_on_all(containers.urns.iter().cloned());
    let arriving = cx.add_with(&format!("{name}-copies"), waits, arriving)?;
    let rules = containers.names.iter().map(|name| rule(name).rule_id(rule_id(&arriving.rules(), name)));
    let leaving = policy(from, arriving.policy_id().into_input()).rules(rules.collect::<Vec<_>>());
    cx.add(&format!("{name}-copying"), leaving)?;
    Ok(())
}

/// The id that the service gave to the rule of a container.
fn rule_id(rules: &Output<Vec<ObjectReplicationPolicyRule>>, container: &str) -> Output<String> {
    let container = container.to_owned();
    rules.map(move |rules| {
        let is_it = |rule: &&ObjectReplicationPolicyRule| {
            matches!(&rule.destination_container, Input::Value(name) if *name == container)
        };
        match rules.iter().find(is_it).map(|rule| &rule.rule_id) {
            Some(Input::Value(id)) => id.clone(),
            _ => String::new(),
        }
    })
}
