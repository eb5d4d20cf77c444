//! Small stacks with the contracts of `data`, `messaging` and `observability`: just what roles are assigned at.

use atp_azure::documentdb::{DatabaseAccount, DatabaseAccountLocation};
use atp_azure::resources::ResourceGroup;
use atp_azure::service_bus::{Namespace, NamespaceSku, NamespaceSkuName, Queue, Subscription, Topic};
use atp_azure::storage::{StorageAccount, StorageAccountKind, StorageAccountSku, StorageAccountSkuName};
use atp_iac::output::all_named;
use atp_iac::program::Program;
use atp_iac::{Context, Output, ResourceId, ResourceType, Result, stack};
use stacks::{DataOutputs, MessagingOutputs, ObservabilityOutputs};
use std::collections::BTreeMap;

pub const DATA: Program = Program::of::<Data>();
pub const MESSAGING: Program = Program::of::<Messaging>();
pub const OBSERVABILITY: Program = Program::of::<Observability>();

fn somewhere<T: ResourceType>(name: &str) -> Output<ResourceId<T>> {
    let id = format!("/subscriptions/s/resourceGroups/g/providers/{}/{name}", T::TYPE);
    Output::known(ResourceId::parse(&id).unwrap())
}

fn text(text: &str) -> Output<String> {
    Output::known(text.to_owned())
}

#[stack(layer = Infrastructure)]
fn data(cx: &mut Context) -> Result<DataOutputs> {
    let group = cx.add("group", ResourceGroup::new("rg-data", cx.region()))?;
    let account = |name: &str| {
        let sku = StorageAccountSku::new(StorageAccountSkuName::STANDARD_LRS);
        StorageAccount::new(group.id(), name, "westeurope", sku, StorageAccountKind::STORAGE_V2)
    };
    let hot = cx.add("hot", account("stathot"))?;
    let archive = cx.add("archive", account("starchive"))?;
    let place = DatabaseAccountLocation::new().location_name(cx.region()).failover_priority(0);
    let cosmos = DatabaseAccount::new(group.id(), "cosmos-stand-in", cx.region(), [place]);
    let cosmos = cx.add("cosmos", cosmos)?;
    Ok(DataOutputs {
        sql_failover_group: Output::known(None),
        sql_key: Output::known(None),
        sql_key_uri: Output::known(None),
        group: group.id(),
        sql_server: somewhere("sql"),
        sql_server_name: text("sql"),
        sql_elastic_pool: Output::known(None),
        sql_databases: Output::known(BTreeMap::new()),
        sql_listener: text("sql.database.windows.net"),
        sql_connection_secrets: Output::known(BTreeMap::new()),
        hot_storage: hot.id(),
        hot_blob_endpoint: text("https://hot"),
        archive_storage: archive.id(),
        archive_blob_endpoint: text("https://archive"),
        cosmos: cosmos.id().map(Some),
        cosmos_endpoint: text("https://cosmos").map(Some),
    })
}

#[stack(layer = Infrastructure)]
fn messaging(cx: &mut Context) -> Result<MessagingOutputs> {
    let group = cx.add("group", ResourceGroup::new("rg-messaging", cx.region()))?;
    let sku = NamespaceSku::new(NamespaceSkuName::Standard);
    let namespace = cx.add("namespace", Namespace::new(group.id(), "sbns-stand-in", cx.region(), sku))?;
    let topic = cx.add("audit-events", Topic::new(namespace.id(), "audit-events"))?;
    let mut subscriptions = Vec::new();
    for name in ["ingestion", "projection", "integrity"] {
        let name = format!("audit-events-{name}");
        let subscription = cx.add(&name, Subscription::new(topic.id(), &name))?;
        subscriptions.push((name, subscription.id()));
    }
    let mut queues = Vec::new();
    for name in ["export-requests", "policy-decisions"] {
        queues.push((name.to_owned(), cx.add(name, Queue::new(namespace.id(), name))?.id()));
    }
    Ok(MessagingOutputs {
        service_bus_alias: Output::known(None),
        group: group.id(),
        namespace: namespace.id(),
        namespace_name: namespace.name(),
        endpoint: text("sbns-stand-in.servicebus.windows.net"),
        topics: all_named([("audit-events".to_owned(), topic.id())]),
        subscriptions: all_named(subscriptions),
        queues: all_named(queues),
    })
}

#[stack(layer = Infrastructure)]
fn observability(_cx: &mut Context) -> Result<ObservabilityOutputs> {
    Ok(ObservabilityOutputs {
        application_insights: somewhere("insights"),
        connection_string_secret: text("https://vault/secrets/telemetry"),
        critical_action_group: somewhere("critical"),
        warning_action_group: somewhere("warning"),
        metrics: somewhere("metrics"),
        private_link_scope: somewhere("scope"),
        grafana_endpoint: Output::known(None),
    })
}
