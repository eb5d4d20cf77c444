use super::{GROUP, World, group, program};
use atp_azure::key_vault::{Vault, VaultSku, VaultSkuName};
use atp_azure_sim::ApiVersions;
use atp_iac::codec::{Codec, Structure};
use atp_iac::engine::{Deployment, Kind};
use atp_iac::output::{Extra, Secret};
use atp_iac::resource::{Declared, Resource, ResourceType};
use scenarios::{actions, report};
use serde_json::json;

/// A vault as a generated type with an `extra` is.
#[derive(Clone, Default)]
struct NewVault {
    vault: Vault,
    extra: Extra,
}

impl Structure for NewVault {
    fn visit(&mut self, codec: &mut Codec<'_>) {
        self.vault.visit(codec);
        codec.extra(&self.extra);
    }
}

impl ResourceType for NewVault {
    const TYPE: &'static str = Vault::TYPE;
}

impl Resource for NewVault {
    const PROVIDER: &'static str = Vault::PROVIDER;
    type Handle = Declared;
    fn handle(declared: Declared) -> Declared {
        declared
    }
}

fn with(extra: impl Fn(&mut Extra) + Send + Sync + 'static) -> Deployment {
    program(move |cx| {
        let group = group(cx)?;
        let sku = VaultSku::new(VaultSkuName::Standard);
        let vault = Vault::new(group.id(), "kv-extra", "westeurope", super::SUBSCRIPTION, sku);
        let vault = vault.access_policies(Vec::<atp_azure::key_vault::VaultAccessPolicy>::new());
        let mut vault = NewVault { vault, extra: Extra::default() };
        extra(&mut vault.extra);
        cx.add("vault", vault).map(drop)
    })
}

#[tokio::test]
async fn a_property_without_a_field_is_sent_compared_and_found_when_somebody_changes_it() {
    let mut world = World::new();
    let new = |flag: bool| with(move |extra| extra.set("properties.brandNew.flag", flag));
    world.run(&new(true), Kind::Up).await;
    let id = format!("{GROUP}/providers/Microsoft.KeyVault/vaults/kv-extra");
    let there = world.there(&id).unwrap();
    assert_eq!(there["properties"]["brandNew"], json!({"flag": true}));
    assert_eq!((&there["properties"]["sku"]["name"], there.get("$extra")), (&json!("standard"), None));
    assert!(!world.preview_refreshed(&new(true)).await.has_changes());
    let plan = world.preview(&new(false)).await;
    assert_eq!(actions(&plan), ["~ vault"]);
    let paths: Vec<String> =
        plan.operations[1].changes.iter().map(|change| change.path.to_string()).collect();
    assert_eq!(paths, ["properties.brandNew.flag"]);
    world.run(&new(false), Kind::Up).await;
    assert_eq!(world.there(&id).unwrap()["properties"]["brandNew"], json!({"flag": false}));
}

#[tokio::test]
async fn what_is_extra_may_be_secret() {
    let mut world = World::new();
    world.run(&with(|extra| extra.set("properties.pin", Secret::new("hunter2".to_owned()))), Kind::Up).await;
    assert!(world.files.iter().all(|file| !file.windows(7).any(|part| part == b"hunter2")));
}

#[tokio::test]
async fn an_extra_property_that_has_a_field_that_is_set_is_refused_with_its_place() {
    let mut world = World::new();
    let twice = with(|extra| extra.set("properties.tenantId", "x"));
    let error = world.try_run(&twice, Kind::Up).await.unwrap_err().to_string();
    assert!(error.contains("extra.rs:") && error.contains("`properties.tenantId` is set already"), "{error}");
    let beside = with(|extra| extra.set("$replaceOn", "x"));
    let error = world.try_run(&beside, Kind::Up).await.unwrap_err().to_string();
    assert!(error.contains("`$replaceOn` is not a property of the body"), "{error}");
    assert!(world.simulator.is_empty().unwrap());
}

#[tokio::test]
async fn a_typed_resource_may_be_sent_at_another_version() {
    let mut world = World::new();
    let at = |version: &'static str| with(move |extra| extra.set("$apiVersion", version));
    world.run(&at("2030-01-01"), Kind::Up).await;
    assert!(!world.preview(&at("2030-01-01")).await.has_changes());
    let error = world.try_run(&at("latest"), Kind::Up).await.unwrap_err().to_string();
    assert!(error.contains("`latest` is not an api-version"), "{error}");
    world.simulator.configure(|settings| settings.api_versions = ApiVersions::Descriptor);
    let update = world.try_run(&at("2031-01-01"), Kind::Up).await.unwrap();
    let failed = report(&update).failures[0].cause.to_string();
    assert!(failed.contains("NoRegisteredProviderFound") && failed.contains("2031-01-01"), "{failed}");
}
