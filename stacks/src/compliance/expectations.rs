//! What an environment asks for, as its configuration says it.

use crate::helpers::{Exceptions, Tier};
use atp_iac::Config;

/// The part of the configuration under `common` that rules depend on.
#[derive(Clone, Debug, Config)]
pub struct Expectations {
    /// How large the environment is: the largest survives the loss of a zone.
    pub tier: Tier,
    /// Whether plans that delete or replace data are refused.
    #[config(default = false)]
    pub protect: bool,
    /// Whether Azure refuses to delete data.
    #[config(default = false)]
    pub locks: bool,
    /// What may be public.
    #[config(default)]
    pub public_exceptions: Exceptions,
}
