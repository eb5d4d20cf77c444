//! The program of the stack `edge`.

use super::{EdgeConfig, EdgeOutputs};
use crate::aks::Aks;
use crate::foundation::Foundation;
use crate::observability::Observability;
use atp_iac::program::ProgramError;
use atp_iac::{Context, Result, StackRef, stack};

/// SKELETON
#[stack(layer = Application)]
pub fn edge(
    _cx: &mut Context,
    _config: EdgeConfig,
    _foundation: StackRef<Foundation>,
    _aks: StackRef<Aks>,
    _observability: StackRef<Observability>,
) -> Result<EdgeOutputs> {
    Err(ProgramError::Other("SKELETON".into()))
}
