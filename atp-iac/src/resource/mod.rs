//! Resources: their typed ids and names, how a program declares one, and its options.

mod cidr;
mod id;
mod name;
mod options;

pub use cidr::{Cidr, CidrError, disjoint, subnets_fit};
pub use id::{IdError, ResourceId, ResourceType};
pub use name::{Name, NameRules, Named};
pub use options::{
    Alias, AliasParent, Hook, HookCall, HookMoment, OnError, Options, Retry, Timeouts, Transform,
    Transforming,
};
pub(crate) use options::{Declares, WrongOption};

use crate::Urn;
use crate::codec::Structure;
use crate::output::Output;
use crate::value::Data;

/// A type of resource whose inputs are the properties of `Self`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a resource",
    note = "nested property types are set on a resource; only resources and components are added to a stack",
    note = "what is only looked up is read with `Context::read`"
)]
pub trait Resource: Structure + ResourceType {
    /// The provider that manages it, such as `azure`.
    const PROVIDER: &'static str;
    /// What [`Context::add`](crate::Context::add) returns: access to the outputs.
    type Handle;
    /// Makes the handle.
    fn handle(declared: Declared) -> Self::Handle;
}

/// A declared resource, from which handles read outputs.
#[derive(Clone, Debug)]
pub struct Declared {
    urn: Urn,
}

impl Declared {
    pub(crate) fn new(urn: Urn) -> Self {
        Declared { urn }
    }

    /// Its URN.
    pub fn urn(&self) -> &Urn {
        &self.urn
    }

    /// The output at a path of keys separated by `/`, such as `properties/vaultUri`.
    pub fn output<T: Data>(&self, path: &str) -> Output<T> {
        Output::of_resource(&self.urn, path)
    }
}

/// Something that has a URN: a handle of a declared resource, for [`Options::depends_on`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a resource",
    label = "expected the handle of a resource, or its `Urn`",
    note = "give what `cx.add` returned, not its name and none of its outputs"
)]
pub trait HasUrn {
    /// The URN.
    fn urn(&self) -> &Urn;
}

impl HasUrn for Declared {
    fn urn(&self) -> &Urn {
        &self.urn
    }
}

impl HasUrn for Urn {
    fn urn(&self) -> &Urn {
        self
    }
}
