//! What has to hold before a write or a delete: its surroundings exist, nothing else is under way, and the conditions of
//! the client are met.

use atp_azure::descriptor::{Parent, TypeDescriptor};

use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::message::Request;
use crate::route::{Instance, Route, parent_name, scopes};
use crate::store::Resource;

impl Cloud {
    /// Subscription, group and parent have to be there, and the group must not be about to be deleted.
    pub(crate) fn require_surroundings(
        &self,
        route: &Route,
        descriptor: &TypeDescriptor,
        instance: &Instance,
    ) -> Answer<()> {
        if let (Some(subscription), Some(group)) = (&route.subscription, &route.group)
            && descriptor.parent != Parent::Subscription
        {
            self.require_group(subscription, group)?;
        }
        if descriptor.parent == Parent::ResourceGroup && route.group.is_none() {
            let message =
                format!("'{}' is not a resource group: '{}' lives in one.", instance.parent, descriptor.name);
            return Err(ApiError::new(400, "InvalidResourceScope", message));
        }
        let parent = self.store.get(&instance.parent.to_ascii_lowercase());
        let parent_is_there = parent.is_some_and(|parent| !parent.hidden);
        if matches!(descriptor.parent, Parent::Resource(_)) && !parent_is_there {
            self.refuse_unprovisioned(&instance.parent.to_ascii_lowercase())?;
            return Err(ApiError::parent_not_found(parent_name(&instance.parent)));
        }
        let extends_resource = instance.scope.to_ascii_lowercase().contains("/providers/");
        let scope = self.store.get(&instance.scope.to_ascii_lowercase());
        let management_group = instance.scope.to_ascii_lowercase().contains("/managementgroups/");
        if descriptor.parent == Parent::Scope && extends_resource && scope.is_none() && !management_group {
            let message = format!(
                "The Resource '{}' under resource group '{}' was not found.",
                parent_name(&instance.scope),
                route.group.as_deref().unwrap_or("<null>")
            );
            return Err(ApiError::new(404, "ResourceNotFound", message));
        }
        Ok(())
    }

    fn require_group(&self, subscription: &str, group: &str) -> Answer<()> {
        let key = format!("/subscriptions/{subscription}/resourcegroups/{group}").to_ascii_lowercase();
        self.store.get(&key).map(drop).ok_or_else(|| ApiError::group_not_found(group))
    }

    /// A write or delete has to wait for the operation that runs on the resource, or on its siblings in the same parent
    /// when the parent shows them.
    pub(crate) fn refuse_busy(
        &self,
        descriptor: &TypeDescriptor,
        key: &str,
        request: &Request,
    ) -> Answer<()> {
        self.refuse_deleting_group(key)?;
        let mut running = self.store.running(key).or_else(|| self.deleting_around(key));
        if running.is_none() && self.catalog.is_embedded(descriptor) {
            let parent = key.rsplitn(3, '/').nth(2).unwrap_or_default();
            running = self.store.running(parent).or_else(|| self.store.running_below(&format!("{parent}/")));
        }
        if running.is_none() && matches!(descriptor.parent, Parent::Resource(_)) {
            let parent = key.rsplitn(3, '/').nth(2).unwrap_or_default();
            let creating = self.store.get(parent).is_some_and(|p| p.state.as_deref() == Some("Creating"));
            running = self.store.running(parent).filter(|_| creating);
        }
        if running.is_none() && !self.catalog.embedded(descriptor).is_empty() {
            running = self.store.running_below(&format!("{key}/"));
        }
        match running {
            None => Ok(()),
            Some(id) => {
                let url = self.operation_url(request, id, descriptor.api_version);
                Err(self.busy(descriptor, key, &url))
            }
        }
    }

    /// The operation that deletes something around `key`.
    fn deleting_around(&self, key: &str) -> Option<&String> {
        let around = scopes(key).into_iter().filter(|scope| *scope != key);
        let deleting =
            around.filter_map(|scope| self.store.get(scope)).find(|r| r.state.as_deref() == Some("Deleting"));
        self.store.running(&deleting?.id.to_ascii_lowercase())
    }

    pub(crate) fn refuse_deleting_group(&self, key: &str) -> Answer<()> {
        let Some(end) = key.match_indices('/').nth(4).map(|(at, _)| at) else { return Ok(()) };
        let Some(group) = self.store.get(&key[..end]) else { return Ok(()) };
        if group.state.as_deref() != Some("Deleting") {
            return Ok(());
        }
        let message = format!(
            "The resource group '{}' is in deprovisioning state and cannot perform this operation.",
            group.name
        );
        Err(ApiError::new(409, "ResourceGroupBeingDeleted", message))
    }

    /// Evaluates `If-Match` and `If-None-Match`: 412 when they are not met.
    pub(crate) fn check_conditions(
        &self,
        request: &Request,
        key: &str,
        old: Option<&Resource>,
        id: &str,
    ) -> Answer<()> {
        let current = old.map(|old| self.etag(key, old));
        let matches = |condition: &str| match &current {
            Some(etag) => condition == "*" || same_etag(condition, etag),
            None => false,
        };
        let match_fails = request.header("if-match").is_some_and(|condition| !matches(condition));
        let none_match_fails = request.header("if-none-match").is_some_and(matches);
        if match_fails || none_match_fails { Err(ApiError::precondition_failed(id)) } else { Ok(()) }
    }
}

/// Whether two etags name the same version; clients send them with and without `W/` and quotes.
fn same_etag(left: &str, right: &str) -> bool {
    let bare = |etag: &str| etag.trim_start_matches("W/").trim_matches('"').to_owned();
    left.split(',').any(|left| bare(left.trim()) == bare(right))
}
