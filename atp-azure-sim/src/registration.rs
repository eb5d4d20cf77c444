//! Resource providers, and their registration with a subscription.

use serde_json::{Map, Value, json};

use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::locations;
use crate::message::Response;
use crate::route::{Route, Target};
use crate::store::Resource;

/// The type under which the cloud remembers a registration. Lists of resources do not show it.
const REGISTRATION: &str = "Microsoft.Resources/providers";

/// Providers that need no registration.
const FREE: [&str; 10] = [
    "microsoft.authorization",
    "microsoft.billing",
    "microsoft.commerce",
    "microsoft.consumption",
    "microsoft.costmanagement",
    "microsoft.features",
    "microsoft.management",
    "microsoft.portal",
    "microsoft.resources",
    "microsoft.support",
];

/// Whether a resource is a registration, and nothing that clients made.
pub(crate) fn is_registration(resource: &Resource) -> bool {
    resource.type_name == REGISTRATION
}

fn key(subscription: &str, namespace: &str) -> String {
    format!("/subscriptions/{subscription}/providers/{namespace}").to_ascii_lowercase()
}

impl Cloud {
    /// `NotRegistered`, `Registering`, `Registered` or `Unregistering`. A change takes as long as an operation.
    fn registration_state(&self, subscription: &str, namespace: &str) -> &'static str {
        if FREE.contains(&namespace.to_ascii_lowercase().as_str()) {
            return "Registered";
        }
        let (wanted, changing) = match self.store.get(&key(subscription, namespace)) {
            None => (self.settings.providers_registered, false),
            Some(entry) => {
                let duration =
                    i64::try_from(self.settings.operation_duration.as_millis()).unwrap_or(i64::MAX);
                let since = entry.body.get("since").and_then(Value::as_i64).unwrap_or(0);
                let wanted = entry.body.get("registered") == Some(&json!(true));
                (wanted, self.now < since.saturating_add(duration))
            }
        };
        match (wanted, changing) {
            (true, true) => "Registering",
            (true, false) => "Registered",
            (false, true) => "Unregistering",
            (false, false) => "NotRegistered",
        }
    }

    /// Refuses with 409 what is about types of a provider that is not registered with the subscription.
    pub(crate) fn require_registered(&self, route: &Route) -> Answer<()> {
        let Some(subscription) = &route.subscription else { return Ok(()) };
        let type_name = match &route.target {
            Target::Instance(instance) => &instance.type_name,
            Target::Collection(list) => &list.type_name,
            _ => return Ok(()),
        };
        let namespace = self.namespace(type_name.split('/').next().unwrap_or_default());
        let known = self.catalog.has_namespace(namespace);
        if !known || self.registration_state(subscription, namespace) == "Registered" {
            return Ok(());
        }
        // Clients register what the last quoted word says.
        let message = format!("The subscription is not registered to use namespace '{namespace}'.");
        let details =
            json!({ "code": "MissingSubscriptionRegistration", "target": namespace, "message": message });
        let error = ApiError::new(409, "MissingSubscriptionRegistration", message);
        Err(error.with_details(vec![details]))
    }

    /// A namespace, spelt as its provider does.
    fn namespace<'a>(&self, namespace: &'a str) -> &'a str {
        let mut types = self.catalog.types();
        types.find(|d| d.namespace().eq_ignore_ascii_case(namespace)).map_or(namespace, |d| d.namespace())
    }

    pub(crate) fn list_providers(&self, route: &Route) -> Response {
        let shown: Vec<Value> =
            self.catalog.namespaces().map(|name| self.provider_value(route, name)).collect();
        Response::json(200, &json!({ "value": shown }))
    }

    pub(crate) fn provider(&self, route: &Route, namespace: &str) -> Answer<Response> {
        if !self.catalog.has_namespace(namespace) {
            let message = format!("The resource namespace '{namespace}' is invalid.");
            return Err(ApiError::new(404, "InvalidResourceNamespace", message));
        }
        Ok(Response::json(200, &self.provider_value(route, namespace)))
    }

    /// Registers a provider with the subscription, or ends that, which takes a while. Doing it again changes nothing.
    pub(crate) fn set_registered(
        &mut self,
        route: &Route,
        namespace: &str,
        registered: bool,
    ) -> Answer<Response> {
        let subscription = route.subscription.clone().unwrap_or_default();
        if self.catalog.has_namespace(namespace) {
            let state = self.registration_state(&subscription, namespace);
            if matches!(state, "Registered" | "Registering") != registered {
                let id = format!("/subscriptions/{subscription}/providers/{}", self.namespace(namespace));
                let body = Map::from_iter([
                    ("registered".to_owned(), json!(registered)),
                    ("since".to_owned(), json!(self.now)),
                ]);
                let number = self.store.next_number();
                let entry = Resource {
                    type_name: REGISTRATION.to_owned(),
                    name: self.namespace(namespace).to_owned(),
                    id,
                    body,
                    revision: number,
                    order: number,
                    created: self.now,
                    operation: None,
                    state: None,
                    hidden: false,
                    deployment: None,
                };
                self.store.put(&key(&subscription, namespace), entry);
            }
        }
        self.provider(route, namespace)
    }

    fn provider_value(&self, route: &Route, namespace: &str) -> Value {
        let known = self.catalog.types().filter(|d| d.namespace().eq_ignore_ascii_case(namespace));
        let types: Vec<Value> = known
            .map(|d| {
                let kind = d.name.split_once('/').map_or("", |(_, kind)| kind);
                let tracked = d.has_location();
                let move_support = "CrossResourceGroupResourceMove, CrossSubscriptionResourceMove";
                let capabilities = if tracked {
                    format!("{move_support}, SupportsTags, SupportsLocation")
                } else {
                    "None".into()
                };
                json!({
                    "resourceType": kind,
                    "locations": if tracked { locations::display_names() } else { Vec::new() },
                    "apiVersions": [d.api_version],
                    "capabilities": capabilities,
                })
            })
            .collect();
        let name = self.namespace(namespace);
        let mut shown = json!({ "namespace": name, "resourceTypes": types });
        if let Some(subscription) = &route.subscription {
            let free = FREE.contains(&namespace.to_ascii_lowercase().as_str());
            shown["id"] = json!(format!("/subscriptions/{subscription}/providers/{name}"));
            shown["registrationState"] = json!(self.registration_state(subscription, name));
            shown["registrationPolicy"] =
                json!(if free { "RegistrationFree" } else { "RegistrationRequired" });
        } else {
            shown["id"] = json!(format!("/providers/{name}"));
        }
        shown
    }
}
