//! The deletion of a resource group: child by child, as Resource Manager does it.
//!
//! First go the children of resources, then the resources that manage others, then the rest, again and again until nothing
//! more can be deleted. What then is left blocks the deletion: the group stays, and what is gone is gone.

use atp_azure::descriptor::Parent;

use crate::cloud::Cloud;
use crate::errors::ApiError;
use crate::latency::Phase;
use crate::operations::Work;
use crate::route::parent_name;

/// How many phases there are.
const PHASES: u8 = 3;

impl Cloud {
    /// Starts the operation that deletes the group `key`.
    pub(crate) fn start_teardown(&mut self, key: &str, subscription: &str, location: &str) -> String {
        let place = format!("{subscription}/providers/Microsoft.Resources/locations/{location}");
        let due = self.phase_end(key, self.now, 0);
        self.start_at(key, &place, due, Work::DeleteGroup(0))
    }

    /// When a phase ends: the phases share the time that an operation takes.
    fn phase_end(&self, key: &str, started: i64, phase: u8) -> i64 {
        let duration = self.duration("Microsoft.Resources/resourceGroups", Phase::Delete, key, started);
        started.saturating_add(duration / i64::from(PHASES) * i64::from(phase + 1))
    }

    /// Does a phase of the operation `id`.
    pub(crate) fn tear_down(&mut self, id: &str, phase: u8) {
        let Some(mut operation) = self.store.operation(id).cloned() else { return };
        let group = operation.target.clone();
        let refused = match phase {
            0 => self.delete_each(self.child_resources(&group)),
            1 => self.delete_each(self.managers(&group)),
            _ => self.delete_in_order(self.top_resources(&group)),
        };
        if phase + 1 < PHASES {
            operation.work = Work::DeleteGroup(phase + 1);
            operation.due = self.phase_end(&group, operation.started, phase + 1).max(operation.due);
            self.store.put_operation(id, operation);
            return;
        }
        if refused.is_empty() {
            self.remove_tree(&group);
        } else {
            self.settle(&group, id, None);
            operation.fail_with(Some(self.blocked(&group, &refused)));
        }
        operation.ended = Some(operation.due);
        self.store.put_operation(id, operation);
    }

    fn blocked(&self, group: &str, refused: &[(String, ApiError)]) -> ApiError {
        let names: Vec<String> =
            refused.iter().map(|(key, _)| parent_name(&self.id_of(key)).to_owned()).collect();
        let message = format!(
            "Deletion of resource group '{}' failed as resources with identifiers '{}' could not be deleted. The \
             provisioning state of the resource group will be rolled back. Please check audit logs for more details.",
            self.id_of(group).rsplit('/').next().unwrap_or_default(),
            names.join(",")
        );
        let details = refused.iter().map(|(key, error)| {
            let error = error.clone();
            if error.target.is_some() { error.value() } else { error.with_target(&self.id_of(key)).value() }
        });
        ApiError::new(409, "ResourceGroupDeletionBlocked", message).with_details(details.collect())
    }

    /// Deletes resources in an order that their uses of each other allow, as far as it goes, and returns what was refused.
    pub(crate) fn delete_in_order(&mut self, keys: Vec<String>) -> Vec<(String, ApiError)> {
        let mut left = keys;
        loop {
            let refused = self.delete_each(left.clone());
            if refused.is_empty() || refused.len() == left.len() {
                return refused;
            }
            left = refused.into_iter().map(|(key, _)| key).collect();
        }
    }

    /// Deletes each resource that nothing else uses, once, and returns what was refused.
    fn delete_each(&mut self, keys: Vec<String>) -> Vec<(String, ApiError)> {
        let mut refused = Vec::new();
        for key in keys {
            match self.refuse_in_use(&key, &key) {
                Ok(()) => self.remove_tree(&key),
                Err(error) => refused.push((key, error)),
            }
        }
        refused
    }

    /// Keys of the resources that stand in a group themselves, and not in another resource.
    pub(crate) fn top_resources(&self, group: &str) -> Vec<String> {
        let prefix = format!("{group}/providers/");
        let depth = group.matches('/').count() + 4;
        let below = self.store.range(&prefix, None).filter(|(key, resource)| {
            let kind = self.catalog.get(&resource.type_name).map(|descriptor| descriptor.parent);
            key.matches('/').count() == depth && kind == Some(Parent::ResourceGroup)
        });
        below.map(|(key, _)| key.clone()).collect()
    }

    /// Keys of the resources that stand in others, the innermost first.
    fn child_resources(&self, group: &str) -> Vec<String> {
        let prefix = format!("{group}/providers/");
        let below = self.store.range(&prefix, None).filter(|(_, resource)| {
            let kind = self.catalog.get(&resource.type_name).map(|descriptor| descriptor.parent);
            matches!(kind, Some(Parent::Resource(_)))
        });
        let mut keys: Vec<String> = below.map(|(key, _)| key.clone()).collect();
        keys.sort_by_key(|key| std::cmp::Reverse(key.matches('/').count()));
        keys
    }

    /// Keys of the resources in a group that others say they are managed by.
    fn managers(&self, group: &str) -> Vec<String> {
        let top = self.top_resources(group);
        let named: Vec<String> = top
            .iter()
            .filter_map(|key| self.store.get(key)?.body.get("managedBy")?.as_str())
            .map(str::to_ascii_lowercase)
            .collect();
        top.into_iter().filter(|key| named.contains(key)).collect()
    }
}
