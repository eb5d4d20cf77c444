//! The program of the stack `data`.

use super::{DataConfig, DataOutputs};
use crate::foundation::Foundation;
use atp_iac::program::ProgramError;
use atp_iac::{Context, Result, StackRef, stack};

/// SKELETON
#[stack(layer = Infrastructure)]
pub fn data(
    _cx: &mut Context,
    _config: DataConfig,
    _foundation: StackRef<Foundation>,
) -> Result<DataOutputs> {
    Err(ProgramError::Other("SKELETON".into()))
}
