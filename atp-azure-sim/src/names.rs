//! Rules for names: what a name may look like, and where it has to be the only one.

use atp_azure::descriptor::{NameRules, Parent, TypeDescriptor, Unique};
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::message::{Request, Response};
use crate::route::Instance;

impl Cloud {
    /// Whether a new instance may have this name.
    pub(crate) fn check_name(&mut self, descriptor: &'static TypeDescriptor, name: &str) -> Answer<()> {
        let group = descriptor.parent == Parent::Subscription;
        let dot = "It must not end with '.'.".to_owned();
        match self.name_problem(&descriptor.names, name).or((group && name.ends_with('.')).then_some(dot)) {
            None => Ok(()),
            Some(problem) => {
                let code = match descriptor.name.to_ascii_lowercase().as_str() {
                    "microsoft.storage/storageaccounts" => "AccountNameInvalid",
                    "microsoft.keyvault/vaults" => "VaultNameNotValid",
                    "microsoft.authorization/roleassignments" => "InvalidRoleAssignmentId",
                    _ => "InvalidResourceName",
                };
                let message =
                    format!("Resource name '{name}' of type '{}' is invalid. {problem}", descriptor.name);
                Err(ApiError::new(400, code, message))
            }
        }
    }

    fn name_problem(&mut self, rules: &'static NameRules, name: &str) -> Option<String> {
        let length = name.chars().count();
        if let Some(fixed) = rules.fixed {
            let other = !fixed.eq_ignore_ascii_case(name);
            return other.then(|| format!("The name must be '{fixed}'."));
        }
        if length > 260
            || name.contains(['<', '>', '%', '&', ':', '\\', '?', '/'])
            || name.contains(char::is_control)
        {
            return Some("It is longer than 260 characters or has one of <>%&:\\?/ in it.".to_owned());
        }
        if length < rules.min || (rules.max > 0 && length > rules.max) {
            return Some(format!("The length must be from {} to {} characters.", rules.min, rules.max));
        }
        let pattern = self.catalog.pattern(rules.pattern);
        let mismatch = pattern.is_some_and(|pattern| !pattern.is_match(name));
        mismatch.then(|| format!("The name must match '{}'.", rules.pattern))
    }

    /// Key of the instance that already has the name of `instance`, where only one may have it.
    pub(crate) fn taken(&self, descriptor: &TypeDescriptor, key: &str, name: &str) -> Option<String> {
        let unique = descriptor.names.unique;
        let within = match unique {
            Unique::Global | Unique::Tenant => "/".to_owned(),
            Unique::Subscription => scope_prefix(key, 2),
            Unique::ResourceGroup => scope_prefix(key, 4),
            // The id already says so.
            Unique::Parent => return None,
        };
        if matches!(descriptor.parent, Parent::Resource(_)) && unique != Unique::Global {
            return None;
        }
        self.store
            .named(descriptor.name, name)
            .find(|other| *other != key && other.starts_with(&within))
            .cloned()
    }

    pub(crate) fn refuse_taken(
        &self,
        descriptor: &TypeDescriptor,
        key: &str,
        instance: &Instance,
    ) -> Answer<()> {
        let Some(_) = self.taken(descriptor, key, &instance.name) else { return Ok(()) };
        Err(taken_error(descriptor, &instance.name))
    }

    /// POST `checkNameAvailability` answers `{nameAvailable, reason, message}`.
    pub(crate) fn name_availability(&mut self, namespace: &str, request: &Request) -> Answer<Response> {
        let asked: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
        let Some(name) = asked["name"].as_str() else {
            return Err(ApiError::parameter("name", "The required property 'name' is missing."));
        };
        let wanted = asked["type"].as_str().unwrap_or_default().to_ascii_lowercase();
        let fits = |d: &&'static TypeDescriptor| {
            d.namespace().eq_ignore_ascii_case(namespace)
                && match wanted.as_str() {
                    "" => d.names.unique == Unique::Global,
                    wanted => {
                        d.name.eq_ignore_ascii_case(wanted)
                            || wanted.ends_with(&d.leaf().to_ascii_lowercase())
                    }
                }
        };
        let Some(descriptor) = self.catalog.types().find(fits) else {
            return Err(ApiError::parameter("type", format!("The type '{wanted}' is not known.")));
        };
        let (taken, invalid) = reasons(descriptor.namespace());
        let path = request.path.to_ascii_lowercase();
        let subscription = path.find("/providers/").map_or("", |end| &path[..end]);
        let is_global = descriptor.names.unique == Unique::Global;
        let other =
            self.store.named(descriptor.name, name).find(|key| is_global || key.starts_with(subscription));
        let is_taken =
            other.is_some() || self.reserved(descriptor.name, name) || self.is_alias(descriptor, name);
        let body = if let Some(problem) = self.name_problem(&descriptor.names, name) {
            json!({ "nameAvailable": false, "reason": invalid, "message": problem })
        } else if !is_taken {
            json!({ "nameAvailable": true })
        } else if descriptor.namespace().eq_ignore_ascii_case("Microsoft.Cache") {
            // Redis says it with an error.
            return Err(taken_error(descriptor, name));
        } else {
            let message = taken_error(descriptor, name).message;
            json!({ "nameAvailable": false, "reason": taken, "message": message })
        };
        Ok(Response::json(200, &body))
    }
}

/// What `checkNameAvailability` of a namespace gives as the reason for a name that is taken, and for one that is none.
fn reasons(namespace: &str) -> (&'static str, &'static str) {
    match namespace.to_ascii_lowercase().as_str() {
        "microsoft.storage" | "microsoft.keyvault" => ("AlreadyExists", "AccountNameInvalid"),
        "microsoft.servicebus" | "microsoft.eventhub" => ("NameInUse", "InvalidName"),
        _ => ("AlreadyExists", "Invalid"),
    }
}

/// What each service says of a name that somebody else has.
fn taken_error(descriptor: &TypeDescriptor, name: &str) -> ApiError {
    let (status, code, message) = match descriptor.name.to_ascii_lowercase().as_str() {
        "microsoft.storage/storageaccounts" => {
            (409, "StorageAccountAlreadyTaken", format!("The storage account named {name} is already taken."))
        }
        "microsoft.keyvault/vaults" => (
            409,
            "VaultAlreadyExists",
            format!(
                "The vault name '{name}' is already in use. Vault names are globally unique so it is possible \
                 that the name is already taken."
            ),
        ),
        "microsoft.containerregistry/registries" => {
            (409, "AlreadyInUse", format!("The registry DNS name {name}.azurecr.io is already in use."))
        }
        "microsoft.cache/redis" => (
            409,
            "NameNotAvailable",
            format!(
                "The DNS name of the cache '{name}' cannot be reserved. Choose a different name or try again later."
            ),
        ),
        "microsoft.documentdb/databaseaccounts" => {
            (400, "BadRequest", format!("Dns record for {name} under zone Document is already taken."))
        }
        "microsoft.servicebus/namespaces" | "microsoft.eventhub/namespaces" => {
            (400, "BadRequest", "The specified name is not available.".to_owned())
        }
        _ => {
            (409, "NameAlreadyExists", format!("The name '{name}' already exists. Choose a different name."))
        }
    };
    ApiError::new(status, code, message)
}

/// The first `count` segments of a key, with a slash at the end.
fn scope_prefix(key: &str, count: usize) -> String {
    let end = key.match_indices('/').nth(count).map_or(key.len(), |(at, _)| at);
    format!("{}/", &key[..end])
}
