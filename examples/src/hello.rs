//! The smallest stack: one resource group.

use atp_azure::resources::ResourceGroup;
use atp_iac::{Context, Output, Outputs, ResourceId, Result, name, stack};

/// What other stacks may use.
#[derive(Debug, Outputs)]
pub struct HelloOutputs {
    /// The resource group.
    pub group: Output<ResourceId<ResourceGroup>>,
}

/// One resource group. Its name is checked when this is compiled.
#[stack(layer = Foundation)]
pub fn hello(cx: &mut Context) -> Result<HelloOutputs> {
    let group = ResourceGroup::new(name!(ResourceGroup, "rg-hello"), "westeurope");
    let group = cx.add("hello", group.tags([("managed-by", "atp-iac")]))?;
    Ok(HelloOutputs { group: group.id() })
}
