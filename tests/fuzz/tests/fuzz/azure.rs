//! Answers of Azure Resource Manager that nobody gave.

use crate::world::block_on;
use async_trait::async_trait;
use atp_azure::arm::Sleep;
use atp_azure::provider::{AzureProvider, AzureSettings};
use atp_iac::Value;
use atp_iac::provider::{Existing, Known, Provider as _, ProviderErrorKind, Request, Target};
use azure_core::http::headers::Headers;
use azure_core::http::{AsyncRawResponse, HttpClient, StatusCode, Transport};
use bolero::TypeGenerator;
use fuzz::{Edit, edited};
use serde_json::json;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const SUBSCRIPTION: &str = "00000000-0000-4000-8000-000000000001";
const GROUP: &str = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/g";
const KINDS: [&str; 4] = [
    "Microsoft.Network/virtualNetworks",
    "Microsoft.Storage/storageAccounts",
    "Microsoft.KeyVault/vaults",
    "Microsoft.ContainerService/managedClusters",
];
const STATUSES: [u16; 16] = [200, 200, 200, 201, 202, 204, 400, 401, 403, 404, 404, 409, 412, 429, 500, 503];
const HEADERS: [(&str, &str); 6] = [
    ("location", "https://management.azure.com/subscriptions/s/results/1?api-version=1"),
    ("azure-asyncoperation", "https://management.azure.com/subscriptions/s/operations/1?api-version=1"),
    ("location", "not a url"),
    ("azure-asyncoperation", "https://elsewhere.example/operations/1"),
    ("retry-after", "3"),
    ("etag", "W/\"1\""),
];

#[derive(Debug, Clone, TypeGenerator)]
struct Answer {
    status: u8,
    headers: u8,
    body: u8,
    edits: Vec<Edit>,
}

/// Time that passes at once.
#[derive(Debug, Default)]
struct AtOnce(Mutex<Duration>);

#[async_trait]
impl Sleep for AtOnce {
    fn now(&self) -> Duration {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sleep(&self, duration: Duration) {
        // The smallest wait counts, or time would stand still.
        let duration = duration.max(Duration::from_millis(1));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += duration;
    }
}

/// Gives these answers one after the other, and then that nothing is there.
#[derive(Debug)]
struct Script(Mutex<VecDeque<Answer>>);

#[async_trait]
impl HttpClient for Script {
    async fn execute_request(
        &self,
        request: &azure_core::http::Request,
    ) -> azure_core::Result<AsyncRawResponse> {
        let next = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(answer) = next else {
            let body = json!({"error": {"code": "ResourceNotFound", "message": "no"}}).to_string();
            return Ok(AsyncRawResponse::from_bytes(StatusCode::NotFound, Headers::new(), body.into_bytes()));
        };
        let mut headers = Headers::new();
        for (bit, (name, value)) in HEADERS.into_iter().enumerate() {
            if answer.headers & (1 << bit) != 0 {
                headers.insert(name, value);
            }
        }
        let body = body(answer.body, request.url().path());
        let body = if body.is_empty() { body } else { edited(&body, &answer.edits) };
        let status = STATUSES[usize::from(answer.status) % STATUSES.len()];
        Ok(AsyncRawResponse::from_bytes(StatusCode::from(status), headers, body))
    }
}

fn body(number: u8, id: &str) -> Vec<u8> {
    let resource = json!({
        "id": id, "name": "a", "type": "Microsoft.Network/virtualNetworks", "location": "West Europe",
        "etag": "W/\"1\"", "tags": {"a": "b"}, "sku": {"name": "Standard_LRS"}, "kind": "StorageV2",
        "properties": {
            "provisioningState": "Succeeded", "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [{"id": format!("{id}/subnets/s"), "name": "s", "properties": {"addressPrefix": "10.0.0.0/24"}}],
            "vaultUri": "https://a.vault.azure.net/", "agentPoolProfiles": [{"name": "p", "count": 3}]}});
    match number % 6 {
        0 => Vec::new(),
        1 => json!({"status": "Succeeded", "properties": {"a": 1}}).to_string().into_bytes(),
        2 => json!({"status": "Failed", "error": {"code": "SkuNotAvailable", "message": "none", "details": [{"code": "A"}]}})
            .to_string()
            .into_bytes(),
        3 => json!({"error": {"code": "Conflict", "message": "no", "target": "x", "details": [], "additionalInfo":
            [{"type": "PolicyViolation", "info": {"policyAssignmentId": "/p"}}]}})
            .to_string()
            .into_bytes(),
        4 => json!({"value": [resource], "nextLink": "https://management.azure.com/next?api-version=1"})
            .to_string()
            .into_bytes(),
        _ => resource.to_string().into_bytes(),
    }
}

fn inputs() -> Value {
    Value::from(json!({
        "parent": GROUP, "name": "a", "location": "westeurope", "tags": {"a": "b"},
        "sku": {"name": "Standard_LRS"}, "kind": "StorageV2",
        "properties": {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [{"name": "s", "properties": {"addressPrefix": "10.0.0.0/24"}}],
            "tenantId": SUBSCRIPTION}}))
}

/// Whatever is answered: calls end with a result, reads can be compared, and nothing is made up.
#[test]
fn answers() {
    bolero::check!().with_type::<(u8, u8, Vec<Answer>)>().cloned().for_each(|(kind, call, answers)| {
        let is_silent = answers.is_empty();
        let client = Arc::new(Script(Mutex::new(answers.into())));
        let settings = AzureSettings {
            sleep: Arc::new(AtOnce::default()),
            ..AzureSettings::new(atp_azure::descriptors(), SUBSCRIPTION)
        };
        let provider = AzureProvider::with_transport(settings, Transport::new(client));
        let (kind, inputs, timeout) =
            (KINDS[usize::from(kind) % KINDS.len()], inputs(), Duration::from_secs(600));
        let id = provider.id(kind, &inputs).unwrap();
        let target = Target { kind, id: &id, inputs: &inputs };
        let request = Request { kind, inputs: &inputs, timeout };
        let old = Value::map();
        let existing = Existing { id: &id, inputs: &inputs, outputs: &old };
        block_on(async {
            match call % 5 {
                0 => {
                    let read = provider.read(target).await;
                    assert!(!is_silent || matches!(read, Ok(None)), "{read:?}");
                    if let Ok(Some(outputs)) = read {
                        let existing = Existing { outputs: &outputs, ..existing };
                        provider.drift(kind, &existing, &outputs);
                        provider.diff(kind, &existing, &inputs);
                        provider.predict(kind, &inputs, Some(&outputs));
                        provider.nested(kind, &id, &outputs);
                        if let Some(said) = provider.inputs_of(kind, &id, &outputs) {
                            provider.check(kind, &said);
                        }
                    }
                }
                1 => {
                    let known = [Known { target, outputs: &old }; 3];
                    let read = provider.read_many(&known, 2).await;
                    assert_eq!(read.len(), known.len());
                }
                2 => {
                    let created = provider.create(request).await;
                    assert!(!is_silent || created.is_err());
                    assert!(created.is_err() || created.is_ok_and(|made| made.outputs.as_map().is_some()));
                }
                3 => drop(provider.update(request, &existing).await),
                _ => {
                    let deleted = provider.delete(target, timeout).await;
                    let is_open = |kind| kind == ProviderErrorKind::Unreachable;
                    assert!(
                        !is_silent
                            || deleted.as_ref().is_ok_and(|()| true)
                            || deleted.is_err_and(|e| is_open(e.kind))
                    );
                }
            }
        });
    });
}
