//! The program of the stack `messaging`.

use super::{MessagingConfig, MessagingOutputs};
use crate::components::service_bus::{NamespaceAccess, TopologyConfig};
use crate::components::{CustomerKey, ServiceBusTopology, ServiceNetwork};
use crate::foundation::Foundation;
use crate::helpers::{Site, lock};
use atp_azure::resources::ResourceGroup;
use atp_azure::service_bus::{DisasterRecoveryConfig, Namespace};
use atp_iac::output::all_named;
use atp_iac::program::{Primary, ProgramError};
use atp_iac::{Context, IntoInput, Options, Output, ResourceId, Result, StackRef, layers, out_format, stack};

/// The name of the exception by which a namespace that is not premium is public.
const EXCEPTION: &str = "service-bus";

/// A Service Bus namespace with its topics and queues.
///
/// In a recovery region it is empty, and stands by for that of the primary one: the alias, which the program declares
/// there, keeps it at the same definitions. Messages are not copied: those that were not taken when a region is lost are
/// lost with it, or come back with it. So whoever sends an audit event keeps it until it has been stored.
#[stack(layer = Infrastructure)]
pub fn messaging(
    cx: &mut Context,
    config: MessagingConfig,
    foundation: StackRef<Foundation>,
    primary: Option<StackRef<Messaging, Primary>>,
) -> Result<MessagingOutputs> {
    let site = Site::new::<layers::Infrastructure>(cx, &config.project, &config.tags)?;
    let group = ResourceGroup::new(site.names.of::<ResourceGroup>("messaging")?, &site.location);
    let options = Options::new().protect(config.protect);
    let group = cx.add_with("messaging-group", options, group.tags(&site.tags))?;
    let mut topology = ServiceBusTopology::new(
        site.clone(),
        group.id(),
        site.names.unique::<Namespace>("", &config.subscription_id)?,
        config.tier.service_bus(),
        access(&config)?,
        if primary.is_some() { TopologyConfig::default() } else { config.topology.clone() },
        ServiceNetwork {
            subnet: foundation.private_link_subnet.clone().into_input(),
            dns_zone: foundation.service_bus_zone.clone(),
            security_group: foundation.private_endpoint_security_group.clone().into_input(),
            workspace: foundation.workspace.clone().into_input(),
        },
    );
    if let Some(hardware) = config.keys.in_hardware() {
        let (subscription, vault) = (&config.subscription_id, &foundation.key_vault);
        let key = CustomerKey::new(site.clone(), group.id(), "service-bus", subscription, vault);
        topology.key = Some(cx.add("service-bus-key", key.hardware(hardware))?);
    }
    let topology = topology.capacity(config.capacity).protect(config.protect);
    let topology = cx.add("service-bus", topology)?;
    if config.locks {
        let contents = cx.declared();
        lock(cx, "keep-messaging", group.id(), &contents)?;
    }
    let alias =
        primary.map(|primary| add_alias(cx, &config, &primary.namespace, &topology.namespace)).transpose()?;
    let host = match &config.alias {
        Some(alias) => Output::known(alias.clone()),
        None => topology.name.clone(),
    };
    Ok(MessagingOutputs {
        group: group.id(),
        namespace: topology.namespace,
        namespace_name: topology.name,
        endpoint: out_format!("{host}.servicebus.windows.net"),
        topics: all_named(topology.topics),
        subscriptions: all_named(topology.subscriptions),
        queues: all_named(topology.queues),
        service_bus_alias: alias.map_or_else(|| Output::known(None), |alias| alias.map(Some)),
    })
}

fn access(config: &MessagingConfig) -> Result<NamespaceAccess> {
    if config.is_premium() {
        return Ok(NamespaceAccess::Private);
    }
    let exception =
        config.public_exceptions.require(EXCEPTION, "a Service Bus namespace that is not premium")?;
    Ok(NamespaceAccess::Public { exception, ranges: config.allowed_ranges.clone() })
}

/// The alias is a part of the primary namespace, and declared here: the primary region knows nothing of this one.
fn add_alias(
    cx: &mut Context,
    config: &MessagingConfig,
    primary: &Output<ResourceId<Namespace>>,
    own: &Output<ResourceId<Namespace>>,
) -> Result<Output<ResourceId<DisasterRecoveryConfig>>> {
    let alias = config.alias.as_ref().ok_or_else(|| {
        ProgramError::Other(
            "this region stands by for the primary one, and `alias` is missing\n  way out: give the name under which \
             clients find the namespace, for both regions"
                .to_owned(),
        )
    })?;
    let partner = own.map(|id| id.as_str().to_owned());
    Ok(cx.add("alias", DisasterRecoveryConfig::new(primary, alias, partner))?.id())
}
