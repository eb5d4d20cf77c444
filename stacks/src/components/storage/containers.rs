//! The containers of tenants.

use atp_azure::storage::{BlobContainer, BlobContainerPublicAccess, BlobService};
use atp_iac::resource::HasUrn;
use atp_iac::{Context, Options, Output, ResourceId, Result, Urn};

/// The containers of an account.
#[derive(Clone, Debug, Default)]
pub struct Containers {
    /// Their names.
    pub names: Vec<String>,
    /// What they are declared as: what copies their blobs waits for it.
    pub urns: Vec<Urn>,
}

/// Adds a container `{project}-{tenant}-{content}` for each tenant and kind of content.
///
/// It is known by tenant and content, not by its place in a list: another tenant adds its own and changes no other.
pub(super) fn add(
    cx: &mut Context,
    blobs: &Output<ResourceId<BlobService>>,
    project: &str,
    tenants: &[String],
    contents: &[&str],
    options: &Options,
) -> Result<Containers> {
    let mut added = Containers::default();
    for tenant in tenants {
        for content in contents {
            let name = format!("{project}-{tenant}-{content}");
            let container = BlobContainer::new(blobs, &name).public_access(BlobContainerPublicAccess::None);
            let container = cx.add_with(&format!("{tenant}-{content}"), options.clone(), container)?;
            added.names.push(name);
            added.urns.push(container.urn().clone());
        }
    }
    Ok(added)
}
