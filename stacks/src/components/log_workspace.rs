//! Where logs go.

use crate::helpers::exceptions::Granted;
use crate::helpers::{Hardened, Site, diagnostics};
use atp_azure::operational_insights::{
    Workspace, WorkspaceCapping, WorkspacePublicNetworkAccessForQuery, WorkspaceSku, WorkspaceSkuName,
};
use atp_azure::resources::ResourceGroup;
use atp_iac::{Component, Context, Input, Options, Output, ResourceId, Result, Urn, component};

/// A Log Analytics workspace that also keeps the logs of itself: who asked it what.
#[component(type = "atp:observability:LogWorkspace")]
#[derive(Clone, Debug)]
pub struct LogWorkspace {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// Days that logs are kept.
    pub retention_days: u32,
    /// Gigabytes a day after which no more are taken. Without it there is no bound.
    pub daily_quota: Option<u32>,
    /// The exception by which people ask it questions from outside of the private networks. They sign in all the same.
    pub public_queries: Option<Granted>,
    /// Whether plans that delete or replace it are refused.
    #[component(default = false)]
    pub protect: bool,
}

/// What the user of a [`LogWorkspace`] gets.
#[derive(Clone, Debug)]
pub struct LogWorkspaceOutputs {
    /// Its id.
    pub id: Output<ResourceId<Workspace>>,
    /// All resources of it: a lock waits for them.
    pub resources: Vec<Urn>,
}

impl Component for LogWorkspace {
    type Outputs = LogWorkspaceOutputs;

    fn build(self, cx: &mut Context) -> Result<LogWorkspaceOutputs> {
        let Site { names, tags, location } = &self.site;
        let mut workspace = Workspace::new(self.group, names.only::<Workspace>()?, location)
            .sku(WorkspaceSku::new(WorkspaceSkuName::PER_GB2018))
            .retention_in_days(i64::from(self.retention_days))
            .hardened()
            .tags(tags);
        if let Some(granted) = &self.public_queries {
            workspace = workspace
                .public_network_access_for_query(WorkspacePublicNetworkAccessForQuery::ENABLED)
                .tags(granted.tags(tags));
        }
        if let Some(gigabytes) = self.daily_quota {
            let capping = WorkspaceCapping::new().daily_quota_gb(f64::from(gigabytes));
            workspace = workspace.workspace_capping(capping);
        }
        let workspace = cx.add_with("workspace", Options::new().protect(self.protect), workspace)?;
        cx.add("diagnostics", diagnostics::logs_and_metrics(workspace.id(), workspace.id()))?;
        Ok(LogWorkspaceOutputs { id: workspace.id(), resources: cx.declared() })
    }
}
