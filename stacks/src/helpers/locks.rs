//! Locks against deletion.

use atp_azure::Scope;
use atp_azure::authorization::{ManagementLock, ManagementLockLevel};
use atp_iac::{Context, IntoInput, Options, Result, Urn};

/// Locks a resource, or a resource group, and everything in it.
///
/// A lock holds for whatever is in its scope: Azure would refuse to delete any of `contents` while it stands. It waits
/// for all of them, so it is the first to go when the stack is destroyed. When any of them is replaced, so is the lock: it
/// is lifted before the old one goes, and set again after. What comes and goes, such as subnets, stands in no locked scope.
pub fn lock<'a>(
    cx: &mut Context,
    name: &str,
    scope: impl IntoInput<Scope>,
    contents: impl IntoIterator<Item = &'a Urn>,
) -> Result<()> {
    let stack = cx.stack().to_string();
    let lock = ManagementLock::new(scope, name, ManagementLockLevel::CAN_NOT_DELETE).notes(format!(
        "Set by the stack {stack}. To remove it, set `locks: false` in the configuration and bring the stack up."
    ));
    let contents: Vec<Urn> = contents.into_iter().cloned().collect();
    let options = Options::new().depends_on_all(contents.clone()).replace_with_all(contents);
    cx.add_with(name, options, lock)?;
    Ok(())
}
