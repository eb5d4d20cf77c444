//! What all resources of a stack have in common.

use super::Names;
use super::tags::{Tags, TagsConfig, tags};
use atp_iac::{Context, Layer, Result};

/// Where a stack stands: how its resources are named and tagged, and in which region they are.
#[derive(Clone, Debug)]
pub struct Site {
    /// Makes names.
    pub names: Names,
    /// On every resource that can have tags.
    pub tags: Tags,
    /// The region.
    pub location: String,
}

impl Site {
    /// Of a stack in layer `L`.
    ///
    /// # Errors
    /// When the region has no code for names.
    pub fn new<L: Layer>(cx: &Context, project: &str, tags_config: &TagsConfig) -> Result<Self> {
        Ok(Site {
            names: Names::new(project, cx.environment(), cx.region())?,
            tags: tags::<L>(cx, tags_config),
            location: cx.region().to_owned(),
        })
    }
}
