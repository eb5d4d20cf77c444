//! Looking up what the program does not manage.

use super::{Context, Location, Result};
use crate::codec::Structure;
use crate::resource::{Declared, Options};
use crate::value::Data;
use std::borrow::Cow;

/// Something to look up: a resource that is managed elsewhere, or an answer such as the keys of an account. The
/// properties of `Self` say what is asked for. [`Context::read`] takes it.
///
/// A query changes nothing, and is asked on every plan. It is answered before the plan where its inputs are known and
/// nothing that it depends on is created or replaced by the plan; else while the plan is carried out, after what it
/// depends on.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read",
    note = "`Context::read` takes queries; resources and components are added with `Context::add`"
)]
pub trait Query: Structure {
    /// The provider that answers it, such as `azure`.
    const PROVIDER: &'static str;
    /// What [`Context::read`] returns: access to the answer.
    type Handle;
    /// What the provider is asked for. No type of resource has this name: it is part of the query's URN.
    fn kind(&self) -> Cow<'static, str>;
    /// Makes the handle.
    fn handle(declared: Declared) -> Self::Handle;
}

impl Context {
    /// Looks something up that the program does not manage. It is never created, changed or deleted, and is not in the
    /// state.
    ///
    /// # Errors
    /// When the name is taken in this component by another query of this kind.
    #[track_caller]
    pub fn read<Q: Query>(&mut self, name: &str, query: Q) -> Result<Q::Handle> {
        self.read_at(name, Options::new(), query, super::registration::caller())
    }

    /// Looks something up with options: what it waits for, and which provider answers.
    ///
    /// # Errors
    /// As [`Context::read`].
    #[track_caller]
    pub fn read_with<Q: Query>(&mut self, name: &str, options: Options, query: Q) -> Result<Q::Handle> {
        self.read_at(name, options, query, super::registration::caller())
    }

    fn read_at<Q: Query>(
        &mut self,
        name: &str,
        options: Options,
        query: Q,
        location: Location,
    ) -> Result<Q::Handle> {
        let kind = query.kind();
        self.register_query(&kind, Q::PROVIDER, name, query.encode(), options, location).map(Q::handle)
    }
}
