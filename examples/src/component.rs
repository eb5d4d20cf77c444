//! A component: resources that belong together, declared as often as they are needed.

use atp_azure::managed_identity::UserAssignedIdentity;
use atp_azure::resources::ResourceGroup;
use atp_iac::{Component, Config, Context, Input, Output, Outputs, Result, component, stack};

/// A place for a team: a resource group, and an identity that works in it.
#[component(type = "examples:TeamSpace")]
#[derive(Clone, Debug)]
pub struct TeamSpace {
    /// The name of the team.
    pub team: String,
    /// The region.
    pub location: Input<String>,
    /// Who pays.
    #[component(default = "shared")]
    pub cost_centre: String,
}

/// What the user of a [`TeamSpace`] gets.
#[derive(Clone, Debug)]
pub struct TeamSpaceOutputs {
    /// What the team's programs sign in as.
    pub client_id: Output<String>,
}

impl Component for TeamSpace {
    type Outputs = TeamSpaceOutputs;

    fn build(self, cx: &mut Context) -> Result<TeamSpaceOutputs> {
        let TeamSpace { team, location, cost_centre } = self;
        let group = ResourceGroup::new(format!("rg-{team}"), &location).tags([("cost-centre", cost_centre)]);
        let group = cx.add("group", group)?;
        let identity = UserAssignedIdentity::new(group.id(), format!("id-{team}"), &location);
        let identity = cx.add("identity", identity)?;
        Ok(TeamSpaceOutputs { client_id: identity.client_id() })
    }
}

/// Which teams there are.
#[derive(Clone, Debug, Config)]
pub struct TeamsConfig {
    /// Who pays for the platform team.
    #[config(default = "cc-4711")]
    pub cost_centre: String,
}

/// What other stacks may use.
#[derive(Debug, Outputs)]
pub struct TeamsOutputs {
    /// What the programs of the audit team sign in as.
    pub audit: Output<String>,
    /// What the programs of the platform team sign in as.
    pub platform: Output<String>,
}

/// Two teams.
#[stack(layer = Foundation)]
pub fn teams(cx: &mut Context, config: TeamsConfig) -> Result<TeamsOutputs> {
    let audit = cx.add("audit", TeamSpace::new("audit", "westeurope"))?;
    let platform = TeamSpace::new("platform", "westeurope").cost_centre(config.cost_centre);
    let platform = cx.add("platform", platform)?;
    Ok(TeamsOutputs { audit: audit.client_id, platform: platform.client_id })
}
