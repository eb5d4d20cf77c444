//! As much of Microsoft Graph as clients of ARM ask: who somebody is.
//!
//! Everybody can sign in, so the directory knows the service principal that asks, and the managed identities of the
//! cloud. There are no users, groups or registrations of applications.

use serde_json::{Value, json};

use crate::errors::ApiError;
use crate::message::{Method, Request, Response};
use crate::simulator::{Simulator, SimulatorError};
use crate::tokens::{Claims, object_id};

/// The answer, when this is a request to Graph. Its paths start with a version, which no path of ARM does.
pub(super) fn answer(request: &Request, simulator: &Simulator) -> Option<Result<Response, SimulatorError>> {
    let path = request.path.strip_prefix("/v1.0/")?;
    let Some(caller) = Claims::of(request) else {
        let message = "Access token is empty or cannot be read.";
        return Some(Ok(ApiError::new(401, "InvalidAuthenticationToken", message).response()));
    };
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let list = |principals: Vec<Value>| Response::json(200, &json!({ "value": principals }));
    let found = match (request.method, segments.as_slice()) {
        (Method::Get, ["servicePrincipals"]) => {
            let filter = request.parameter("$filter").unwrap_or_default();
            principals(simulator, &caller).map(|known| list(filtered(known, filter)))
        }
        (Method::Get, ["servicePrincipals", id]) => principals(simulator, &caller)
            .map(|known| known.into_iter().find(|known| is(known, "id", id)))
            .map(|known| known.map_or_else(|| not_found(id), |known| Response::json(200, &known))),
        (Method::Post, ["directoryObjects", "getByIds"]) => {
            let asked: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
            let ids = asked["ids"].as_array().cloned().unwrap_or_default();
            let ids: Vec<&str> = ids.iter().filter_map(Value::as_str).collect();
            let wanted = |known: &Value| ids.iter().any(|id| is(known, "id", id));
            principals(simulator, &caller).map(|known| list(known.into_iter().filter(wanted).collect()))
        }
        (Method::Get, ["users" | "groups" | "applications"]) => Ok(list(Vec::new())),
        (Method::Get, ["me"]) => {
            let message = "/me request is only valid with delegated authentication flow.";
            Ok(ApiError::new(400, "BadRequest", message).response())
        }
        _ => Ok(not_found(path)),
    };
    Some(found)
}

fn not_found(what: &str) -> Response {
    let message = format!(
        "Resource '{what}' does not exist or one of its queried reference-property objects are not present."
    );
    ApiError::new(404, "Request_ResourceNotFound", message).response()
}

fn is(principal: &Value, property: &str, wanted: &str) -> bool {
    principal[property].as_str().is_some_and(|value| value.eq_ignore_ascii_case(wanted))
}

fn principal(id: &str, application: &str, name: &str, kind: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.servicePrincipal",
        "id": id,
        "appId": application,
        "displayName": name,
        "servicePrincipalNames": [application],
        "servicePrincipalType": kind,
    })
}

/// The managed identities of the cloud, and who asks.
fn principals(simulator: &Simulator, caller: &Claims) -> Result<Vec<Value>, SimulatorError> {
    let resources = simulator.resources()?;
    let identities = resources.iter().filter_map(|(_, resource)| {
        let assigned = resource["type"] == "Microsoft.ManagedIdentity/userAssignedIdentities";
        let identity = if assigned { &resource["properties"] } else { &resource["identity"] };
        let id = identity["principalId"].as_str()?;
        let application = identity["clientId"].as_str().map_or_else(|| object_id(id), str::to_owned);
        let name = resource["name"].as_str().unwrap_or_default();
        Some(principal(id, &application, name, "ManagedIdentity"))
    });
    let application = caller.application.as_deref();
    let caller = application.map(|id| principal(&caller.object_id, id, id, "Application"));
    Ok(identities.chain(caller).collect())
}

/// The principals that a filter names, such as `appId eq '{id}'` or `servicePrincipalNames/any(c:c eq '{id}')`.
fn filtered(known: Vec<Value>, filter: &str) -> Vec<Value> {
    let Some(wanted) = filter.split('\'').nth(1) else { return known };
    let fits = |known: &Value| is(known, "appId", wanted) || is(known, "displayName", wanted);
    known.into_iter().filter(fits).collect()
}
