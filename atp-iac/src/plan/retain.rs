//! What stays in the cloud when it is not managed any more, and what it lies in.
//!
//! Deleting a resource group deletes whatever lies in it. So what a retained resource lies in is retained with it. What it
//! only uses, such as a key or a network, is not.

use super::{Operation, OperationKind, Refusal};
use crate::Urn;
use crate::provider::Provider;
use crate::state::StateView;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

type Providers = BTreeMap<String, Arc<dyn Provider>>;

/// What has to stay, and does when nothing around it is deleted.
struct Kept<'s> {
    urn: &'s Urn,
    id: &'s str,
    provider: &'s str,
    /// What it would go with.
    goes_with: Option<&'s Urn>,
}

fn kept<'s>(operations: &[Operation], state: &'s StateView) -> Vec<Kept<'s>> {
    if !operations.iter().any(|operation| operation.lifecycle.retain.is_some()) {
        return Vec::new();
    }
    let said: HashMap<&Urn, bool> = (operations.iter())
        .filter(|operation| !operation.old.as_ref().is_some_and(|old| old.replaced))
        .map(|operation| (&operation.urn, operation.lifecycle.retain.is_some()))
        .collect();
    let stays = state.resources().filter(|resource| said.get(&resource.urn).copied().unwrap_or_default());
    let kept = stays.map(|one| Kept {
        urn: &one.urn,
        id: &one.id,
        provider: &one.provider,
        goes_with: one.lifecycle.deleted_with.as_ref(),
    });
    kept.collect()
}

/// What lies in the object that an operation takes away, or goes with it.
fn inside<'k>(operation: &Operation, kept: &'k [Kept<'_>], providers: &Providers) -> Option<&'k Kept<'k>> {
    let old = operation.old.as_ref()?;
    let provider = providers.get(&old.provider)?;
    kept.iter().find(|one| {
        let lies_in = || one.provider == old.provider && provider.lies_in(one.id, &old.id);
        one.goes_with == Some(&operation.urn) || lies_in()
    })
}

/// Retains what would be deleted and holds something that stays.
pub(super) fn containers(operations: &mut [Operation], state: &StateView, providers: &Providers) {
    let kept = kept(operations, state);
    if kept.is_empty() {
        return;
    }
    for operation in operations.iter_mut().filter(|operation| operation.action == OperationKind::Delete) {
        if let Some(one) = inside(operation, &kept, providers) {
            operation.action = OperationKind::Retain;
            operation.reason = Some(format!("`{}` is in it, which stays", one.urn.name()));
        }
    }
}

/// Replacements of what holds something that stays.
pub(super) fn replaced_around(
    operations: &[Operation],
    state: &StateView,
    providers: &Providers,
) -> Vec<Refusal> {
    let kept = kept(operations, state);
    let replaced = operations.iter().filter(|operation| operation.action.replaces());
    let refusals = replaced.filter_map(|operation| {
        let one = inside(operation, &kept, providers)?;
        let (urn, name, inner) = (operation.urn.clone(), operation.urn.name(), one.urn.name());
        Some(Refusal {
            urn,
            message: format!("`{name}` would be replaced, which deletes `{inner}` in it, and that must stay"),
            hint: "undo the change that forces this; or declare both under other names, and the old ones are forgotten \
                   and stay"
                .to_owned(),
        })
    });
    refusals.collect()
}
