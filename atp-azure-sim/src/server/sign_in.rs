//! What clients ask before they talk to ARM: where things are, and for a token. Everybody gets one.

use serde_json::{Value, json};

use crate::message::{Method, Request, Response};
use crate::simulator::Simulator;
use crate::tokens;

/// The answer, when this is such a request.
pub(super) fn answer(request: &Request, simulator: &Simulator) -> Option<Response> {
    let segments: Vec<&str> = request.path.split('/').filter(|segment| !segment.is_empty()).collect();
    let base = request.base();
    Some(match (request.method, segments.as_slice()) {
        (Method::Get, ["metadata", "endpoints"]) => Response::json(200, &endpoints(request, &base)),
        (Method::Post, [tenant, "oauth2", "v2.0", "token"]) => {
            Response::json(200, &token(tenant, request, simulator)).with_header("cache-control", "no-store")
        }
        (Method::Get, [tenant, "v2.0", ".well-known", "openid-configuration"]) => {
            Response::json(200, &openid(tenant, &base))
        }
        (Method::Get, ["common", "discovery", "instance"]) => Response::json(200, &discovery(&base)),
        _ => return None,
    })
}

/// One object; `az cloud register` does not read a list. The version 2019-05-01 still answers a list.
fn endpoints(request: &Request, base: &str) -> Value {
    let endpoints = json!({
        "name": "AtpAzureSimulator",
        "portal": base,
        "resourceManager": base,
        "graph": base,
        "graphAudience": base,
        "microsoftGraphResourceId": base,
        "logAnalyticsResourceId": base,
        "appInsightsResourceId": base,
        "batch": base,
        "sqlManagement": base,
        "gallery": base,
        "media": base,
        "authentication": {
            "loginEndpoint": base,
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/", base],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "suffixes": {
            "keyVaultDns": "vault.azure.net",
            "storage": "core.windows.net",
            "sqlServerHostname": "database.windows.net",
            "acrLoginServer": "azurecr.io",
        },
    });
    let list = request.parameter("api-version") == Some("2019-05-01");
    if list { json!([endpoints]) } else { endpoints }
}

/// A bearer token. Names that stand for any tenant, such as `common`, stand for the one of the simulator.
fn token(tenant: &str, request: &Request, simulator: &Simulator) -> Value {
    let (home, now) = (simulator.tenant(), simulator.now());
    let tenant = if uuid::Uuid::try_parse(tenant).is_ok() { tenant } else { &home };
    let form = Request::new(request.method, &format!("/?{}", String::from_utf8_lossy(&request.body)));
    let client = form.parameter("client_id").unwrap_or("00000000-0000-4000-8000-000000000002");
    json!({
        "token_type": "Bearer",
        "expires_in": tokens::LIFETIME,
        "ext_expires_in": tokens::LIFETIME,
        "access_token": tokens::issue(tenant, client, now),
    })
}

fn openid(tenant: &str, base: &str) -> Value {
    json!({
        "issuer": format!("{base}/{tenant}/v2.0"),
        "authorization_endpoint": format!("{base}/{tenant}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{base}/{tenant}/oauth2/v2.0/token"),
        "device_authorization_endpoint": format!("{base}/{tenant}/oauth2/v2.0/devicecode"),
        "jwks_uri": format!("{base}/{tenant}/discovery/v2.0/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
    })
}

fn discovery(base: &str) -> Value {
    let host = base.trim_start_matches("https://");
    json!({
        "tenant_discovery_endpoint": format!("{base}/common/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
    })
}
