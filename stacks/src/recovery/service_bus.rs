//! Aliases of Service Bus namespaces.
//!
//! There, one action is enough: the alias goes over, and the pairing ends. Back, a new pairing needs a secondary that is
//! empty, and each failover ends it again. With the alias at E, and W to lead:
//!
//! 1. the queues and topics of W are deleted, which are those of before the failover, and E is paired with W;
//! 2. W takes over with the definitions that it got from E;
//! 3. the queues and topics of E are deleted, and W is paired with E: as it was.
//!
//! A message is in one namespace only. So a namespace that still holds messages is not emptied, unless their loss is
//! accepted.

use super::arguments::Mode;
use super::checks::Finding;
use super::sites::{Pair, Paired, Sites, property, refused, split};
use super::steps::Done;
use atp_iac::cli::Failure;
use atp_iac::provider::ProviderError;
use atp_iac::value::Value;

const ALIASES: &str = "Microsoft.ServiceBus/namespaces/disasterRecoveryConfigs";
const NAMESPACES: &str = "Microsoft.ServiceBus/namespaces";
const LOCKS: &str = "Microsoft.Authorization/locks";
/// What is in a namespace; what holds messages.
const ENTITIES: [&str; 2] =
    ["Microsoft.ServiceBus/namespaces/queues", "Microsoft.ServiceBus/namespaces/topics"];
const HOLDERS: [&str; 2] =
    ["Microsoft.ServiceBus/namespaces/queues", "Microsoft.ServiceBus/namespaces/topics/subscriptions"];
/// A round is a pairing or a failover: from anywhere, this many are enough.
const ROUNDS: usize = 4;

pub(super) const PAIRED: Paired = Paired { kind: ALIASES, home: NAMESPACES, partner };

fn partner(inputs: &Value) -> Option<&str> {
    property(inputs, "partnerNamespace")
}

/// What one side of an alias is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The alias is not here.
    Without,
    /// It leads, and its definitions are copied.
    Leads,
    /// It leads, and nothing stands by.
    Alone,
    /// It stands by.
    StandsBy,
}

async fn side(sites: &Sites<'_>, id: &str) -> Result<Side, ProviderError> {
    let Some(said) = sites.get(ALIASES, id).await? else { return Ok(Side::Without) };
    Ok(match property(&said, "role") {
        Some("Secondary") => Side::StandsBy,
        Some("Primary") => Side::Leads,
        _ => Side::Alone,
    })
}

/// Whether the side that is to lead can take over.
pub(super) async fn check_pairing(sites: &Sites<'_>, pair: &Pair) -> Finding {
    let said = match sites.get(ALIASES, &pair.to).await {
        Ok(said) => said,
        Err(error) => return Finding::Failed(format!("`{}` cannot be read: {error}", pair.name)),
    };
    let Some(said) = said else { return Finding::Failed(format!("{} is not there", pair.to)) };
    let (role, state) = (property(&said, "role"), property(&said, "provisioningState").unwrap_or("unknown"));
    match (role, state) {
        (Some("Primary" | "PrimaryNotReplicating"), _) => {
            Finding::Passed(format!("`{}` leads there already", pair.name))
        }
        (_, "Succeeded") => Finding::Passed(format!("`{}` is paired", pair.name)),
        (_, state) => Finding::Failed(format!("the pairing of `{}` is {state}", pair.name)),
    }
}

/// Whether the alias can be brought back from where it is.
pub(super) async fn check_origin(sites: &Sites<'_>, pair: &Pair) -> Finding {
    let sides = (side(sites, &pair.from).await, side(sites, &pair.to).await);
    match sides {
        (Err(error), _) | (_, Err(error)) => {
            Finding::Failed(format!("`{}` cannot be read: {error}", pair.name))
        }
        (Ok(Side::Without), Ok(Side::Without)) => {
            Finding::Failed(format!("`{}` is in neither region", pair.name))
        }
        (Ok(_), Ok(Side::Leads | Side::Alone)) => {
            Finding::Passed(format!("`{}` leads there already", pair.name))
        }
        (Ok(_), Ok(_)) => Finding::Passed(format!("`{}` is in {}", pair.name, sites.from.name)),
    }
}

/// Gives the alias to the side that is to lead.
pub(super) async fn fail_over(sites: &Sites<'_>, pair: &Pair) -> Result<Done, Failure> {
    let unread = |error| refused(format!("the alias `{}` cannot be read", pair.name), error);
    match side(sites, &pair.to).await.map_err(unread)? {
        Side::Leads | Side::Alone => Ok(Done::Already),
        Side::Without => Err(Failure::failed(format!("the alias {} is not there", pair.to))
            .with_hint("without a pairing there is nothing that could take over")),
        Side::StandsBy => {
            take_over(sites, pair).await?;
            Ok(Done::Now(None))
        }
    }
}

async fn take_over(sites: &Sites<'_>, pair: &Pair) -> Result<(), Failure> {
    let failed = |error| refused(format!("the alias `{}` did not fail over", pair.name), error);
    sites.perform(ALIASES, &pair.to, "failover").await.map_err(failed)
}

/// Gives the alias to the side that is to lead, and has the other one stand by again.
pub(super) async fn bring_back(sites: &Sites<'_>, pair: &Pair, mode: &Mode) -> Result<Done, Failure> {
    let unread = |error| refused(format!("the alias `{}` cannot be read", pair.name), error);
    for round in 0..ROUNDS {
        let from = side(sites, &pair.from).await.map_err(unread)?;
        let to = side(sites, &pair.to).await.map_err(unread)?;
        match (from, to) {
            (Side::StandsBy, Side::Leads) if round == 0 => return Ok(Done::Already),
            (Side::StandsBy, Side::Leads) => return Ok(Done::Now(None)),
            (Side::Leads, Side::StandsBy) => take_over(sites, pair).await?,
            (Side::Alone, Side::Without) => join(sites, pair, &pair.from, &pair.to, mode).await?,
            (Side::Without, Side::Alone) => join(sites, pair, &pair.to, &pair.from, mode).await?,
            _ => break,
        }
    }
    Err(Failure::failed(format!("the alias `{}` is in a state that leads nowhere", pair.name)).with_hint(
        "see in the portal which namespace has it; break the pairing if there is one, and run again",
    ))
}

/// Empties one namespace, and pairs the other with it.
async fn join(
    sites: &Sites<'_>,
    pair: &Pair,
    leader: &str,
    standby: &str,
    mode: &Mode,
) -> Result<(), Failure> {
    let ((leader_home, ..), (standby_home, ..)) = (split(leader), split(standby));
    empty(sites, standby_home, mode).await?;
    let mut inputs = pair.inputs.clone();
    if let Value::Map(inputs) = &mut inputs {
        inputs.insert("parent".to_owned(), leader_home.into());
        let properties = inputs.entry("properties".to_owned()).or_insert_with(Value::map);
        if let Value::Map(properties) = properties {
            properties.insert("partnerNamespace".to_owned(), standby_home.into());
        }
    }
    let failed = |error| refused(format!("{leader_home} was not paired with {standby_home}"), error);
    sites.put(ALIASES, leader, &inputs).await.map_err(failed)
}

/// Deletes the queues and topics of a namespace, and before that the locks that stand against it.
async fn empty(sites: &Sites<'_>, namespace: &str, mode: &Mode) -> Result<(), Failure> {
    if !mode.allow_data_loss {
        for (kind, id) in declared(sites, &HOLDERS, namespace) {
            refuse_messages(sites, kind, &id).await?;
        }
    }
    let mut unlocked = false;
    for (kind, id) in declared(sites, &ENTITIES, namespace) {
        let failed = |error| refused(format!("{id} cannot be read"), error);
        if sites.get(kind, &id).await.map_err(failed)?.is_none() {
            continue;
        }
        if !unlocked {
            unlock(sites, namespace).await?;
            unlocked = true;
        }
        let failed = |error| refused(format!("{id} was not deleted"), error);
        sites.delete(kind, &id).await.map_err(failed)?;
    }
    Ok(())
}

/// The ids that what either region declares has, or would have, in a namespace.
fn declared(sites: &Sites<'_>, kinds: &[&'static str], namespace: &str) -> Vec<(&'static str, String)> {
    let mut ids = Vec::new();
    for kind in kinds {
        for (_, resource) in sites.regions().into_iter().flat_map(|region| region.of_type(kind)) {
            // After the name of the namespace.
            let inside = resource.id.splitn(10, '/').nth(9).unwrap_or_default();
            let id = format!("{namespace}/{inside}");
            if !ids.contains(&(*kind, id.clone())) {
                ids.push((*kind, id));
            }
        }
    }
    ids
}

async fn refuse_messages(sites: &Sites<'_>, kind: &str, id: &str) -> Result<(), Failure> {
    let unread = |error| refused(format!("{id} cannot be read"), error);
    let said = sites.get(kind, id).await.map_err(unread)?;
    let count = said.as_ref().and_then(|said| match said.get("properties")?.get("messageCount")? {
        Value::Number(count) => count.as_u64(),
        _ => None,
    });
    match count.unwrap_or(0) {
        0 => Ok(()),
        count => Err(Failure::refused(
            format!("{id} holds {count} messages that nobody has read, and has to be deleted"),
            "read them first, or accept that they are lost with `--allow-data-loss`",
        )),
    }
}

/// Deletes the locks above a namespace. They are restored with the rest of their stacks.
async fn unlock(sites: &Sites<'_>, namespace: &str) -> Result<(), Failure> {
    let wanted = format!("{}/", namespace.to_ascii_lowercase());
    for (_, lock) in sites.regions().into_iter().flat_map(|region| region.of_type(LOCKS)) {
        let scope = lock.id.to_ascii_lowercase();
        let scope = scope.rsplit_once("/providers/").map_or("", |(scope, _)| scope);
        if scope.is_empty() || !wanted.starts_with(&format!("{scope}/")) {
            continue;
        }
        sites.invocation.note(&format!("  lifting the lock {}", lock.id));
        let failed = |error| refused(format!("the lock {} was not lifted", lock.id), error);
        sites.delete(LOCKS, &lock.id).await.map_err(failed)?;
    }
    Ok(())
}

/// Whether the alias leads to the side that is to lead.
pub(super) async fn verify(sites: &Sites<'_>, pair: &Pair) -> Result<(), Failure> {
    let unread = |error| refused(format!("the alias `{}` cannot be read", pair.name), error);
    match side(sites, &pair.to).await.map_err(unread)? {
        Side::Leads | Side::Alone => Ok(()),
        _ => Err(Failure::failed(format!("the alias `{}` is not at {}", pair.name, sites.to.name))),
    }
}
