//! Where traces and metrics of the services go.

use crate::helpers::Site;
use atp_azure::insights::{
    ApplicationInsights, ApplicationInsightsApplicationType, ApplicationInsightsIngestionMode,
    ApplicationInsightsPublicNetworkAccessForIngestion, ApplicationInsightsPublicNetworkAccessForQuery,
};
use atp_azure::key_vault::{Vault, VaultSecret, VaultSecretAttributes};
use atp_azure::operational_insights::Workspace;
use atp_azure::resources::ResourceGroup;
use atp_iac::{Component, Context, Input, Output, ResourceId, Result, component};

/// The name of the secret with the connection string.
const SECRET: &str = "application-insights-connection-string";

/// Application Insights that stores in the workspace, takes no telemetry without a sign-in, and is reached privately.
///
/// It has no diagnostic setting: its tables are in the workspace already, and would be stored and paid twice.
#[component(type = "atp:observability:Telemetry")]
#[derive(Clone, Debug)]
pub struct Telemetry {
    /// Names, tags and region.
    pub site: Site,
    /// The resource group that it is in.
    pub group: Input<ResourceId<ResourceGroup>>,
    /// Where it stores.
    pub workspace: Input<ResourceId<Workspace>>,
    /// Where its connection string is kept.
    pub key_vault: Input<ResourceId<Vault>>,
    /// How much of what services send is kept.
    #[component(default = 100)]
    pub sampling_percentage: u32,
}

/// What the user of [`Telemetry`] gets.
#[derive(Clone, Debug)]
pub struct TelemetryOutputs {
    /// Its id.
    pub id: Output<ResourceId<ApplicationInsights>>,
    /// Where its connection string stands.
    pub connection_string_secret: Output<String>,
}

impl Component for Telemetry {
    type Outputs = TelemetryOutputs;

    fn build(self, cx: &mut Context) -> Result<TelemetryOutputs> {
        let Site { names, tags, location } = &self.site;
        let insights = ApplicationInsights::new(
            &self.group,
            names.only::<ApplicationInsights>()?,
            location,
            "web",
            ApplicationInsightsApplicationType::WEB,
        )
        .workspace_resource_id(self.workspace)
        .ingestion_mode(ApplicationInsightsIngestionMode::LOG_ANALYTICS)
        .sampling_percentage(f64::from(self.sampling_percentage))
        .disable_local_auth(true)
        .public_network_access_for_ingestion(ApplicationInsightsPublicNetworkAccessForIngestion::DISABLED)
        .public_network_access_for_query(ApplicationInsightsPublicNetworkAccessForQuery::DISABLED)
        .tags(tags);
        let insights = cx.add("insights", insights)?;
        let secret = VaultSecret::new(self.key_vault, SECRET, insights.connection_string().secret())
            .content_type("connection string")
            .attributes(VaultSecretAttributes::new().enabled(true))
            .tags(tags);
        let secret = cx.add("connection-string", secret)?;
        Ok(TelemetryOutputs { id: insights.id(), connection_string_secret: secret.secret_uri() })
    }
}
