//! Moves of resources between groups: `{group}/moveResources`, and `validateMoveResources`, which only looks.

use serde_json::{Map, Value, json};

use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::latency::Phase;
use crate::locks::Access;
use crate::message::{Request, Response};
use crate::operations::Work;
use crate::roles::ASSIGNMENT;
use crate::route::Route;

/// Most resources in one move.
const MOST: usize = 800;
const GROUPS: &str = "Microsoft.Resources/resourceGroups";

/// Types that cannot be moved.
/// <https://learn.microsoft.com/azure/azure-resource-manager/management/move-support-resources>
const FIXED: [&str; 8] = [
    "microsoft.containerservice/managedclusters",
    "microsoft.managedidentity/userassignedidentities",
    "microsoft.network/applicationgateways",
    "microsoft.network/azurefirewalls",
    "microsoft.network/bastionhosts",
    "microsoft.network/natgateways",
    "microsoft.network/privatelinkservices",
    "microsoft.securityinsights/alertrules",
];

impl Cloud {
    /// Checks a move, and starts it unless it is only to be checked.
    pub(crate) fn move_or_validate(
        &mut self,
        route: &Route,
        request: &Request,
        only_look: bool,
    ) -> Answer<Response> {
        let (Some(subscription), Some(group)) = (&route.subscription, &route.group) else {
            return Err(ApiError::method_not_allowed(&request.path));
        };
        let source_id = format!("/subscriptions/{subscription}/resourceGroups/{group}");
        let source = source_id.to_ascii_lowercase();
        if self.store.get(&source).is_none() {
            return Err(ApiError::group_not_found(group));
        }
        let (keys, target) = self.checked_move(&source, request)?;
        if only_look {
            return Ok(Response::empty(204));
        }
        let duration = self.duration(GROUPS, Phase::Update, &source, self.now);
        let place = format!("/subscriptions/{subscription}/providers/Microsoft.Resources/locations/global");
        let due = self.now.saturating_add(duration);
        let id = self.start_at(&source, &place, due, Work::Move { keys, target });
        let version = request.parameter("api-version").unwrap_or_default();
        Ok(self.follow_location(Response::empty(202), request, &id, version))
    }

    /// Keys of the resources to move, and the id of the group to move them to.
    fn checked_move(&self, source: &str, request: &Request) -> Answer<(Vec<String>, String)> {
        let body: Value =
            serde_json::from_slice(&request.body).map_err(|error| ApiError::content("", error))?;
        let needed =
            |name: &str| ApiError::parameter(name, format!("The required property '{name}' is missing."));
        let target = body["targetResourceGroup"].as_str().ok_or_else(|| needed("targetResourceGroup"))?;
        let target = target.trim_end_matches('/');
        let resources = body["resources"]
            .as_array()
            .filter(|list| !list.is_empty())
            .ok_or_else(|| needed("resources"))?;
        if resources.len() > MOST {
            let problem =
                format!("At most {MOST} resources can be moved at once, and {} were sent.", resources.len());
            return Err(ApiError::new(400, "MoveResourcesQuotaExceeded", problem));
        }
        let keys: Option<Vec<String>> =
            resources.iter().map(|id| id.as_str().map(str::to_ascii_lowercase)).collect();
        let keys = keys.ok_or_else(|| ApiError::content("resources", "Expected a list of ids."))?;
        if target.eq_ignore_ascii_case(source) {
            let message = "The source and the target resource group of a move are the same.";
            return Err(ApiError::new(400, "InvalidMoveTarget", message).with_target("targetResourceGroup"));
        }
        let mut segments = target.split('/').skip(1);
        let _ = segments.next();
        self.require_subscription(segments.next().unwrap_or_default())?;
        if self.store.get(&target.to_ascii_lowercase()).is_none_or(|found| found.type_name != GROUPS) {
            return Err(ApiError::group_not_found(target.rsplit('/').next().unwrap_or_default()));
        }
        self.refuse_deleting_group(&format!("{}/", target.to_ascii_lowercase()))?;
        self.refuse_deleting_group(&format!("{source}/"))?;
        self.refuse_locked(target, Access::Write)?;
        for key in &keys {
            self.check_mover(key, source, target)?;
        }
        Ok((keys, target.to_owned()))
    }

    fn check_mover(&self, key: &str, source: &str, target: &str) -> Answer<()> {
        let top = self.top_resources(source);
        let Some(resource) = self.store.get(key).filter(|found| !found.hidden) else {
            return Err(ApiError::new(
                404,
                "ResourceNotFound",
                format!("The resource '{key}' to move was not found."),
            ));
        };
        let cannot = |code: &str, why: &str| {
            let detail = json!({ "code": code, "target": resource.id, "message": format!("The resource '{}' {why}.", resource.id) });
            let message = "Cannot move one or more resources in the request. Please check details for information about \
                           each resource.";
            Err(ApiError::new(400, "CannotMoveResource", message).with_details(vec![detail]))
        };
        if !top.contains(&key.to_owned()) {
            return cannot("ResourceNotTopLevel", "is not directly in the source group");
        }
        if FIXED.contains(&resource.type_name.to_ascii_lowercase().as_str()) {
            return cannot("ResourceMoveNotSupported", "is of a type that cannot be moved");
        }
        self.refuse_locked(&resource.id, Access::Delete)?;
        self.refuse_locked(&resource.id, Access::Write)?;
        let below = format!("{key}/");
        if self.store.running(key).or_else(|| self.store.running_below(&below)).is_some() {
            let message = format!(
                "Resource move cannot proceed, as the resource '{}' is not in succeeded state.",
                resource.id
            );
            return Err(ApiError::new(409, "MoveCannotProceedWithResourcesNotInSucceededState", message));
        }
        let new = moved(key, source, &target.to_ascii_lowercase());
        if self.store.get(&new).is_some() {
            let message = format!("The target resource group has a resource '{new}' already.");
            return Err(ApiError::new(409, "ResourceMoveConflict", message));
        }
        Ok(())
    }

    /// Gives the resources, their children and their extensions the ids in the target group. Role assignments stay where
    /// they are.
    pub(crate) fn move_resources(&mut self, source: &str, keys: &[String], target: &str) {
        let source_id = self.id_of(source);
        for key in keys {
            let below = format!("{key}/");
            let mut tree: Vec<String> = self.store.range(&below, None).map(|(key, _)| key.clone()).collect();
            tree.push(key.clone());
            for old in tree {
                let stays = self.store.get(&old).is_none_or(|found| found.type_name == ASSIGNMENT);
                if stays {
                    continue;
                }
                let Some(mut resource) = self.store.remove(&old) else { continue };
                resource.id = moved(&resource.id, &source_id, target);
                rename(&mut resource.body, keys, &source_id, target);
                resource.revision = self.store.next_number();
                self.store.put(&moved(&old, source, &target.to_ascii_lowercase()), resource);
            }
        }
    }
}

/// An id in another group. The length of a group's id does not depend on its casing.
fn moved(id: &str, source: &str, target: &str) -> String {
    format!("{target}{}", id.get(source.len()..).unwrap_or_default())
}

/// Replaces the ids of what moves in a body.
fn rename(body: &mut Map<String, Value>, keys: &[String], source: &str, target: &str) {
    for value in body.values_mut() {
        rename_value(value, keys, source, target);
    }
}

fn rename_value(value: &mut Value, keys: &[String], source: &str, target: &str) {
    match value {
        Value::String(text) => {
            let lower = format!("{}/", text.to_ascii_lowercase());
            if keys.iter().any(|key| lower.starts_with(&format!("{key}/"))) {
                *text = moved(text, source, target);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename_value(item, keys, source, target)),
        Value::Object(map) => rename(map, keys, source, target),
        _ => {}
    }
}
