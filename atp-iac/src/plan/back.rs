//! Copies that are taken back.
//!
//! A program that goes from one id to another, and back before the replaced object was deleted, wants what is still there.
//! That object is changed in place and becomes the present one again; the one that had taken its place is deleted after it.
//! To delete it first would not do: whoever did not come as far as to let go of it uses it still.

use super::{Operation, Planner};
use crate::Urn;
use crate::provider::Provider;
use crate::state::ResourceState;
use crate::urn::UrnMap;
use crate::value::Value;

impl<'a> Planner<'a> {
    /// The copy whose deletion is owed and that has the id that the program wants, where the present object has another.
    pub(super) fn taken_back(
        &self,
        urn: &Urn,
        inputs: &Value,
        provider: &dyn Provider,
    ) -> Option<&'a ResourceState> {
        self.state.replaced(urn).next()?;
        let kind = urn.resource_type();
        let id = provider.id(kind, inputs).filter(|_| !provider.lives_in_state(kind))?;
        let is_it = |one: &&ResourceState| one.id.eq_ignore_ascii_case(&id);
        match self.state.get(urn).filter(is_it) {
            Some(_) => None,
            None => self.state.replaced(urn).find(is_it),
        }
    }
}

impl Operation {
    /// Whether it makes the present object of a copy whose deletion was owed.
    pub(crate) fn takes_back(&self) -> bool {
        self.action.writes() && self.old.as_ref().is_some_and(|old| old.replaced)
    }
}

/// The copies that are taken back: their ids, by resource.
pub(super) fn copies(operations: &[Operation]) -> UrnMap<String> {
    let taken = operations.iter().filter(|one| one.takes_back());
    taken.filter_map(|one| Some((one.urn.clone(), one.old.as_ref()?.id.clone()))).collect()
}
