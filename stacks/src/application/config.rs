//! What the stack `application` has to know.

use crate::helpers::TagsConfig;
use atp_iac::Config;

/// What the stack `application` of one environment and region has to know.
#[derive(Clone, Debug, Config)]
pub struct ApplicationConfig {
    /// Short name of the project, the start of all names.
    #[config(default = "atp", length = 2..=8)]
    pub project: String,
    /// The subscription that everything is in.
    #[config(length = 36..=36)]
    pub subscription_id: String,
    /// Who owns the resources, who pays, and what is in them.
    pub tags: TagsConfig,
}
