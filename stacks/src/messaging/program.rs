//! The program of the stack `messaging`.

use super::{MessagingConfig, MessagingOutputs};
use crate::foundation::Foundation;
use atp_iac::program::ProgramError;
use atp_iac::{Context, Result, StackRef, stack};

/// SKELETON
#[stack(layer = Infrastructure)]
pub fn messaging(
    _cx: &mut Context,
    _config: MessagingConfig,
    _foundation: StackRef<Foundation>,
) -> Result<MessagingOutputs> {
    Err(ProgramError::Other("SKELETON".into()))
}
