//! Programs that declare what changes sides, and little else: the recovery region holds the pairs, as in the platform.

use atp_azure::SubResource;
use atp_azure::authorization::RoleAssignment;
use atp_azure::managed_identity::UserAssignedIdentity;
use atp_azure::network::{
    TrafficManagerExternalEndpoint, TrafficManagerExternalEndpointStatus, TrafficManagerProfile,
    TrafficManagerProfileDnsConfig, TrafficManagerProfileMonitorConfig,
    TrafficManagerProfileTrafficRoutingMethod,
};
use atp_azure::resources::ResourceGroup;
use atp_azure::service_bus::{
    DisasterRecoveryConfig, Namespace, NamespaceSku, NamespaceSkuName, Queue, Topic, TopicHandle,
};
use atp_azure::sql::{
    Database, ElasticPool, ElasticPoolSku, FailoverGroup, FailoverGroupReadWriteEndpoint,
    FailoverGroupReadWriteEndpointFailoverPolicy, Server,
};
use atp_iac::program::{Primary, Program};
use atp_iac::{Config, Context, Output, Outputs, ResourceId, Result, StackRef, stack};
use stacks::helpers::lock;

pub const SUBSCRIPTION: &str = "00000000-0000-0000-0000-0000000000a4";

pub static PROGRAMS: [Program; 3] =
    [Program::of::<Data>(), Program::of::<Messaging>(), Program::of::<Edge>()];

/// What the programs have to know.
#[derive(Config)]
pub struct SiteConfig {
    /// The subscription.
    pub subscription_id: String,
}

fn group(cx: &mut Context, purpose: &str) -> Result<Output<ResourceId<ResourceGroup>>> {
    let region = cx.region().to_owned();
    Ok(cx.add("group", ResourceGroup::new(format!("rg-{purpose}-{region}"), region))?.id())
}

/// What is known of the databases.
#[derive(Outputs)]
pub struct DataOutputs {
    /// The server.
    pub server: Output<ResourceId<Server>>,
    /// The database, where it is made.
    pub database: Output<Option<ResourceId<Database>>>,
}

/// A server in each region, a database in the first one, and in the other the group in which it fails over.
#[stack(layer = Infrastructure)]
pub fn data(
    cx: &mut Context,
    _config: SiteConfig,
    primary: Option<StackRef<Data, Primary>>,
) -> Result<DataOutputs> {
    let region = cx.region().to_owned();
    let group = group(cx, "data")?;
    let server = cx.add("server", Server::new(&group, format!("sql-{region}"), &region))?;
    let pool =
        cx.add("pool", ElasticPool::new(server.id(), "pool", &region, ElasticPoolSku::new("GP_Gen5")))?;
    let Some(primary) = primary else {
        let database = Database::new(server.id(), "trail", &region).elastic_pool_id(pool.id());
        let database = cx.add("database", database)?;
        return Ok(DataOutputs { server: server.id(), database: database.id().map(Some) });
    };
    let manual = FailoverGroupReadWriteEndpoint::new(FailoverGroupReadWriteEndpointFailoverPolicy::MANUAL);
    let databases =
        primary.database.map(|id| id.into_iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>());
    let partners = [SubResource::new(server.id())];
    let pair = FailoverGroup::new(&primary.server, "trail", manual, partners).databases(databases);
    cx.add_with("failover-group", atp_iac::Options::new().depends_on(&pool), pair)?;
    Ok(DataOutputs { server: server.id(), database: Output::known(None) })
}

/// What is known of the messages.
#[derive(Outputs)]
pub struct MessagingOutputs {
    /// The namespace.
    pub namespace: Output<ResourceId<Namespace>>,
}

/// A namespace in each region, with a topic and a queue in the first one and a lock around it, and in the other the alias.
#[stack(layer = Infrastructure)]
pub fn messaging(
    cx: &mut Context,
    config: SiteConfig,
    primary: Option<StackRef<Messaging, Primary>>,
) -> Result<MessagingOutputs> {
    let region = cx.region().to_owned();
    let group = group(cx, "messaging")?;
    let sku = NamespaceSku::new(NamespaceSkuName::Premium);
    let namespace = cx.add("namespace", Namespace::new(&group, format!("sbns-{region}"), &region, sku))?;
    match primary {
        Some(primary) => {
            let partner = namespace.id().map(|id| id.as_str().to_owned());
            cx.add("alias", DisasterRecoveryConfig::new(&primary.namespace, "trail-bus", partner))?;
        }
        None => {
            let topic = cx.add("topic", Topic::new(namespace.id(), "audit-events"))?;
            cx.add("queue", Queue::new(namespace.id(), "export-requests"))?;
            let sender = cx.add("sender", UserAssignedIdentity::new(&group, "sender", &region))?;
            cx.add("may-send", may_send(&config, &topic, sender.principal_id()))?;
        }
    }
    let contents = cx.declared();
    lock(cx, "keep", &group, &contents)?;
    Ok(MessagingOutputs { namespace: namespace.id() })
}

/// An assignment on the topic itself, which goes with it.
fn may_send(config: &SiteConfig, topic: &TopicHandle, principal: Output<String>) -> RoleAssignment {
    let role = format!(
        "/subscriptions/{}/providers/Microsoft.Authorization/roleDefinitions/69a216fc-b8fb-44d8-bc22-1f3c2cd27a39",
        config.subscription_id
    );
    let role = ResourceId::parse(&role).unwrap();
    RoleAssignment::new(topic.id(), "11111111-2222-4333-8444-555555555555", role, principal)
}

/// What the way in has to know.
#[derive(Config)]
pub struct EdgeConfig {
    /// The region that clients are led to.
    pub active_region: Option<String>,
    /// Whether the switch stands here.
    #[config(default = false)]
    pub traffic_manager: bool,
}

/// Nothing is known of the way in.
#[derive(Outputs)]
pub struct EdgeOutputs {
    /// The profile.
    pub profile: Output<Option<ResourceId<TrafficManagerProfile>>>,
}

/// A profile with an endpoint in each region, of which one is enabled.
#[stack(layer = Application)]
pub fn edge(cx: &mut Context, config: EdgeConfig) -> Result<EdgeOutputs> {
    let group = group(cx, "edge")?;
    if !config.traffic_manager {
        return Ok(EdgeOutputs { profile: Output::known(None) });
    }
    let dns = TrafficManagerProfileDnsConfig::new().relative_name("trail").ttl(60);
    let monitor = TrafficManagerProfileMonitorConfig::new();
    let routing = TrafficManagerProfileTrafficRoutingMethod::PRIORITY;
    let profile = TrafficManagerProfile::new(&group, "trail", dns, monitor, routing).location("global");
    let profile = cx.add("profile", profile)?;
    let active = config.active_region.unwrap_or_else(|| "westeurope".to_owned());
    for (priority, region) in [(1, "westeurope"), (2, "eastus")] {
        let status = match active == region {
            true => TrafficManagerExternalEndpointStatus::ENABLED,
            false => TrafficManagerExternalEndpointStatus::DISABLED,
        };
        let endpoint =
            TrafficManagerExternalEndpoint::new(profile.id(), region, format!("{region}.example.org"))
                .endpoint_location(region)
                .endpoint_status(status)
                .priority(priority);
        cx.add(&format!("endpoint-{region}"), endpoint)?;
    }
    Ok(EdgeOutputs { profile: profile.id().map(Some) })
}
