use std::net::Ipv4Addr;
use std::sync::Arc;

use atp_azure_sim::server::{Tls, serve};
use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::http::{ClientOptions, Transport};
use azure_identity::{ClientSecretCredential, ClientSecretCredentialOptions};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{group, id, version, world};

const TENANT: &str = "72f988bf-0000-4000-8000-2d7cd011db47";

/// A running server and a client that trusts it.
async fn start() -> (String, reqwest::Client) {
    let simulator = world(0).simulator;
    let tls = Tls::generate().unwrap();
    let authority = reqwest::Certificate::from_pem(tls.authority().as_bytes()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([authority]).build().unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let base = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move { serve(simulator, listener, &tls).await });
    (base, client)
}

async fn get(client: &reqwest::Client, url: &str, token: Option<&str>) -> (u16, Value, bool) {
    let mut request = client.get(url);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.unwrap();
    let (status, challenged) =
        (response.status().as_u16(), response.headers().contains_key("www-authenticate"));
    let body = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or(Value::Null);
    (status, body, challenged)
}

#[tokio::test]
async fn a_client_secret_credential_signs_in_and_reads_a_group() {
    let (base, client) = start().await;
    let mut custom = CustomConfiguration::default();
    custom.authority_host = base.clone();
    let options = ClientSecretCredentialOptions {
        client_options: ClientOptions {
            transport: Some(Transport::new(Arc::new(client.clone()))),
            cloud: Some(Arc::new(CloudConfiguration::Custom(custom))),
            ..ClientOptions::default()
        },
    };
    let secret = Secret::new("anything");
    let credential = ClientSecretCredential::new(TENANT, "client".to_owned(), secret, Some(options)).unwrap();
    let token = credential.get_token(&["https://management.azure.com/.default"], None).await.unwrap();
    let url = format!("{base}{}?api-version=2025-04-01", group("G"));
    let (status, body, _) = get(&client, &url, Some(token.token.secret())).await;
    assert_eq!((status, &body["name"]), (200, &json!("G")));
}

#[tokio::test]
async fn a_request_without_a_token_is_challenged() {
    let (base, client) = start().await;
    let url = format!("{base}{}?api-version=2025-04-01", group("G"));
    let (status, body, challenged) = get(&client, &url, None).await;
    assert_eq!((status, &body["error"]["code"], challenged), (401, &json!("AuthenticationFailed"), true));
}

#[tokio::test]
async fn fact_111_the_endpoints_are_one_object_of_this_server_and_a_list_for_older_clients() {
    let (base, client) = start().await;
    let (status, body, _) =
        get(&client, &format!("{base}/metadata/endpoints?api-version=2022-09-01"), None).await;
    assert_eq!(status, 200);
    assert_eq!(body["resourceManager"], json!(base));
    assert_eq!(body["authentication"]["loginEndpoint"], json!(base));
    assert_eq!(body["microsoftGraphResourceId"], json!(base));
    assert!(body["name"].is_string() && body["graph"].is_string() && body["suffixes"].is_object(), "{body}");
    let authentication = &body["authentication"];
    assert!(authentication["audiences"].as_array().unwrap().contains(&json!(base)), "{body}");
    assert!(authentication["tenant"].is_string() && authentication["identityProvider"] == "AAD", "{body}");
    let older = format!("{base}/metadata/endpoints?api-version=2019-05-01");
    let (_, list, _) = get(&client, &older, None).await;
    assert_eq!(list[0]["resourceManager"], json!(base));
}

#[tokio::test]
async fn the_directory_knows_who_asks_and_the_managed_identities() {
    let (base, client) = start().await;
    let form =
        "grant_type=client_credentials&client_id=c0ffee00-0000-4000-8000-000000000000&scope=x%2F.default";
    let token = client.post(format!("{base}/{TENANT}/oauth2/v2.0/token")).body(form).send().await.unwrap();
    let token: Value = serde_json::from_slice(&token.bytes().await.unwrap()).unwrap();
    let token = token["access_token"].as_str();
    let identity = id("Microsoft.ManagedIdentity/userAssignedIdentities/app");
    let url = format!("{base}{identity}?api-version={}", version(&identity));
    let body = json!({ "location": "westeurope" }).to_string();
    let made = client.put(url).bearer_auth(token.unwrap()).body(body).send().await.unwrap();
    let made: Value = serde_json::from_slice(&made.bytes().await.unwrap()).unwrap();

    let named = |name: &str| format!("{base}/v1.0/servicePrincipals?$filter=appId%20eq%20'{name}'");
    let (_, caller, _) = get(&client, &named("c0ffee00-0000-4000-8000-000000000000"), token).await;
    assert_eq!(caller["value"][0]["servicePrincipalType"], json!("Application"), "{caller}");
    let (_, found, _) = get(&client, &named(made["properties"]["clientId"].as_str().unwrap()), token).await;
    assert_eq!(found["value"][0]["id"], made["properties"]["principalId"]);
    assert_eq!(found["value"][0]["displayName"], json!("app"));
    let (_, nobody, _) = get(&client, &named("c0ffee00-0000-4000-8000-00000000000f"), token).await;
    assert_eq!(nobody["value"], json!([]));
    let (status, refused, _) = get(&client, &format!("{base}/v1.0/me"), token).await;
    assert_eq!((status, &refused["error"]["code"]), (400, &json!("BadRequest")));
}
