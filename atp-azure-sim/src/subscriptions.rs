//! Subscriptions.

use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::locations;
use crate::message::Response;
use crate::route::Route;

impl Cloud {
    pub(crate) fn list_subscriptions(&self) -> Response {
        let known = self.settings.subscriptions.iter().cloned();
        // Without a list of subscriptions, those are known that hold something.
        let mut used: Vec<String> = known.collect();
        if used.is_empty() {
            for (key, _) in self.store.resources() {
                let mut segments = key.split('/').skip(1);
                if let (Some("subscriptions"), Some(id)) = (segments.next(), segments.next())
                    && used.last().is_none_or(|last| last != id)
                {
                    used.push(id.to_owned());
                }
            }
        }
        let shown: Vec<Value> = used.iter().map(|id| self.subscription_value(id)).collect();
        Response::json(200, &json!({ "value": shown }))
    }

    pub(crate) fn list_tenants(&self) -> Response {
        let tenant = &self.settings.tenant;
        let shown = json!({
            "id": format!("/tenants/{tenant}"),
            "tenantId": tenant,
            "tenantCategory": "Home",
            "displayName": "Simulated",
            "defaultDomain": "simulated.onmicrosoft.com",
        });
        Response::json(200, &json!({ "value": [shown] }))
    }

    pub(crate) fn list_locations(&self, route: &Route) -> Response {
        let subscription = route.subscription.as_deref().unwrap_or_default();
        Response::json(200, &json!({ "value": locations::list(subscription) }))
    }

    pub(crate) fn subscription(&self, route: &Route) -> Response {
        Response::json(200, &self.subscription_value(route.subscription.as_deref().unwrap_or_default()))
    }

    pub(crate) fn subscription_value(&self, id: &str) -> Value {
        let tags =
            format!("/subscriptions/{id}/providers/microsoft.resources/tags/default").to_ascii_lowercase();
        let tags = self.store.get(&tags).and_then(|tags| tags.body.get("tags"));
        json!({
            "id": format!("/subscriptions/{id}"),
            "tags": tags.cloned().unwrap_or_else(|| json!({})),
            "subscriptionId": id,
            "tenantId": self.settings.tenant,
            "displayName": format!("Simulated {}", id.get(..8).unwrap_or(id)),
            "state": "Enabled",
            "authorizationSource": "RoleBased",
            "subscriptionPolicies": { "spendingLimit": "Off", "quotaId": "Simulated_2014-09-01" },
        })
    }
}
