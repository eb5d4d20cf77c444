//! Who may do what: the action that a request needs, and the role assignments that allow it.
//!
//! Without settings every token may do everything. [`Settings::grants`](crate::Settings::grants) limits the principals
//! that it names, and [`Settings::enforce_roles`](crate::Settings::enforce_roles) everybody.

mod assignments;
mod permissions;
mod table;

use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::message::{Method, Request};
use crate::route::{self, Route, Target};
use crate::store::named_ids;
use permissions::Permission;
pub(crate) use table::BuiltIn;
use table::ROLES;

pub(crate) const ASSIGNMENT: &str = "Microsoft.Authorization/roleAssignments";
pub(crate) const DEFINITION: &str = "Microsoft.Authorization/roleDefinitions";
pub(super) const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

/// What a caller needs on a resource, by its type, to name it in another one.
const LINKED: [(&str, &str); 18] = [
    ("Microsoft.ManagedIdentity/userAssignedIdentities", "assign"),
    ("Microsoft.Network/applicationSecurityGroups", "joinIpConfiguration"),
    ("Microsoft.Network/ddosProtectionPlans", "join"),
    ("Microsoft.Network/firewallPolicies", "join"),
    ("Microsoft.Network/natGateways", "join"),
    ("Microsoft.Network/networkInterfaces", "join"),
    ("Microsoft.Network/networkSecurityGroups", "join"),
    ("Microsoft.Network/privateDnsZones", "join"),
    ("Microsoft.Network/publicIPAddresses", "join"),
    ("Microsoft.Network/publicIPPrefixes", "join"),
    ("Microsoft.Network/routeTables", "join"),
    ("Microsoft.Network/virtualNetworks", "join"),
    ("Microsoft.Network/virtualNetworks/subnets", "join"),
    ("Microsoft.OperationalInsights/workspaces", "sharedKeys"),
    ("Microsoft.Insights/actionGroups", "read"),
    ("Microsoft.Sql/servers/elasticPools", "join"),
    ("Microsoft.Authorization/policyDefinitions", "read"),
    ("Microsoft.Authorization/policySetDefinitions", "read"),
];

impl BuiltIn {
    /// The permissions as the role's definition shows them.
    pub fn permissions(&self) -> Value {
        permissions::shown(self)
    }
}

/// All built-in roles.
pub(crate) fn built_in() -> &'static [BuiltIn] {
    &ROLES
}

impl Cloud {
    /// Refuses with 403 what the roles of the caller do not allow.
    pub(crate) fn authorize(&self, route: &Route, request: &Request) -> Answer<()> {
        let Some(principal) = self.limited_caller() else { return Ok(()) };
        let Some((action, scope)) = self.needed(route, request) else { return Ok(()) };
        if !self.may(principal, &action, &scope) {
            return Err(self.authorization_failed(principal, &action, &scope));
        }
        match &route.target {
            Target::Instance(instance) if matches!(request.method, Method::Put | Method::Patch) => {
                let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
                self.authorize_links(principal, &action, &instance.id, &body)
            }
            _ => Ok(()),
        }
    }

    /// Refuses with 403 the first write of a resource, by type and id, that the roles of the caller do not allow.
    pub(crate) fn authorize_writes<'a>(
        &self,
        writes: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Answer<()> {
        let Some(principal) = self.limited_caller() else { return Ok(()) };
        for (type_name, id) in writes {
            let action = format!("{}/write", self.action_type(type_name));
            if !self.may(principal, &action, id) {
                return Err(self.authorization_failed(principal, &action, id));
            }
        }
        Ok(())
    }

    /// The object id of the caller, when it may not do everything. Empty for one without a readable token.
    pub(crate) fn limited_caller(&self) -> Option<&str> {
        let principal = self.caller.as_ref().map_or("", |caller| caller.object_id.as_str());
        let named =
            || self.settings.grants.iter().any(|grant| grant.principal.eq_ignore_ascii_case(principal));
        (self.settings.enforce_roles || named()).then_some(principal)
    }

    fn authorization_failed(&self, principal: &str, action: &str, scope: &str) -> ApiError {
        let client = self.client_of(principal);
        let message = format!(
            "The client '{client}' with object id '{principal}' does not have authorization to perform action '{action}' \
             over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your \
             credentials."
        );
        ApiError::new(403, "AuthorizationFailed", message)
    }

    fn client_of<'a>(&'a self, principal: &'a str) -> &'a str {
        let application = self.caller.as_ref().and_then(|caller| caller.application.as_deref());
        application.unwrap_or(principal)
    }

    /// A write that names other resources needs the right to use them, too.
    fn authorize_links(&self, principal: &str, action: &str, id: &str, body: &Value) -> Answer<()> {
        let Some(body) = body.as_object() else { return Ok(()) };
        let own = format!("{}/", id.to_ascii_lowercase());
        for linked in named_ids(body).into_iter().filter(|linked| !linked.starts_with(&own)) {
            let Ok(Route { target: Target::Instance(other), .. }) = route::parse(&linked) else { continue };
            let known = LINKED.iter().find(|(name, _)| name.eq_ignore_ascii_case(&other.type_name));
            let Some((type_name, verb)) = known else { continue };
            let needed = if *verb == "read" {
                format!("{type_name}/read")
            } else {
                format!("{type_name}/{verb}/action")
            };
            if self.may(principal, &needed, &linked) {
                continue;
            }
            let client = self.client_of(principal);
            let linked = self.id_of(&linked);
            let message = format!(
                "The client '{client}' with object id '{principal}' has permission to perform action '{action}' on scope \
                 '{id}'; however, it does not have permission to perform action(s) '{needed}' on the linked scope(s) \
                 '{linked}' (respectively) or the linked scope(s) are invalid."
            );
            return Err(ApiError::new(403, "LinkedAuthorizationFailed", message));
        }
        Ok(())
    }

    /// Whether role assignments, or grants of the settings, allow a principal an action on a scope.
    pub(crate) fn may(&self, principal: &str, action: &str, scope: &str) -> bool {
        self.permissions_at(principal, scope).iter().any(|permission| permission.allows(action))
    }

    /// The same, of what is done with the data in a resource.
    pub(crate) fn may_with_data(&self, principal: &str, action: &str, scope: &str) -> bool {
        self.permissions_at(principal, scope).iter().any(|permission| permission.allows_data(action))
    }

    /// All that the roles of a principal say of a scope.
    fn permissions_at(&self, principal: &str, scope: &str) -> Vec<Permission> {
        let scopes = self.scopes_around(scope);
        let granted = self.settings.grants.iter().filter(|grant| {
            let at = grant.scope.trim_end_matches('/').to_ascii_lowercase();
            grant.principal.eq_ignore_ascii_case(principal) && scopes.contains(&at)
        });
        let mut roles: Vec<String> = granted.map(|grant| grant.role.clone()).collect();
        for scope in &scopes {
            let prefix = format!("{scope}/providers/microsoft.authorization/roleassignments/");
            let here = self.store.range(&prefix, None).filter_map(|(_, assignment)| {
                let properties = assignment.body.get("properties")?;
                let own = properties.get("principalId")?.as_str()?.eq_ignore_ascii_case(principal);
                own.then(|| properties.get("roleDefinitionId")?.as_str().map(str::to_owned)).flatten()
            });
            roles.extend(here);
        }
        roles.iter().flat_map(|role| self.permissions(role)).collect()
    }

    /// What a role, named by its id or, for a built-in one, by its name, allows.
    fn permissions(&self, role: &str) -> Vec<Permission> {
        let name = role.trim_end_matches('/').rsplit('/').next().unwrap_or(role);
        let is_it =
            |known: &&BuiltIn| known.id.eq_ignore_ascii_case(name) || known.name.eq_ignore_ascii_case(name);
        if let Some(known) = ROLES.iter().find(is_it) {
            return vec![Permission::of_built_in(known)];
        }
        let custom = self.store.named(DEFINITION, name).next().and_then(|key| self.store.get(key));
        custom.map(|custom| Permission::of_body(&custom.body)).unwrap_or_default()
    }

    /// A type as actions and policies name it.
    pub(crate) fn action_type(&self, type_name: &str) -> String {
        if type_name.eq_ignore_ascii_case("Microsoft.Resources/resourceGroups") {
            return "Microsoft.Resources/subscriptions/resourceGroups".to_owned();
        }
        self.catalog.get(type_name).map_or(type_name, |descriptor| descriptor.name).to_owned()
    }

    /// The action and the scope that a request needs; none for what everybody may do.
    fn needed(&self, route: &Route, request: &Request) -> Option<(String, String)> {
        let verb = match request.method {
            Method::Get | Method::Head => "read",
            Method::Put | Method::Patch => "write",
            Method::Delete => "delete",
            Method::Post => "action",
        };
        let subscription =
            route.subscription.as_ref().map(|id| format!("/subscriptions/{id}")).unwrap_or_default();
        let group = route.group.as_ref().map(|group| format!("{subscription}/resourceGroups/{group}"));
        let resources = "Microsoft.Resources/subscriptions";
        Some(match &route.target {
            Target::Instance(instance) => {
                (format!("{}/{verb}", self.action_type(&instance.type_name)), instance.id.clone())
            }
            Target::Collection(list) if request.method == Method::Post => {
                let (type_name, action) = list.type_name.rsplit_once('/')?;
                (format!("{}/{action}/action", self.action_type(type_name)), list.parent.clone())
            }
            Target::Collection(list) => {
                (format!("{}/{verb}", self.action_type(&list.type_name)), list.parent.clone())
            }
            Target::Resources => match group {
                Some(group) => (format!("{resources}/resourceGroups/resources/read"), group),
                None => (format!("{resources}/resources/read"), subscription),
            },
            Target::Subscription => (format!("{resources}/read"), subscription),
            Target::Providers | Target::Provider(_) => (format!("{resources}/providers/read"), subscription),
            Target::Register(namespace) => (format!("{namespace}/register/action"), subscription),
            Target::Unregister(namespace) => (format!("{namespace}/unregister/action"), subscription),
            Target::MoveResources => (format!("{resources}/resourceGroups/moveResources/action"), group?),
            Target::ValidateMove => {
                (format!("{resources}/resourceGroups/validateMoveResources/action"), group?)
            }
            Target::ExportGroup => (format!("{resources}/resourceGroups/exportTemplate/action"), group?),
            Target::NameAvailability(namespace) => {
                (format!("{namespace}/checkNameAvailability/read"), subscription)
            }
            _ => return None,
        })
    }
}

/// The body of a built-in definition, as it is shown in a subscription, or in none.
pub(crate) fn definition_value(role: &BuiltIn, subscription: &str) -> Value {
    json!({
        "id": format!("{subscription}/providers/{DEFINITION}/{}", role.id),
        "name": role.id,
        "type": DEFINITION,
        "properties": {
            "roleName": role.name,
            "type": "BuiltInRole",
            "description": "",
            "assignableScopes": ["/"],
            "permissions": role.permissions(),
        },
    })
}
