//! Creating and updating.

use super::errors::{Hidden, bad_inputs};
use super::kind::Kind;
use super::soft_delete::Kept;
use super::{AzureProvider, body, conditional, nested, scaling, secrets, spelling, staged};
use crate::arm::poller::provisioning_state;
use crate::arm::{Answer, ArmError, Deadline};
use crate::descriptor::TypeDescriptor;
use atp_iac::provider::{Existing, Object, ProviderError, ProviderErrorKind, Request, Target};
use atp_iac::value::Value;
use azure_core::http::Method;
use serde_json::{Value as Json, json};
use std::time::Duration;

/// How long reading back after a failure may take.
const READ_BACK: Duration = Duration::from_secs(60);
/// How often an operation is started that the service accepts, and then fails because of another one.
const TRIES: u32 = 3;
/// The wait between these.
const AGAIN: Duration = Duration::from_secs(10);

/// A PUT and what is needed to report about it.
struct Write<'a> {
    kind: Kind<'a>,
    id: String,
    inputs: &'a Value,
    /// What the service said before, of an update.
    before: Option<&'a Value>,
    hidden: Hidden,
    deadline: Deadline,
}

impl AzureProvider {
    pub(super) async fn create_resource(&self, request: Request<'_>) -> Result<Object, ProviderError> {
        let kind = self.known_kind(request.kind, request.inputs)?;
        let id = self
            .id_of(&kind, request.inputs)
            .ok_or_else(|| bad_inputs("the inputs have no name, or no parent, that is known"))?;
        let body = body::of_inputs(request.inputs).map_err(|error| bad_inputs(error.to_string()))?;
        let write = self.write(kind, id, request);
        self.refuse_existing(&write).await?;
        let first = match staged::first_body(kind.name, &body) {
            Some(first) => Some(self.put(&write, first, None).await?),
            None => None,
        };
        let result = match conditional::on_put(kind.name) && kind.is_single() {
            // What is there from the moment its parent is has a version already.
            true => self.put_over(&write, body.clone()).await,
            false => self.put(&write, body.clone(), None).await,
        };
        let result = result.map_err(|error| leaving(error, first));
        match (result, Kept::of(kind.name)) {
            (Err(error), Some(kept)) if kept.is_in_the_way(&error) => self.recover(&write, kept, body).await,
            (result, _) => result,
        }
    }

    /// Recovers what was deleted under this name, and brings it to the inputs.
    async fn recover(&self, write: &Write<'_>, kept: &Kept, body: Json) -> Result<Object, ProviderError> {
        let location = body.get("location").and_then(Json::as_str).unwrap_or_default();
        let location = location.replace(' ', "").to_ascii_lowercase();
        self.refuse_other(kept, &write.kind, &write.id, &location).await?;
        let mut recovery = body.clone();
        if let Some(properties) = recovery.get_mut("properties") {
            properties["createMode"] = json!("recover");
        }
        let name = write.id.rsplit('/').next().unwrap_or_default();
        let hint = |error: ProviderError| match error.hint {
            Some(_) => error,
            None => error.with_hint(kept.way_out(name, &location, None)),
        };
        let recovered = self.put(write, recovery, None).await.map_err(hint)?;
        self.put(write, body, None).await.map_err(|error| leaving(error, Some(recovered)))
    }

    pub(super) async fn update_resource(
        &self,
        request: Request<'_>,
        old: &Existing<'_>,
    ) -> Result<Object, ProviderError> {
        let kind = self.known_kind(request.kind, request.inputs)?;
        let mut body = body::of_inputs(request.inputs).map_err(|error| bad_inputs(error.to_string()))?;
        let write = Write { before: Some(old.outputs), ..self.write(kind, old.id.to_owned(), request) };
        let lists = self.nested_lists(kind.descriptor);
        let is_conditional = conditional::on_put(kind.name);
        if !is_conditional && lists.is_empty() {
            return self.put(&write, body, None).await;
        }
        let current = self.current(&write).await?;
        let removed = current.as_ref().map_or_else(Vec::new, |current| {
            scaling::keep_scaled(kind.name, &mut body, &current.body);
            nested::carry_over(lists, &kind, &write.id, &mut body, old.inputs, &current.body)
        });
        let version = current.as_ref().and_then(conditional::version).filter(|_| is_conditional);
        let object = self.put(&write, body, version.as_deref()).await?;
        match removed.is_empty() {
            true => Ok(object),
            false => self.remove_parts(&write, removed, object).await,
        }
    }

    /// Deletes what was part of a resource and is so no more, where no PUT does that.
    async fn remove_parts(
        &self,
        write: &Write<'_>,
        parts: Vec<(&'static TypeDescriptor, String)>,
        whole: Object,
    ) -> Result<Object, ProviderError> {
        let nothing = Value::map();
        for (part, id) in parts {
            let target = Target { kind: part.name, id: &id, inputs: &nothing };
            let left = write.deadline.end.saturating_sub(self.client.sleep().now());
            if let Err(error) = self.delete_resource(target, left).await {
                return Err(ProviderError { left: Some(Box::new(whole)), ..error });
            }
        }
        let current = self.current(write).await?;
        Ok(current.map_or(whole, |current| object(write, current.body)))
    }

    /// PUTs over what is there, whichever version that is.
    async fn put_over(&self, write: &Write<'_>, body: Json) -> Result<Object, ProviderError> {
        let version = self.current(write).await?.as_ref().and_then(conditional::version);
        self.put(write, body, version.as_deref()).await
    }

    async fn current(&self, write: &Write<'_>) -> Result<Option<Answer>, ProviderError> {
        let current = self.get_answer(&write.kind, &write.id, write.deadline).await;
        current.map_err(|error| write.hidden.error(error))
    }

    fn write<'a>(&self, kind: Kind<'a>, id: String, request: Request<'a>) -> Write<'a> {
        Write {
            kind,
            id,
            inputs: request.inputs,
            before: None,
            hidden: Hidden::of(&secrets::mark(kind.body(), None, request.inputs.clone())),
            deadline: self.client.deadline(request.timeout),
        }
    }

    /// Fails when the resource is there already. What cannot be deleted, can have one name only, or is made by the service,
    /// is there from the moment its parent is: it is taken over, as is what every subscription has.
    async fn refuse_existing(&self, write: &Write<'_>) -> Result<(), ProviderError> {
        let kind = &write.kind;
        let is_made = kind.is_made_with_parent(&write.id) || kind.initial(&write.id).is_some();
        if !kind.can_be_deleted() || kind.is_single() || is_made {
            return Ok(());
        }
        let error = |error| write.hidden.error(error);
        let mut found = self.get(kind, &write.id, write.deadline).await.map_err(error)?;
        let is_leaving = |body: &Json| {
            provisioning_state(body).is_some_and(|state| {
                ["Deleting", "Deprovisioning"].iter().any(|word| word.eq_ignore_ascii_case(state))
            })
        };
        if found.as_ref().is_some_and(is_leaving) {
            found = self.settled(kind, &write.id, write.deadline).await.map_err(error)?;
        }
        if found.is_none() {
            return Ok(());
        }
        let message = format!("{} is there already", write.id);
        Err(ProviderError::new(ProviderErrorKind::AlreadyExists, "AlreadyExists", message)
            .with_hint("give the new resource another name, or delete the one that is there"))
    }

    /// PUTs a body and waits for the end. After a failure, what is there is reported with it.
    async fn put(&self, write: &Write<'_>, body: Json, etag: Option<&str>) -> Result<Object, ProviderError> {
        let mut call = self.client.call(Method::Put, &write.id, write.kind.api_version);
        call.body = Some(body);
        call.if_match = etag.map(str::to_owned);
        let mut tries = 1;
        loop {
            let first = match self.client.send(&call, write.deadline).await {
                Ok(first) => first,
                // One of the tries before may have been heard, and what was begun by an earlier round was.
                Err(error) if tries > 1 || error.tries() > 1 => {
                    return Err(self.with_what_is_left(write, error).await);
                }
                Err(error) => return Err(write.hidden.error(error)),
            };
            let error = match self.client.follow(&call, first, write.kind.put(), write.deadline).await {
                Ok(body) if body.is_object() => return Ok(object(write, body)),
                Ok(_) => ArmError::Malformed { what: format!("PUT {} gave no body", write.id) },
                Err(error) => error,
            };
            let enough_time = self.client.sleep().now().saturating_add(AGAIN) < write.deadline.end;
            if tries >= TRIES || !error.may_pass() || !enough_time {
                return Err(self.with_what_is_left(write, error).await);
            }
            tries += 1;
            self.client.sleep().sleep(AGAIN).await;
        }
    }

    async fn with_what_is_left(&self, write: &Write<'_>, error: ArmError) -> ProviderError {
        let has_ended = error.is_of_operation();
        let mut error = write.hidden.error(error);
        let deadline = self.client.deadline(READ_BACK);
        match self.get(&write.kind, &write.id, deadline).await {
            Ok(Some(body)) => error.left = Some(Box::new(object(write, body))),
            Ok(None) if has_ended => {}
            // The first error is the one to tell; what became of the work nobody knows yet.
            Ok(None) | Err(_) => error.kind = ProviderErrorKind::Unreachable,
        }
        error
    }
}

/// The error of a later write of several: what an earlier one made is there.
fn leaving(error: ProviderError, made: Option<Object>) -> ProviderError {
    let left = error.left.or_else(|| made.map(Box::new));
    ProviderError { left, ..error }
}

fn object(write: &Write<'_>, body: Json) -> Object {
    let id = body.get("id").and_then(Json::as_str).unwrap_or(&write.id);
    // The same id in another case is no other id.
    let id = if id.eq_ignore_ascii_case(&write.id) { &write.id } else { id }.to_owned();
    let said = match write.before {
        Some(before) => spelling::as_in(write.kind.descriptor, before, Value::from(body)),
        None => Value::from(body),
    };
    let inputs = body::without_address(write.inputs);
    let outputs = write.kind.mark(Some(&inputs), spelling::as_in(write.kind.descriptor, &inputs, said));
    Object { outputs: spelling::addressed(write.kind.name, &id, outputs), id }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ACCOUNT, NETWORK, NETWORK_ID, PARENT, VAULT as VAULT_TYPE, ZONE, provider};
    use super::*;
    use crate::arm::script::{Script, VirtualTime, refused};
    use atp_iac::provider::Provider;

    fn request<'a>(kind: &'a str, inputs: &'a Value) -> Request<'a> {
        Request { kind, inputs, timeout: Duration::from_secs(600) }
    }

    fn network() -> Value {
        Value::from(json!({"parent": PARENT, "name": "net", "location": "westeurope",
            "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}))
    }

    fn body(state: &str) -> Json {
        json!({"id": NETWORK_ID, "name": "net", "location": "westeurope", "properties": {"provisioningState": state}})
    }

    fn missing() -> Json {
        refused("ResourceNotFound", "no")
    }

    #[tokio::test]
    async fn a_create_looks_first_then_puts_the_body_and_waits() {
        let time = VirtualTime::default();
        let script =
            Script::new().then(404, missing()).then(201, body("Updating")).then(200, body("Succeeded"));
        let object = provider(&script, &time).create(request(NETWORK.name, &network())).await.unwrap();
        assert_eq!(object.id, NETWORK_ID);
        let lines = script.lines();
        assert_eq!(
            lines,
            [format!("GET {NETWORK_ID}"), format!("PUT {NETWORK_ID}"), format!("GET {NETWORK_ID}")]
        );
        let sent = json!({"location": "westeurope", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}});
        assert_eq!(script.seen()[1].body, sent);
    }

    #[tokio::test]
    async fn what_is_there_already_is_not_overwritten() {
        let time = VirtualTime::default();
        let script = Script::new().then(200, body("Succeeded"));
        let error = provider(&script, &time).create(request(NETWORK.name, &network())).await.unwrap_err();
        assert_eq!(error.kind, ProviderErrorKind::AlreadyExists);
        assert_eq!(script.seen().len(), 1);
    }

    #[tokio::test]
    async fn a_failed_operation_reports_what_it_left() {
        let time = VirtualTime::default();
        let operation = (
            "azure-asyncoperation",
            "https://management.azure.com/subscriptions/s/operations/1?api-version=1",
        );
        let failed =
            json!({"status": "Failed", "error": {"code": "SkuNotAvailable", "message": "none left"}});
        let script = Script::new()
            .then(404, missing())
            .then_with(201, &[operation], body("Creating"))
            .then(200, failed)
            .then(200, body("Failed"));
        let error = provider(&script, &time).create(request(NETWORK.name, &network())).await.unwrap_err();
        assert_eq!(error.code, "SkuNotAvailable");
        assert_eq!(error.left.unwrap().id, NETWORK_ID);
    }

    #[tokio::test]
    async fn an_operation_that_fails_because_of_another_one_is_started_again() {
        let time = VirtualTime::default();
        let operation = (
            "azure-asyncoperation",
            "https://management.azure.com/subscriptions/s/operations/1?api-version=1",
        );
        let failed =
            json!({"status": "Failed", "error": {"code": "AnotherOperationInProgress", "message": "busy"}});
        let script = Script::new()
            .then(404, missing())
            .then_with(201, &[operation], body("Creating"))
            .then(200, failed)
            .then(200, body("Succeeded"));
        provider(&script, &time).create(request(NETWORK.name, &network())).await.unwrap();
        assert_eq!(script.lines().iter().filter(|line| line.starts_with("PUT")).count(), 2);
    }

    #[tokio::test]
    async fn a_create_that_was_begun_and_is_refused_when_it_is_sent_again_leaves_open_what_became_of_it() {
        let time = VirtualTime::default();
        let status = (
            "azure-asyncoperation",
            "https://management.azure.com/subscriptions/s/operations/1?api-version=1",
        );
        let busy = json!({"code": "AnotherOperationInProgress", "message": "busy"});
        let script = Script::new()
            .then(404, missing())
            .then_with(202, &[status], Json::Null)
            .then(200, json!({"status": "Failed", "error": busy}))
            .then(403, refused("AuthorizationFailed", "no"))
            .then(404, missing());
        let error = provider(&script, &time).create(request(NETWORK.name, &network())).await.unwrap_err();
        assert_eq!(
            (error.kind, error.code.as_str()),
            (ProviderErrorKind::Unreachable, "AuthorizationFailed")
        );
    }

    #[tokio::test]
    async fn a_create_whose_end_cannot_be_read_leaves_open_what_became_of_it() {
        let time = VirtualTime::default();
        let location = ("location", "https://management.azure.com/subscriptions/s/results/1?api-version=1");
        let forbidden = || refused("AuthorizationFailed", "no");
        let accepted = || {
            Script::new().then(404, missing()).then_with(202, &[location], Json::Null).then(403, forbidden())
        };
        for script in [
            accepted().then(403, forbidden()),
            // Of what was accepted with 202 nothing shows until it is done.
            accepted().then(404, missing()),
            Script::new().then(404, missing()).then_lost().then(403, forbidden()).then(404, missing()),
        ] {
            let error = provider(&script, &time).create(request(NETWORK.name, &network())).await.unwrap_err();
            assert_eq!(
                (error.kind, error.code.as_str()),
                (ProviderErrorKind::Unreachable, "AuthorizationFailed")
            );
            assert_eq!(error.left, None);
        }
        let heard = Script::new()
            .then(404, missing())
            .then_lost()
            .then(403, forbidden())
            .then(200, body("Succeeded"));
        let error = provider(&heard, &time).create(request(NETWORK.name, &network())).await.unwrap_err();
        assert_eq!(error.left.unwrap().id, NETWORK_ID);
    }

    #[tokio::test]
    async fn a_refused_put_leaves_nothing() {
        let time = VirtualTime::default();
        let script = Script::new().then(404, missing()).then(400, refused("InvalidParameter", "bad"));
        let error = provider(&script, &time).create(request(NETWORK.name, &network())).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.left), ("InvalidParameter", None));
    }

    #[tokio::test]
    async fn an_update_of_a_network_keeps_its_subnets() {
        let time = VirtualTime::default();
        let subnets = json!([{"id": "/x", "name": "a", "properties": {"addressPrefix": "10.0.0.0/24"}}]);
        let script = Script::new()
            .then(200, json!({"id": NETWORK_ID, "properties": {"subnets": subnets}}))
            .then(200, body("Succeeded"));
        let (inputs, outputs) = (network(), Value::map());
        let old = Existing { id: NETWORK_ID, inputs: &inputs, outputs: &outputs };
        provider(&script, &time).update(request(NETWORK.name, &inputs), &old).await.unwrap();
        assert_eq!(script.seen()[1].body["properties"]["subnets"], subnets);
    }

    #[tokio::test]
    async fn fact_048_051_an_update_says_which_version_it_read_where_the_type_takes_one() {
        let time = VirtualTime::default();
        let (inputs, outputs) = (
            Value::from(json!({"parent": PARENT, "name": "a.example", "location": "global"})),
            Value::from(json!({"etag": "W/old"})),
        );
        let script = Script::new()
            .then(200, json!({"id": "/zone", "etag": "W/1"}))
            .then(412, refused("PreconditionFailed", "changed"));
        let old = Existing { id: "/zone", inputs: &inputs, outputs: &outputs };
        let error = provider(&script, &time).update(request(ZONE.name, &inputs), &old).await.unwrap_err();
        assert_eq!(script.seen()[1].if_match.as_deref(), Some("W/1"), "and not that of the state");
        assert!(error.hint.unwrap().contains("refresh"));
    }

    fn vault() -> Value {
        Value::from(
            json!({"parent": PARENT, "name": "kv", "location": "West Europe", "properties": {"sku": 1}}),
        )
    }

    fn deleted(former: &str, protected: bool) -> Json {
        json!({"id": "/deleted/kv", "properties": {"vaultId": former, "purgeProtectionEnabled": protected,
            "scheduledPurgeDate": "2027-01-31T00:00:00Z"}})
    }

    const IN_THE_WAY: &str = "A vault with the same name already exists in deleted state.";
    const VAULT_ID: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv";

    #[tokio::test]
    async fn fact_090_091_a_soft_deleted_vault_is_recovered_and_then_brought_to_its_inputs() {
        let time = VirtualTime::default();
        let script = Script::new()
            .then(404, missing())
            .then(409, refused("ConflictError", IN_THE_WAY))
            .then(200, deleted(&VAULT_ID.to_uppercase(), false))
            .then(200, json!({"id": "/v"}))
            .then(200, json!({"id": "/v"}));
        provider(&script, &time).create(request(VAULT_TYPE.name, &vault())).await.unwrap();
        let seen = script.seen();
        let path = "/subscriptions/s/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/kv";
        assert_eq!(seen[2].line, format!("GET {path}"));
        let modes: Vec<Json> =
            [1, 3, 4].iter().map(|put| seen[*put].body["properties"]["createMode"].clone()).collect();
        assert_eq!(modes, [Json::Null, json!("recover"), Json::Null]);
    }

    #[tokio::test]
    async fn a_vault_that_was_recovered_and_is_refused_as_the_program_says_is_there() {
        let script = Script::new()
            .then(404, missing())
            .then(409, refused("ConflictError", IN_THE_WAY))
            .then(200, deleted(VAULT_ID, false))
            .then(200, json!({"id": VAULT_ID}))
            .then(400, refused("InvalidParameter", "bad"));
        let time = VirtualTime::default();
        let error = provider(&script, &time).create(request(VAULT_TYPE.name, &vault())).await.unwrap_err();
        assert_eq!(error.code, "InvalidParameter");
        assert_eq!(error.left.unwrap().id, VAULT_ID);
    }

    #[tokio::test]
    async fn a_create_in_two_writes_whose_second_is_refused_leaves_what_the_first_made() {
        let inputs = Value::from(json!({"parent": PARENT, "name": "acc", "location": "x", "kind": "Storage",
            "properties": {"immutableStorageWithVersioning": {"immutabilityPolicy": {"state": "Locked"}}}}));
        let script = Script::new()
            .then(404, missing())
            .then(200, json!({"id": "/acc"}))
            .then(403, refused("AuthorizationFailed", "no"));
        let time = VirtualTime::default();
        let error = provider(&script, &time).create(request(ACCOUNT.name, &inputs)).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.left.unwrap().id.as_str()), ("AuthorizationFailed", "/acc"));
    }

    #[tokio::test]
    async fn fact_092_a_deleted_vault_of_another_group_is_not_recovered_and_the_ways_out_are_told() {
        let other = "/subscriptions/s/resourceGroups/other/providers/Microsoft.KeyVault/vaults/kv";
        for (protected, expected) in [(false, "az keyvault purge --name kv"), (true, "after 2027-01-31")] {
            let script = Script::new()
                .then(404, missing())
                .then(409, refused("ConflictError", IN_THE_WAY))
                .then(200, deleted(other, protected));
            let time = VirtualTime::default();
            let error =
                provider(&script, &time).create(request(VAULT_TYPE.name, &vault())).await.unwrap_err();
            assert!(error.message.contains(other), "{error:?}");
            let hint = error.hint.unwrap();
            assert!(hint.contains("az keyvault recover --name kv --location westeurope"), "{hint}");
            assert!(hint.contains(expected), "{hint}");
            assert_eq!(script.lines().iter().filter(|line| line.starts_with("PUT")).count(), 1);
        }
    }

    #[tokio::test]
    async fn a_vault_that_cannot_be_recovered_has_a_way_out() {
        let script = Script::new()
            .then(404, missing())
            .then(409, refused("ConflictError", IN_THE_WAY))
            .then(403, refused("AuthorizationFailed", "no"))
            .then(400, refused("VaultCannotBeRecovered", "no"));
        let time = VirtualTime::default();
        let error = provider(&script, &time).create(request(VAULT_TYPE.name, &vault())).await.unwrap_err();
        assert_eq!(error.code, "VaultCannotBeRecovered");
        assert!(error.hint.unwrap().contains("az keyvault purge"));
    }

    #[tokio::test]
    async fn secrets_are_sent_in_clear_and_come_back_marked() {
        let time = VirtualTime::default();
        let inputs = Value::from([
            ("parent", PARENT.into()),
            ("name", "acc".into()),
            ("kind", "Storage".into()),
            ("properties", Value::from([("adminPassword", Value::from("hunter2").into_secret())])),
        ]);
        let said = json!({"id": "/a", "properties": {"primaryKey": "k1"}});
        let script = Script::new().then(404, missing()).then(200, said);
        let object = provider(&script, &time).create(request(ACCOUNT.name, &inputs)).await.unwrap();
        assert_eq!(script.seen()[1].body["properties"]["adminPassword"], "hunter2");
        assert!(!format!("{object:?}").contains("k1"));
        let script =
            Script::new().then(404, missing()).then(400, refused("BadPassword", "'hunter2' is weak"));
        let error = provider(&script, &time).create(request(ACCOUNT.name, &inputs)).await.unwrap_err();
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}
