//! The scopes that a scope stands in: groups, subscription, management groups, tenant.

use crate::cloud::Cloud;
use crate::route::scopes;

const MANAGEMENT_GROUPS: &str = "/providers/microsoft.management/managementgroups/";
const MEMBERSHIP: &str = "Microsoft.Management/managementGroups/subscriptions";
/// Management groups nest so deep.
const DEEPEST: usize = 8;

impl Cloud {
    /// The scopes around `id` and `id` itself, in lower case: first the tenant, which is empty, then the management
    /// groups, and so on.
    pub(crate) fn scopes_around(&self, id: &str) -> Vec<String> {
        let key = id.trim_end_matches('/').to_ascii_lowercase();
        let own = scopes(&key);
        let mut around = vec![String::new()];
        if !key.is_empty() {
            around.push(format!("{MANAGEMENT_GROUPS}{}", self.settings.tenant.to_ascii_lowercase()));
        }
        let mut named = Vec::new();
        let first = own.first().copied().unwrap_or_default();
        let mut next = match first.strip_prefix("/subscriptions/") {
            Some(subscription) => self.management_group_of(subscription),
            None if first.starts_with(MANAGEMENT_GROUPS) => self.parent_group(first),
            None => None,
        };
        while let Some(group) = next.filter(|group| named.len() < DEEPEST && !named.contains(group)) {
            next = self.parent_group(&group);
            named.push(group);
        }
        named.retain(|group| !around.contains(group));
        around.extend(named.into_iter().rev());
        around.extend(own.into_iter().map(str::to_owned));
        around
    }

    fn management_group_of(&self, subscription: &str) -> Option<String> {
        let key = self.store.named(MEMBERSHIP, subscription).next()?;
        key.rsplit_once("/subscriptions/").map(|(group, _)| group.to_owned())
    }

    fn parent_group(&self, key: &str) -> Option<String> {
        let properties = self.store.get(key)?.body.get("properties")?;
        let parent = properties.get("details")?.get("parent")?.get("id")?.as_str()?;
        Some(parent.to_ascii_lowercase())
    }
}
