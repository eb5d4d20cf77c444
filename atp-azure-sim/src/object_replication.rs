//! Policies that copy blobs between accounts.
//!
//! The account that copies arrive in is told first, under the name `default`: it gives the policy an id, which is its name
//! from then on, and its rules. The account that they come from is given the same policy with the same rules.

use atp_azure::descriptor::TypeDescriptor;
use serde_json::{Map, Value, json};

use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::route::Instance;

const POLICIES: &str = "Microsoft.Storage/storageAccounts/objectReplicationPolicies";
/// The name of a policy that has none yet.
const NEW: &str = "default";

impl Cloud {
    /// The policy that a PUT means, with its ids in the body.
    ///
    /// # Errors
    /// When a policy is given to the account that blobs come from before the one that they go to, or other rules.
    pub(crate) fn replication_policy(
        &mut self,
        descriptor: &TypeDescriptor,
        instance: &Instance,
        body: &mut Map<String, Value>,
    ) -> Answer<Option<Instance>> {
        if !descriptor.name.eq_ignore_ascii_case(POLICIES) {
            return Ok(None);
        }
        let account = instance.parent.to_ascii_lowercase();
        let properties = body.entry("properties").or_insert_with(|| json!({}));
        let named = |name: &str| properties[name].as_str().unwrap_or_default().to_ascii_lowercase();
        let (source, destination) = (named("sourceAccount"), named("destinationAccount"));
        let arrives = is_account(&destination, &account);
        let policy = match instance.name.eq_ignore_ascii_case(NEW) {
            true if !arrives => {
                let message = "The policy has to be made at the destination account first.";
                return Err(ApiError::parameter("objectReplicationPolicyId", message));
            }
            true => self.policy_between(&account, &source).unwrap_or_else(|| {
                let number = self.store.next_number();
                self.uuid(&format!("replication/{account}/{number}"))
            }),
            false => instance.name.clone(),
        };
        let made = self.store.get(&key(&destination, &policy)).filter(|_| !arrives);
        if !arrives && made.is_none() {
            let message = format!("The destination account has no replication policy '{policy}'.");
            return Err(ApiError::parameter("objectReplicationPolicyId", message));
        }
        let known: Option<Vec<Value>> = made.map(|made| rule_ids(made.body.get("properties")));
        let number = self.store.next_number();
        let new = |index: usize| self.uuid(&format!("replication/{policy}/{number}/{index}"));
        for (index, rule) in properties["rules"].as_array_mut().into_iter().flatten().enumerate() {
            let Some(rule) = rule.as_object_mut() else { continue };
            match &known {
                Some(known) if !rule.get("ruleId").is_some_and(|id| known.contains(id)) => {
                    let message = "The rule has not the id that the destination account gave it.";
                    return Err(ApiError::parameter("properties.rules.ruleId", message));
                }
                _ => drop(rule.entry("ruleId").or_insert_with(|| json!(new(index)))),
            }
        }
        let id = format!("{}/objectReplicationPolicies/{policy}", instance.parent);
        Ok(Some(Instance { id, name: policy, ..instance.clone() }))
    }

    /// The policy that an account has for blobs from another one.
    fn policy_between(&self, destination: &str, source: &str) -> Option<String> {
        let policies = key(destination, "");
        let found = self.store.range(&policies, None).find(|(_, policy)| {
            let from =
                policy.body.get("properties").and_then(|properties| properties["sourceAccount"].as_str());
            from.is_some_and(|from| from.eq_ignore_ascii_case(source))
        });
        found.map(|(_, policy)| policy.name.clone())
    }
}

/// Accounts are named by id, or by name alone where that is allowed.
fn is_account(said: &str, account: &str) -> bool {
    said == account || account.rsplit('/').next() == Some(said)
}

fn key(account: &str, policy: &str) -> String {
    format!("{account}/objectreplicationpolicies/{}", policy.to_ascii_lowercase())
}

fn rule_ids(properties: Option<&Value>) -> Vec<Value> {
    let rules = properties.and_then(|properties| properties["rules"].as_array());
    rules.into_iter().flatten().map(|rule| rule["ruleId"].clone()).collect()
}
