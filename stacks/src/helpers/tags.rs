//! Tags: who owns a resource, who pays for it, and what is in it.

use atp_iac::{Config, Context, Layer};
use std::collections::BTreeMap;

/// The tags of a resource.
pub type Tags = BTreeMap<String, String>;

/// What people say about the resources of an environment. It stands under `common.tags`.
#[derive(Clone, Debug, Config)]
pub struct TagsConfig {
    /// The team that answers for the resources.
    #[config(length = 1..=256)]
    pub owner: String,
    /// Where the cost goes.
    #[config(length = 1..=256)]
    pub cost_centre: String,
    /// The most sensitive data that the environment holds.
    pub data_classification: DataClassification,
}

/// How sensitive data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Config)]
pub enum DataClassification {
    /// Everyone may see it.
    Public,
    /// Everyone in the company may see it; synthetic data is no more than that.
    Internal,
    /// Only those who need it may see it.
    Confidential,
    /// Its disclosure does lasting harm: audit records of customers.
    Restricted,
}

impl DataClassification {
    fn as_str(self) -> &'static str {
        match self {
            DataClassification::Public => "public",
            DataClassification::Internal => "internal",
            DataClassification::Confidential => "confidential",
            DataClassification::Restricted => "restricted",
        }
    }
}

/// The names of the tags that every resource which can have tags must have.
pub const REQUIRED: [&str; 6] =
    ["environment", "layer", "owner", "cost-centre", "data-classification", "managed-by"];

/// The tags of the resources of a stack in layer `L`.
pub fn tags<L: Layer>(cx: &Context, config: &TagsConfig) -> Tags {
    let layer = L::NAME.to_ascii_lowercase();
    let values = [
        cx.environment(),
        &layer,
        &config.owner,
        &config.cost_centre,
        config.data_classification.as_str(),
        "atp-iac",
    ];
    REQUIRED.iter().zip(values).map(|(name, value)| ((*name).to_owned(), value.to_owned())).collect()
}
