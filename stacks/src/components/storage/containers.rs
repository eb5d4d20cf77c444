//! The containers of tenants.

use atp_azure::storage::{BlobContainer, BlobContainerPublicAccess, BlobService};
use atp_iac::{Context, Options, Output, ResourceId, Result};

/// Adds a container `{project}-{tenant}-{content}` for each tenant and kind of content.
///
/// It is known by tenant and content, not by its place in a list: another tenant adds its own and changes no other.
pub(super) fn add(
    cx: &mut Context,
    blobs: &Output<ResourceId<BlobService>>,
    project: &str,
    tenants: &[String],
    contents: &[&str],
    protect: bool,
) -> Result<()> {
    for tenant in tenants {
        for content in contents {
            let container = BlobContainer::new(blobs, format!("{project}-{tenant}-{content}"))
                .public_access(BlobContainerPublicAccess::None);
            let options = Options::new().protect(protect);
            cx.add_with(&format!("{tenant}-{content}"), options, container)?;
        }
    }
    Ok(())
}
