//! From a path to what it names. Names are matched without regard to case, and kept as they were sent.

use crate::errors::{Answer, ApiError};
use crate::message::decode;

/// What a path names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Target {
    /// `/tenants`
    Tenants,
    /// `/subscriptions`
    Subscriptions,
    /// `/subscriptions/{s}`
    Subscription,
    /// `/subscriptions/{s}/locations`
    Locations,
    /// `{subscription or group}/resources`
    Resources,
    /// `/subscriptions/{s}/providers`
    Providers,
    /// `/subscriptions/{s}/providers/{namespace}`
    Provider(String),
    /// `/subscriptions/{s}/providers/{namespace}/register`
    Register(String),
    /// `/subscriptions/{s}/providers/{namespace}/unregister`
    Unregister(String),
    /// `{group}/moveResources`
    MoveResources,
    /// `{group}/validateMoveResources`
    ValidateMove,
    /// `{group}/exportTemplate`
    ExportGroup,
    /// `{scope}/providers/{namespace}[..]/checkNameAvailability`
    NameAvailability(String),
    /// `../operationStatuses/{id}`, `../locations/{l}/operations/{id}`
    OperationStatus(String),
    /// `../operationResults/{id}`, `/subscriptions/{s}/providers/{namespace}/operations/{id}`
    OperationResult(String),
    /// An instance.
    Instance(Instance),
    /// All instances of a type in a scope or parent.
    Collection(Collection),
}

/// An instance of a type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Instance {
    /// The id, decoded, as sent.
    pub id: String,
    /// Namespace and type, as sent.
    pub type_name: String,
    /// Last segment of the id.
    pub name: String,
    /// Id of the parent resource, or of the scope that the type's provider stands in.
    pub parent: String,
    /// Id of the scope that the type's provider stands in.
    pub scope: String,
}

/// All instances of a type in a scope or parent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Collection {
    /// Id of the parent resource or scope.
    pub parent: String,
    /// Namespace and type, as sent.
    pub type_name: String,
    /// Whether the parent is a resource of the parent type, and not a scope.
    pub nested: bool,
    /// Last segment of the path, which may be the name of an action on the parent.
    pub leaf: String,
}

/// A parsed path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Route {
    /// The subscription, as sent.
    pub subscription: Option<String>,
    /// The resource group, as sent.
    pub group: Option<String>,
    /// What the path names.
    pub target: Target,
}

const GROUP_TYPE: &str = "Microsoft.Resources/resourceGroups";

fn is(segment: &str, keyword: &str) -> bool {
    segment.eq_ignore_ascii_case(keyword)
}

fn join(segments: &[String]) -> String {
    segments.iter().fold(String::new(), |id, segment| id + "/" + segment)
}

fn not_found(path: &str) -> ApiError {
    ApiError::new(404, "NotFound", format!("No resource, list or action has the path '{path}'."))
}

/// What `path` names.
pub(crate) fn parse(path: &str) -> Answer<Route> {
    let mut segments: Vec<String> = path.split('/').filter(|s| !s.is_empty()).map(decode).collect();
    let mut route = Route { subscription: None, group: None, target: Target::Subscriptions };
    let mut start = 0;
    if segments.first().is_some_and(|s| is(s, "subscriptions")) {
        let Some(subscription) = segments.get(1) else { return Ok(route) };
        route.subscription = Some(subscription.clone());
        start = 2;
        if segments.get(2).is_some_and(|s| is(s, "resourcegroups")) {
            start = 3;
            if let Some(group) = segments.get(3) {
                route.group = Some(group.clone());
                start = 4;
            }
        }
    }
    if start == 4 && segments.get(4).is_some_and(|s| is(s, "deployments")) {
        // Older clients leave the provider of deployments out.
        let provider = ["providers", "Microsoft.Resources"].map(str::to_owned);
        segments.splice(4..4, provider);
    }
    let rest = &segments[start..];
    route.target = match rest {
        [] if start == 0 => return Err(not_found(path)),
        [] if start == 2 => Target::Subscription,
        [] if start == 3 => Target::Collection(groups(&segments)),
        [] => Target::Instance(Instance {
            id: join(&segments),
            type_name: GROUP_TYPE.to_owned(),
            name: segments[3].clone(),
            parent: join(&segments[..2]),
            scope: join(&segments[..2]),
        }),
        [tenants] if is(tenants, "tenants") && start == 0 => Target::Tenants,
        [locations] if is(locations, "locations") && start == 2 => Target::Locations,
        [results, id] if is(results, "operationResults") && start == 2 => Target::OperationResult(id.clone()),
        [resources] if is(resources, "resources") && start > 0 => Target::Resources,
        [action] if is(action, "moveResources") && start == 4 => Target::MoveResources,
        [action] if is(action, "validateMoveResources") && start == 4 => Target::ValidateMove,
        [action] if is(action, "exportTemplate") && start == 4 => Target::ExportGroup,
        [providers] if is(providers, "providers") => Target::Providers,
        [providers, namespace] if is(providers, "providers") => Target::Provider(namespace.clone()),
        [providers, ..] if is(providers, "providers") => provider(path, &segments, start)?,
        _ => return Err(not_found(path)),
    };
    Ok(route)
}

fn groups(segments: &[String]) -> Collection {
    Collection {
        parent: join(&segments[..2]),
        type_name: GROUP_TYPE.to_owned(),
        nested: false,
        leaf: segments[2].clone(),
    }
}

/// What a path names that has at least `providers`, a namespace and a type after its scope of `start` segments.
fn provider(path: &str, segments: &[String], start: usize) -> Answer<Target> {
    let last = segments.len() - 1;
    if last >= 1 && is(&segments[last - 1], "operationStatuses") {
        return Ok(Target::OperationStatus(segments[last].clone()));
    }
    if last >= 1 && is(&segments[last - 1], "operationResults") {
        return Ok(Target::OperationResult(segments[last].clone()));
    }
    if last >= 3 && is(&segments[last - 1], "operations") {
        match segments[last - 3].to_ascii_lowercase().as_str() {
            "locations" => return Ok(Target::OperationStatus(segments[last].clone())),
            "providers" => return Ok(Target::OperationResult(segments[last].clone())),
            _ => {}
        }
    }
    if is(&segments[last], "checkNameAvailability") {
        return Ok(Target::NameAvailability(segments[start + 1].clone()));
    }
    if segments.len() == start + 3 && is(&segments[last], "register") {
        return Ok(Target::Register(segments[start + 1].clone()));
    }
    if segments.len() == start + 3 && is(&segments[last], "unregister") {
        return Ok(Target::Unregister(segments[start + 1].clone()));
    }
    let mut provider = start;
    let mut at = start + 2;
    while at < segments.len() {
        if is(&segments[at], "providers") && at > provider + 2 {
            provider = at;
        }
        at += 2;
    }
    let (scope, chunk) = segments.split_at(provider);
    if chunk.len() < 3 {
        return Err(not_found(path));
    }
    let types: Vec<&str> = chunk[2..].iter().step_by(2).map(String::as_str).collect();
    let type_name = format!("{}/{}", chunk[1], types.join("/"));
    if chunk.len() % 2 == 0 {
        let nested = chunk.len() > 4;
        let parent = if nested { join(&segments[..last - 1]) } else { join(scope) };
        let name = segments[last].clone();
        return Ok(Target::Instance(Instance {
            id: join(segments),
            type_name,
            name,
            parent,
            scope: join(scope),
        }));
    }
    let nested = chunk.len() > 3;
    let parent = if nested { join(&segments[..last]) } else { join(scope) };
    Ok(Target::Collection(Collection { parent, type_name, nested, leaf: segments[last].clone() }))
}

/// The ids of the scopes around `id`, which is in lower case: subscription, group and parent resources, and `id` itself.
pub(crate) fn scopes(id: &str) -> Vec<&str> {
    let mut ends: Vec<usize> = id.match_indices('/').map(|(at, _)| at).skip(1).collect();
    ends.push(id.len());
    // Segment pairs end after an even count of segments; the pair `providers/{namespace}` is no scope.
    let mut scopes = Vec::new();
    for end in ends.iter().skip(1).step_by(2) {
        let scope = &id[..*end];
        let mut tail = scope.rsplit('/');
        tail.next();
        if tail.next() != Some("providers") {
            scopes.push(scope);
        }
    }
    scopes
}

/// The part of an id that messages show: what comes after `providers/`.
pub(crate) fn parent_name(id: &str) -> &str {
    id.to_ascii_lowercase().rfind("/providers/").map_or(id, |at| &id[at + "/providers/".len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const VNET: &str = "/subscriptions/S/resourcegroups/G/providers/Microsoft.Network/virtualNetworks/V";

    fn instance(path: &str) -> Instance {
        match parse(path).unwrap().target {
            Target::Instance(instance) => instance,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_nested_resource_knows_its_parent() {
        let subnet = instance(&format!("{VNET}/subnets/A"));
        assert_eq!(subnet.type_name, "Microsoft.Network/virtualNetworks/subnets");
        assert_eq!(subnet.parent, VNET);
        assert_eq!(subnet.name, "A");
    }

    #[test]
    fn an_extension_resource_has_the_other_resource_as_scope() {
        let lock = instance(&format!("{VNET}/providers/Microsoft.Authorization/locks/keep"));
        assert_eq!(lock.type_name, "Microsoft.Authorization/locks");
        assert_eq!(lock.scope, VNET);
        assert_eq!(lock.parent, VNET);
    }

    #[test]
    fn a_path_without_a_last_name_is_a_collection() {
        let Target::Collection(list) = parse(&format!("{VNET}/subnets")).unwrap().target else { panic!() };
        assert!(list.nested);
        assert_eq!(list.parent, VNET);
        let Target::Collection(list) =
            parse("/subscriptions/S/providers/Microsoft.Network/virtualNetworks").unwrap().target
        else {
            panic!()
        };
        assert!(!list.nested);
        assert_eq!(list.parent, "/subscriptions/S");
    }

    #[test]
    fn names_are_decoded() {
        assert_eq!(instance("/subscriptions/S/resourceGroups/a%20b").name, "a b");
    }

    #[test]
    fn the_scopes_of_a_resource_are_those_that_contain_it() {
        let id = "/subscriptions/s/resourcegroups/g/providers/n/t/v/subnets/a";
        let expected = vec![
            "/subscriptions/s",
            "/subscriptions/s/resourcegroups/g",
            "/subscriptions/s/resourcegroups/g/providers/n/t/v",
            id,
        ];
        assert_eq!(scopes(id), expected);
    }
}
