//! Failover groups of SQL servers.

use super::arguments::Mode;
use super::checks::Finding;
use super::sites::{Pair, Paired, Sites, property, refused};
use super::steps::{Done, Loss};
use atp_iac::cli::Failure;
use atp_iac::provider::ProviderError;
use atp_iac::value::Value;

const GROUPS: &str = "Microsoft.Sql/servers/failoverGroups";

pub(super) const PAIRED: Paired = Paired { kind: GROUPS, home: "Microsoft.Sql/servers", partner };

/// What may be lost where the old primary does not answer: what Azure promises for copies in another region.
const DECLARED_LOSS_SECONDS: u32 = 5;

fn partner(inputs: &Value) -> Option<&str> {
    inputs.get("properties")?.get("partnerServers")?.as_list()?.first()?.get("id")?.as_str()
}

/// One side of a group.
struct Side {
    leads: bool,
    state: String,
}

impl Side {
    fn is_level(&self) -> bool {
        self.state.eq_ignore_ascii_case("CATCH_UP")
    }
}

async fn side(sites: &Sites<'_>, id: &str) -> Result<Option<Side>, ProviderError> {
    let said = sites.get(GROUPS, id).await?;
    Ok(said.map(|said| Side {
        leads: property(&said, "replicationRole") == Some("Primary"),
        state: property(&said, "replicationState").unwrap_or_default().to_owned(),
    }))
}

/// Whether the copy is level with the original.
pub(super) async fn check_replication(sites: &Sites<'_>, pair: &Pair) -> Finding {
    match side(sites, &pair.to).await {
        Err(error) => Finding::Failed(format!("`{}` cannot be read: {error}", pair.name)),
        Ok(None) => Finding::Failed(format!("{} is not there", pair.to)),
        Ok(Some(side)) if side.leads => Finding::Passed(format!("`{}` leads there already", pair.name)),
        Ok(Some(side)) if side.is_level() => Finding::Passed(format!("`{}` is level", pair.name)),
        Ok(Some(side)) => Finding::Failed(format!("`{}` is not level: it is {}", pair.name, side.state)),
    }
}

/// Whether the side that leads answers, so that nothing is lost.
pub(super) async fn check_leader(sites: &Sites<'_>, pair: &Pair) -> Finding {
    match side(sites, &pair.from).await {
        Ok(Some(_)) => Finding::Passed(format!("`{}` answers in {}", pair.name, sites.from.name)),
        Ok(None) => Finding::Failed(format!("{} is not there", pair.from)),
        Err(error) => Finding::Failed(format!("`{}` does not answer: {error}", pair.name)),
    }
}

/// Makes the side that is to lead the primary one.
pub(super) async fn fail_over(sites: &Sites<'_>, pair: &Pair, mode: &Mode) -> Result<Done, Failure> {
    let unread = |error| refused(format!("the failover group `{}` cannot be read", pair.name), error);
    let standby = side(sites, &pair.to).await.map_err(unread)?;
    let Some(standby) = standby else {
        return Err(Failure::failed(format!("the failover group {} is not there", pair.to)));
    };
    if standby.leads {
        return Ok(Done::Already);
    }
    let answers = matches!(side(sites, &pair.from).await, Ok(Some(_)));
    let planned = answers && standby.is_level();
    let action = match (planned, mode.allow_data_loss) {
        (true, _) => "failover",
        (false, true) => "forceFailoverAllowDataLoss",
        (false, false) => {
            let message = format!(
                "`{}` cannot fail over without loss: {} does not answer, or its copy is not level",
                pair.name, sites.from.name
            );
            let hint = format!(
                "wait until it is, or accept that up to {DECLARED_LOSS_SECONDS} seconds are lost, or more, with \
                 `--allow-data-loss`"
            );
            return Err(Failure::refused(message, hint));
        }
    };
    let failed = |error| refused(format!("the failover group `{}` did not fail over", pair.name), error);
    sites.perform(GROUPS, &pair.to, action).await.map_err(failed)?;
    let loss = match planned {
        true => Loss::Seconds(0),
        false if standby.is_level() => Loss::Declared(DECLARED_LOSS_SECONDS),
        false => Loss::Unknown,
    };
    Ok(Done::Now(Some(loss)))
}

/// Whether clients of the listener reach the side that is to lead.
pub(super) async fn verify(sites: &Sites<'_>, pair: &Pair) -> Result<(), Failure> {
    let unread = |error| refused(format!("the failover group `{}` cannot be read", pair.name), error);
    match side(sites, &pair.to).await.map_err(unread)? {
        Some(side) if side.leads => Ok(()),
        _ => Err(Failure::failed(format!("`{}` does not lead in {}", pair.name, sites.to.name))),
    }
}
