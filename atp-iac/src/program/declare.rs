//! What can be added to a stack.

use super::{Context, Location, Result};
use crate::codec::into_expression;
use crate::resource::{Options, Resource};

/// Something that [`Context::add`] takes: a resource or a component.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be added to a stack",
    note = "only resources and `#[component]`s are added; nested property types are set on a resource"
)]
pub trait Declare: Sized {
    /// What adding gives: access to the outputs.
    type Handle;
    /// Records it.
    ///
    /// # Errors
    /// When the name is taken.
    fn declare(
        self,
        cx: &mut Context,
        name: &str,
        options: Options,
        location: Location,
    ) -> Result<Self::Handle>;
}

impl<R: Resource> Declare for R {
    type Handle = R::Handle;
    fn declare(
        self,
        cx: &mut Context,
        name: &str,
        options: Options,
        location: Location,
    ) -> Result<R::Handle> {
        let inputs = into_expression(self);
        let declared = cx.register(R::TYPE, R::PROVIDER, name, inputs, options, location)?;
        Ok(R::handle(declared))
    }
}
