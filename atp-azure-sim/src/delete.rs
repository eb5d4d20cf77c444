//! DELETE, of a resource or of a group with all that is in it.

use serde_json::json;

use crate::built_in;
use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::immutability::require_condition;
use crate::locks::Access;
use crate::message::{Request, Response};
use crate::operations::{Start, Work};
use crate::plans;
use crate::route::{Instance, Route};

/// Types that cannot be deleted while something outside of them names them, with the code of the refusal.
const IN_USE: [(&str, &str); 5] = [
    ("microsoft.network/virtualnetworks/subnets", "InUseSubnetCannotBeDeleted"),
    ("microsoft.network/networksecuritygroups", "InUseNetworkSecurityGroupCannotBeDeleted"),
    ("microsoft.network/routetables", "InUseRouteTableCannotBeDeleted"),
    ("microsoft.network/publicipaddresses", "PublicIPAddressCannotBeDeleted"),
    ("microsoft.network/natgateways", "InUseNatGatewayCannotBeDeleted"),
];

/// Types whose DELETE answers with what was deleted.
const SHOWN_WHEN_DELETED: [&str; 3] = [
    "Microsoft.Authorization/roleAssignments",
    "Microsoft.Authorization/roleDefinitions",
    "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies",
];

/// Types that cannot be deleted before their children of a kind.
const NESTED_FIRST: [(&str, &str); 1] = [("microsoft.network/privatednszones", "virtualnetworklinks")];

impl Cloud {
    /// DELETE of what exists answers 200 or 202, of what does not 204; of a group that does not, 404.
    pub(crate) fn delete(
        &mut self,
        route: &Route,
        instance: &Instance,
        request: &Request,
    ) -> Answer<Response> {
        let descriptor = self.catalog.known(&instance.type_name, request.method)?;
        self.require_version(descriptor, request, "")?;
        built_in::refuse(descriptor.name, &instance.name)?;
        if plans::is_of_subscription(descriptor.name, &instance.id) {
            return Err(ApiError::method_not_allowed(&instance.id));
        }
        let Some(rules) = descriptor.delete else {
            return Err(ApiError::method_not_allowed(&instance.id));
        };
        let key = instance.id.to_ascii_lowercase();
        let is_group = route.group.is_some() && key.matches('/').count() == 4;
        let Some(resource) = self.store.get(&key).cloned() else {
            if is_group {
                return Err(ApiError::group_not_found(&instance.name));
            }
            return match rules.codes.contains(&204) {
                true => Ok(Response::empty(204)),
                false => Err(self.missing(route, descriptor, instance)),
            };
        };
        require_condition(descriptor, request)?;
        self.check_conditions(request, &key, Some(&resource), &instance.id)?;
        self.refuse_locked(&instance.id, Access::Delete)?;
        self.refuse_parting(&key, &resource)?;
        let deleting = resource.state.as_deref() == Some("Deleting");
        let running = resource.operation.clone().filter(|_| deleting);
        let Some(mut flags) = rules.long_running else {
            self.refuse_busy(descriptor, &key, request)?;
            self.refuse_in_use(&key, &key)?;
            self.refuse_last_owner(&resource)?;
            let shown = self.shown(&resource);
            self.remove_tree(&key);
            let shows = SHOWN_WHEN_DELETED.iter().any(|name| descriptor.name.eq_ignore_ascii_case(name));
            return Ok(match synchronous(rules.codes) {
                200 if shows => Response::json(200, &shown).with_etag(&shown),
                status => Response::empty(status),
            });
        };
        let id = match running {
            // Deleting twice follows the operation that is under way.
            Some(id) => id,
            None => {
                if !is_group {
                    self.refuse_busy(descriptor, &key, request)?;
                    self.refuse_in_use(&key, &key)?;
                }
                let location = resource.body.get("location").and_then(|location| location.as_str());
                let location = location.unwrap_or_default().replace(' ', "").to_ascii_lowercase();
                let status = synchronous(rules.codes);
                let force =
                    request.parameter("force").is_some_and(|force| force.eq_ignore_ascii_case("true"));
                let work = if force { Work::Purge(status) } else { Work::Delete(status) };
                let id = match is_group {
                    true => self.start_teardown(&key, &instance.parent, &location),
                    false => self.start(Start { descriptor, key: &key, location: &location, work }),
                };
                let mut resource = resource;
                resource.state = Some("Deleting".to_owned());
                resource.operation = Some(id.clone());
                self.store.put(&key, resource);
                id
            }
        };
        let codes = rules.codes;
        let status = if codes.contains(&202) { 202 } else { synchronous(codes) };
        flags.location |= !flags.azure_async_operation;
        Ok(self.follow(Response::empty(status), request, &id, descriptor.api_version, flags))
    }

    /// Removes a resource with its children, extension resources, and, for a group, all that is in it. What is deleted
    /// softly is kept under another id.
    pub(crate) fn remove_tree(&mut self, key: &str) {
        for key in self.tree(key) {
            self.keep_deleted(&key);
            if let Some(gone) = self.store.remove(&key) {
                self.orphan_assignments(&gone);
                self.part(&gone);
            }
        }
    }

    /// Removes the same for good.
    pub(crate) fn purge_tree(&mut self, key: &str) {
        for key in self.tree(key) {
            if let Some(gone) = self.store.remove(&key) {
                self.part(&gone);
            }
        }
    }

    fn tree(&self, key: &str) -> Vec<String> {
        let below = format!("{key}/");
        let keys = self.store.range(&below, None).map(|(key, _)| key.clone());
        keys.chain([key.to_owned()]).collect()
    }

    /// Refuses to delete what something outside of `root` names: the resource `key` itself, or what is below it.
    pub(crate) fn refuse_in_use(&self, key: &str, root: &str) -> Answer<()> {
        match self.user_of(key, root) {
            None => self.refuse_nested(key),
            Some((used, user, code)) => {
                let (used, user) = (self.id_of(&used), self.id_of(&user));
                let name = used.rsplit('/').next().unwrap_or_default();
                let message = match code {
                    "InUseSubnetCannotBeDeleted" => format!(
                        "Subnet {name} is in use by {user} and cannot be deleted. In order to delete the subnet, \
                         delete all the resources within the subnet."
                    ),
                    "InUseNetworkSecurityGroupCannotBeDeleted" => format!(
                        "Network security group {used} cannot be deleted because it is in use by the following \
                         resources: {user}."
                    ),
                    _ => format!("{used} cannot be deleted because it is in use by {user}."),
                };
                let details = vec![json!({ "code": code, "message": message })];
                Err(ApiError::new(400, code, message).with_target(&used).with_details(details))
            }
        }
    }

    fn refuse_nested(&self, key: &str) -> Answer<()> {
        let Some(resource) = self.store.get(key) else { return Ok(()) };
        let type_name = resource.type_name.to_ascii_lowercase();
        let Some((_, kind)) = NESTED_FIRST.iter().find(|(name, _)| *name == type_name) else { return Ok(()) };
        let prefix = format!("{key}/{kind}/");
        if self.store.range(&prefix, None).next().is_none() {
            return Ok(());
        }
        let message = "Can not delete resource before nested resources are deleted.";
        Err(ApiError::new(409, "CannotDeleteResource", message).with_target(&resource.id))
    }

    pub(crate) fn id_of(&self, key: &str) -> String {
        self.store.get(key).map_or_else(|| key.to_owned(), |resource| resource.id.clone())
    }

    /// Something at or below `key` that is in use, its user outside of `root`, and the code of the refusal.
    fn user_of(&self, key: &str, root: &str) -> Option<(String, String, &'static str)> {
        let below = format!("{key}/");
        let inside = format!("{root}/");
        let own = self.store.get(key).map(|resource| (key, resource));
        let all = own.into_iter().chain(self.store.range(&below, None).map(|(key, r)| (key.as_str(), r)));
        for (used, resource) in all {
            let type_name = resource.type_name.to_ascii_lowercase();
            let Some((_, code)) = IN_USE.iter().find(|(name, _)| *name == type_name) else { continue };
            let user = self.store.referrers(used).find(|user| *user != root && !user.starts_with(&inside));
            if let Some(user) = user {
                return Some((used.to_owned(), user.clone(), code));
            }
        }
        None
    }
}

/// The code of a deletion that is done.
fn synchronous(codes: &[u16]) -> u16 {
    [200, 204].into_iter().find(|code| codes.contains(code)).unwrap_or(204)
}
