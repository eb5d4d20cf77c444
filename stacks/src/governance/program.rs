//! The program of the stack `governance`.

use super::{GovernanceConfig, GovernanceOutputs};
use crate::foundation::Foundation;
use atp_iac::program::ProgramError;
use atp_iac::{Context, Result, StackRef, stack};

/// SKELETON
#[stack(layer = Operations)]
pub fn governance(
    _cx: &mut Context,
    _config: GovernanceConfig,
    _foundation: StackRef<Foundation>,
) -> Result<GovernanceOutputs> {
    Err(ProgramError::Other("SKELETON".into()))
}
