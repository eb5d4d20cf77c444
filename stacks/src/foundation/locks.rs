//! Locks against deletion.

use atp_azure::authorization::{ManagementLock, ManagementLockLevel};
use atp_iac::{Context, Options, Output, ResourceId, ResourceType, Result, Urn};

/// Locks a resource and everything in it.
///
/// A lock holds for whatever is in its scope: Azure would refuse to delete any of `contents` while it stands. It waits
/// for all of them, so it is the first to go when the stack is destroyed, and when any of them is replaced. The network
/// has no lock: subnets come and go.
pub fn lock<'a, T: ResourceType>(
    cx: &mut Context,
    name: &str,
    scope: &Output<ResourceId<T>>,
    contents: impl IntoIterator<Item = &'a Urn>,
) -> Result<()> {
    let lock = ManagementLock::new(scope, name, ManagementLockLevel::CAN_NOT_DELETE)
        .notes("Set by the foundation. To remove it, set `locks: false` in its configuration.");
    cx.add_with(name, Options::new().depends_on_all(contents.into_iter().cloned()), lock)?;
    Ok(())
}
