//! From a right to a role at a scope.

use super::MessagingScope;
use super::services::{Account, Entity, Right};
use crate::aks::AksOutputs;
use crate::components::workload_identity::Grant;
use crate::data::DataOutputs;
use crate::foundation::FoundationOutputs;
use crate::helpers::BuiltInRole;
use crate::messaging::MessagingOutputs;
use atp_azure::Scope;
use atp_iac::value::Mismatch;
use atp_iac::{Output, ResourceId, ResourceType};
use std::collections::BTreeMap;

/// What rights are about.
pub struct Scopes<'a> {
    /// The start of the names of containers.
    pub project: &'a str,
    /// Where rights to messages are given.
    pub messages: MessagingScope,
    /// Vault and metrics.
    pub foundation: &'a FoundationOutputs,
    /// Blobs.
    pub data: &'a DataOutputs,
    /// Messages.
    pub messaging: &'a MessagingOutputs,
    /// Images.
    pub aks: &'a AksOutputs,
}

impl Scopes<'_> {
    /// The roles for these rights, each at the smallest scope that is enough. Rights to documents are given by Cosmos DB
    /// itself, and are not among them.
    pub fn grants(&self, rights: &[Right]) -> Vec<Grant> {
        let mut grants: Vec<Grant> = Vec::new();
        for grant in rights.iter().filter_map(|right| self.grant(*right)) {
            // At the namespace, the right to one queue is that to the other.
            if grants.iter().all(|other| other.name != grant.name) {
                grants.push(grant);
            }
        }
        grants
    }

    fn grant(&self, right: Right) -> Option<Grant> {
        let grant = |name: &str, role: BuiltInRole, scope: Output<Scope>| Grant {
            name: name.to_owned(),
            role,
            scope,
            condition: None,
        };
        Some(match right {
            Right::Sends(entity) => self.messages("sends", BuiltInRole::ServiceBusDataSender, entity),
            Right::Receives(entity) => self.messages("receives", BuiltInRole::ServiceBusDataReceiver, entity),
            Right::ReadsBlobs(account, containers) => {
                self.blobs("reads", BuiltInRole::StorageBlobDataReader, account, containers)
            }
            Right::WritesBlobs(account, containers) => {
                self.blobs("writes", BuiltInRole::StorageBlobDataContributor, account, containers)
            }
            Right::KeepsBlobs(account, containers) => {
                let grant = self.blobs("keeps", BuiltInRole::StorageBlobDataContributor, account, containers);
                let condition = grant
                    .condition
                    .map(|condition| format!("({condition} AND (!(ActionMatches{{'{DELETE}'}})))"));
                Grant { condition, ..grant }
            }
            Right::ReadsSecrets => {
                grant("reads-secrets", BuiltInRole::KeyVaultSecretsUser, at(&self.foundation.key_vault))
            }
            Right::Signs => grant("signs", BuiltInRole::KeyVaultCryptoUser, at(&self.foundation.key_vault)),
            Right::PublishesMetrics => {
                let group = at(&self.foundation.observability_group);
                grant("publishes-metrics", BuiltInRole::MonitoringMetricsPublisher, group)
            }
            Right::PullsImages => grant("pulls-images", BuiltInRole::AcrPull, at(&self.aks.registry)),
            Right::ReadsDocuments | Right::WritesDocuments => return None,
        })
    }

    fn messages(&self, verb: &str, role: BuiltInRole, entity: Entity) -> Grant {
        let MessagingOutputs { namespace, topics, subscriptions, queues, .. } = self.messaging;
        if self.messages == MessagingScope::Namespace {
            return Grant { name: verb.to_owned(), role, scope: at(namespace), condition: None };
        }
        let (scope, name) = match entity {
            Entity::Topic(name) => (entry(topics, name), name),
            Entity::Subscription(name) => (entry(subscriptions, name), name),
            Entity::Queue(name) => (entry(queues, name), name),
        };
        Grant { name: format!("{verb}-{name}"), role, scope, condition: None }
    }

    /// At the account, and only for the containers of this kind: which tenants there are changes daily.
    fn blobs(&self, verb: &str, role: BuiltInRole, account: Account, containers: &str) -> Grant {
        let (scope, kind) = match account {
            Account::Hot => (at(&self.data.hot_storage), "hot"),
            Account::Archive => (at(&self.data.archive_storage), "archive"),
        };
        let name = match kind == containers {
            true => format!("{verb}-{containers}-blobs"),
            false => format!("{verb}-{containers}-in-{kind}"),
        };
        let condition = Some(only_in(&format!("{}-*-{containers}", self.project)));
        Grant { name, role, scope, condition }
    }
}

const BLOBS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";
const DELETE: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete";

/// The condition that what is done to blobs is done in containers with names of this form.
fn only_in(names: &str) -> String {
    let others = ["read", "write", "add/action", "delete", "move/action"]
        .map(|action| format!("!(ActionMatches{{'{BLOBS}/{action}'}})"))
        .join(" AND ");
    let attribute = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name]";
    format!("(({others}) OR ({attribute} StringLike '{names}'))")
}

fn at<T: ResourceType>(id: &Output<ResourceId<T>>) -> Output<Scope> {
    id.map(Scope::from)
}

/// The scope of an entry that has to be there.
fn entry<T: ResourceType>(
    ids: &Output<BTreeMap<String, ResourceId<T>>>,
    name: &'static str,
) -> Output<Scope> {
    ids.try_map(move |mut ids| match ids.remove(name) {
        Some(id) => Ok(Scope::from(id)),
        None => {
            let found: Vec<String> = ids.keys().map(|name| format!("`{name}`")).collect();
            let found = if found.is_empty() {
                "an empty one".to_owned()
            } else {
                format!("one with {}", found.join(", "))
            };
            Err(Mismatch::new(format!("a map with `{name}`"), found))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use atp_azure::service_bus::Queue;
    use atp_iac::output::NothingKnown;

    #[test]
    fn an_entity_that_is_not_there_is_an_error_that_says_which_ones_are() {
        let text = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ServiceBus/namespaces/n/queues/q";
        let id = ResourceId::<Queue>::parse(text).unwrap();
        let queues = Output::known(BTreeMap::from([("export-requests".to_owned(), id)]));
        let scope = entry(&queues, "export-requests").resolve(&NothingKnown).unwrap().value.unwrap();
        assert_eq!(scope.as_str(), text);
        let error = entry(&queues, "exports").resolve(&NothingKnown).unwrap_err().to_string();
        assert!(error.contains("expected a map with `exports`, found one with `export-requests`"), "{error}");
    }

    #[test]
    fn a_condition_says_which_containers() {
        let condition = only_in("atp-*-hot");
        assert!(condition.ends_with("containers:name] StringLike 'atp-*-hot'))"), "{condition}");
        assert_eq!(condition.matches('(').count(), condition.matches(')').count());
    }
}
