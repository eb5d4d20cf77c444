//! The program of the stack `aks`.

use super::{AksConfig, AksOutputs};
use crate::foundation::Foundation;
use atp_iac::program::ProgramError;
use atp_iac::{Context, Result, StackRef, stack};

/// SKELETON
#[stack(layer = Infrastructure)]
pub fn aks(_cx: &mut Context, _config: AksConfig, _foundation: StackRef<Foundation>) -> Result<AksOutputs> {
    Err(ProgramError::Other("SKELETON".into()))
}
