//! The program of the stack `application`.

use super::{ApplicationConfig, ApplicationOutputs};
use crate::aks::Aks;
use crate::data::Data;
use crate::foundation::Foundation;
use crate::messaging::Messaging;
use crate::observability::Observability;
use atp_iac::program::ProgramError;
use atp_iac::{Context, Result, StackRef, stack};

/// SKELETON
#[stack(layer = Application)]
pub fn application(
    _cx: &mut Context,
    _config: ApplicationConfig,
    _foundation: StackRef<Foundation>,
    _aks: StackRef<Aks>,
    _data: StackRef<Data>,
    _messaging: StackRef<Messaging>,
    _observability: StackRef<Observability>,
) -> Result<ApplicationOutputs> {
    Err(ProgramError::Other("SKELETON".into()))
}
