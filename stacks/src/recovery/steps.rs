//! The steps of a procedure: what each does, what it risks, and doing it.

use super::arguments::Mode;
use super::sites::{Pair, Sites};
use super::traffic::Profile;
use super::{service_bus, settle, sql};
use atp_iac::cli::Failure;

/// All that changes sides.
#[derive(Debug, Clone)]
pub(super) struct Switch {
    pub groups: Vec<Pair>,
    pub aliases: Vec<Pair>,
    pub profiles: Vec<Profile>,
}

impl Switch {
    /// Finds it in the states of both regions.
    ///
    /// # Errors
    /// When there is nothing, or something whose other side is elsewhere.
    pub fn find(sites: &Sites<'_>) -> Result<Self, Failure> {
        let switch = Switch {
            groups: sites.pairs(&sql::PAIRED)?,
            aliases: sites.pairs(&service_bus::PAIRED)?,
            profiles: super::traffic::profiles(sites),
        };
        if switch.groups.is_empty() && switch.aliases.is_empty() && switch.profiles.is_empty() {
            let message = format!("nothing that is deployed in `{}` can change regions", sites.environment);
            let hint = "deploy both regions first: `atp up --env ENVIRONMENT --all-regions`";
            return Err(Failure::usage(message, hint));
        }
        Ok(switch)
    }
}

/// One step.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A failover group changes its primary.
    Sql(Pair),
    /// An alias goes over.
    Alias(Pair),
    /// An alias comes back, and is paired again.
    AliasBack(Pair),
    /// What went with queues and topics is restored.
    Settle(Vec<Pair>),
    /// Clients are led to the other region.
    Traffic(Profile),
    /// It is seen whether all that has a name leads there.
    Verify(Switch),
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    /// There was nothing to do.
    Already,
    /// It is done now, with this loss where it is about data.
    Now(Option<Loss>),
}

/// How much data may be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    /// So many seconds, which is known.
    Seconds(u32),
    /// So many seconds, as Azure promises.
    Declared(u32),
    /// Nobody can say.
    Unknown,
}

impl Step {
    /// What it does.
    pub fn title(&self, sites: &Sites<'_>) -> String {
        let to = &sites.to.name;
        match self {
            Step::Sql(group) => format!("SQL failover group `{}`: {to} becomes the primary", group.name),
            Step::Alias(alias) => format!("Service Bus alias `{}`: goes over to {to}", alias.name),
            Step::AliasBack(alias) => {
                format!("Service Bus alias `{}`: goes back to {to} and is paired again", alias.name)
            }
            Step::Settle(_) => "Role assignments and locks around the queues and topics: restored".to_owned(),
            Step::Traffic(profile) => {
                format!("Traffic Manager: {} of {} leads clients to {to}", profile.stack, profile.region)
            }
            Step::Verify(_) => format!("Verification: every name leads to {to}"),
        }
    }

    /// What can go wrong, or is lost.
    pub fn risk(&self, sites: &Sites<'_>, mode: &Mode) -> Option<String> {
        let from = &sites.from.name;
        match self {
            Step::Sql(_) if mode.allow_data_loss => Some(format!(
                "nothing is lost where {from} answers and the copy is level; what was not copied is lost otherwise"
            )),
            Step::Sql(_) => Some("nothing is lost; connections break for some seconds".to_owned()),
            Step::Alias(_) => {
                Some(format!("messages that nobody has read stay in {from}: they are not copied"))
            }
            Step::AliasBack(_) if mode.allow_data_loss => {
                Some("unread messages of the namespaces that are emptied are lost".to_owned())
            }
            Step::AliasBack(_) => {
                Some("refused while a namespace that has to be emptied holds unread messages".to_owned())
            }
            Step::Traffic(_) => {
                Some("clients keep the old address until their resolver asks again".to_owned())
            }
            Step::Settle(_) | Step::Verify(_) => None,
        }
    }

    /// Does it.
    pub async fn run(&self, sites: &Sites<'_>, mode: &Mode) -> Result<Done, Failure> {
        match self {
            Step::Sql(group) => sql::fail_over(sites, group, mode).await,
            Step::Alias(alias) => service_bus::fail_over(sites, alias).await,
            Step::AliasBack(alias) => service_bus::bring_back(sites, alias, mode).await,
            Step::Settle(aliases) => settle::settle(sites, aliases).await,
            Step::Traffic(profile) => profile.switch(sites).await,
            Step::Verify(switch) => verify(sites, switch).await,
        }
    }
}

async fn verify(sites: &Sites<'_>, switch: &Switch) -> Result<Done, Failure> {
    for group in &switch.groups {
        sql::verify(sites, group).await?;
    }
    for alias in &switch.aliases {
        service_bus::verify(sites, alias).await?;
    }
    for profile in &switch.profiles {
        profile.verify(sites).await?;
    }
    Ok(Done::Now(None))
}
