//! The program of the stack `observability`.

use super::{ObservabilityConfig, ObservabilityOutputs};
use crate::aks::Aks;
use crate::data::Data;
use crate::foundation::Foundation;
use crate::messaging::Messaging;
use atp_iac::program::ProgramError;
use atp_iac::{Context, Result, StackRef, stack};

/// SKELETON
#[stack(layer = Operations)]
pub fn observability(
    _cx: &mut Context,
    _config: ObservabilityConfig,
    _foundation: StackRef<Foundation>,
    _aks: StackRef<Aks>,
    _data: StackRef<Data>,
    _messaging: StackRef<Messaging>,
) -> Result<ObservabilityOutputs> {
    Err(ProgramError::Other("SKELETON".into()))
}
