//! Ids that templates make of types and names.

use serde_json::Value;

use crate::expressions::Problem;

const GROUPS: &str = "Microsoft.Resources/resourceGroups";

/// Where a deployment runs: the id of a tenant (empty), management group, subscription or resource group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The id, without a slash at the end.
    pub scope: String,
    /// The subscription, below the tenant and management groups.
    pub subscription: Option<String>,
    /// The resource group.
    pub group: Option<String>,
}

impl Place {
    pub fn new(scope: &str) -> Place {
        let segments: Vec<&str> = scope.split('/').skip(1).collect();
        let is = |at: usize, keyword: &str| segments.get(at).is_some_and(|s| s.eq_ignore_ascii_case(keyword));
        let segment = |at: usize| segments.get(at).map(|segment| (*segment).to_owned());
        let subscription = segment(1).filter(|_| is(0, "subscriptions"));
        let group = segment(3).filter(|_| subscription.is_some() && is(2, "resourceGroups"));
        Place { scope: scope.trim_end_matches('/').to_owned(), subscription, group }
    }

    fn subscription_scope(&self) -> Result<String, Problem> {
        let subscription = self.subscription.as_ref();
        subscription
            .map(|subscription| format!("/subscriptions/{subscription}"))
            .ok_or_else(|| Problem::new("There is no subscription here: use the functions of the tenant."))
    }

    /// What `resourceId` and its sisters answer, by the name of the function in lower case.
    pub fn resource_id(&self, function: &str, arguments: &[Value]) -> Result<String, Problem> {
        let texts: Option<Vec<&str>> = arguments.iter().map(Value::as_str).collect();
        let texts = texts.ok_or_else(|| Problem::new(format!("Arguments of '{function}' must be texts.")))?;
        match (function, texts.as_slice()) {
            ("tenantresourceid", [type_name, names @ ..]) => compose("", type_name, names),
            ("managementgroupresourceid", [type_name, names @ ..]) => compose(&self.scope, type_name, names),
            ("extensionresourceid", [scope, type_name, names @ ..]) => compose(scope, type_name, names),
            _ => self.scoped_id(function, &texts),
        }
    }

    /// The texts before the type are the subscription and the group.
    fn scoped_id(&self, function: &str, texts: &[&str]) -> Result<String, Problem> {
        let Some(at) = texts.iter().position(|text| text.contains('/')) else {
            return Err(Problem::new(format!(
                "'{function}' takes a type such as 'Microsoft.Network/virtualNetworks'."
            )));
        };
        let (before, type_name, names) = (&texts[..at], texts[at], &texts[at + 1..]);
        let in_subscription = function == "subscriptionresourceid";
        let group =
            |name: &str| Ok::<_, Problem>(format!("{}/resourceGroups/{name}", self.subscription_scope()?));
        let scope = match before {
            [] if in_subscription => self.subscription_scope()?,
            [] => self.scope.clone(),
            [subscription] if in_subscription => format!("/subscriptions/{subscription}"),
            [name] => group(name)?,
            [subscription, name] if !in_subscription => {
                format!("/subscriptions/{subscription}/resourceGroups/{name}")
            }
            _ => return Err(Problem::new(format!("'{function}' has too many arguments before the type."))),
        };
        compose(&scope, type_name, names)
    }
}

/// `{scope}/providers/{namespace}/{type}/{name}/..`. Each segment of the type after the namespace needs a name; names
/// may also come joined by slashes.
pub(super) fn compose(scope: &str, type_name: &str, names: &[&str]) -> Result<String, Problem> {
    let mut kinds = type_name.split('/');
    let namespace = kinds.next().unwrap_or_default();
    let kinds: Vec<&str> = kinds.collect();
    let names: Vec<&str> =
        names.iter().flat_map(|name| name.split('/')).filter(|name| !name.is_empty()).collect();
    if kinds.is_empty() || kinds.len() != names.len() {
        return Err(Problem::new(format!(
            "The type '{type_name}' has {} segments after its namespace, and there are {} names: '{}'.",
            kinds.len(),
            names.len(),
            names.join("/")
        )));
    }
    if type_name.eq_ignore_ascii_case(GROUPS) {
        return Ok(format!("{}/resourceGroups/{}", scope.trim_end_matches('/'), names.join("/")));
    }
    let tail: String = kinds.iter().zip(&names).map(|(kind, name)| format!("/{kind}/{name}")).collect();
    Ok(format!("{}/providers/{namespace}{tail}", scope.trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn id(function: &str, arguments: Value) -> String {
        let place = Place::new("/subscriptions/s/resourceGroups/g");
        place.resource_id(function, arguments.as_array().unwrap()).unwrap_or_else(|problem| problem.0)
    }

    #[test]
    fn ids_are_in_the_group_of_the_deployment_unless_another_is_named() {
        let own = "/subscriptions/s/resourceGroups/g/providers/N/t/a/u/b";
        assert_eq!(id("resourceid", json!(["N/t/u", "a", "b"])), own);
        assert_eq!(id("resourceid", json!(["N/t/u", "a/b"])), own);
        assert_eq!(
            id("resourceid", json!(["h", "N/t", "a"])),
            "/subscriptions/s/resourceGroups/h/providers/N/t/a"
        );
        assert_eq!(
            id("resourceid", json!(["z", "h", "N/t", "a"])),
            "/subscriptions/z/resourceGroups/h/providers/N/t/a"
        );
    }

    #[test]
    fn other_scopes_have_functions_of_their_own() {
        assert_eq!(id("subscriptionresourceid", json!(["N/t", "a"])), "/subscriptions/s/providers/N/t/a");
        assert_eq!(
            id("subscriptionresourceid", json!(["Microsoft.Resources/resourceGroups", "h"])),
            "/subscriptions/s/resourceGroups/h"
        );
        assert_eq!(id("tenantresourceid", json!(["N/t", "a"])), "/providers/N/t/a");
        assert_eq!(id("extensionresourceid", json!(["/x/y", "N/t", "a"])), "/x/y/providers/N/t/a");
    }

    #[test]
    fn too_few_names_are_a_problem() {
        assert!(id("resourceid", json!(["N/t/u", "a"])).contains("there are 1 names"));
    }
}
