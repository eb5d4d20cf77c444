//! Parts of resources that can be declared as resources of their own.
//!
//! The program may say of a subnet that it is part of its network, or declare it by itself, and may go over from one to
//! the other. Nothing happens to the subnet then: only the state says it differently.

use super::{Invalid, Operation, OperationKind, Plan, Preparation, Telling, Told};
use crate::Urn;
use crate::provider::{Nested, Problem, Provider};
use crate::state::{Record, ResourceState, StateView};
use crate::value::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

type Providers = BTreeMap<String, Arc<dyn Provider>>;

/// The id that the resource of an operation will have, as far as it is known; none for a delete or a query.
fn id(operation: &Operation, providers: &Providers) -> Option<String> {
    let provider = providers.get(&operation.provider)?;
    match operation.action {
        OperationKind::Delete | OperationKind::Retain | OperationKind::Read => None,
        _ => provider.id(&operation.kind, &operation.inputs),
    }
}

/// The parts of all resources that will be there, each with the position of its operation.
fn parts(operations: &[Operation], providers: &Providers) -> Vec<(usize, Nested)> {
    let of = |(index, operation): (usize, &Operation)| {
        let id = id(operation, providers)?;
        let parts = providers.get(&operation.provider)?.nested(&operation.kind, &id, &operation.inputs);
        Some(parts.into_iter().map(move |part| (index, part)))
    };
    operations.iter().enumerate().filter_map(of).flatten().collect()
}

/// What the program declares twice: in its parent and by itself.
pub(super) fn declared_twice(operations: &[Operation], providers: &Providers) -> Vec<Invalid> {
    let parts = parts(operations, providers);
    if parts.is_empty() {
        return Vec::new();
    }
    let declared =
        operations.iter().filter_map(|operation| Some((lower(&id(operation, providers)?), operation)));
    let declared: HashMap<String, &Operation> = declared.collect();
    let twice = |(index, part): &(usize, Nested)| {
        let (parent, own) = (&operations[*index], *declared.get(&lower(&part.id))?);
        let place = own.location.map(|location| format!(" at {location}")).unwrap_or_default();
        let message = format!(
            "is declared twice: here, and as the resource `{}`{place}\n  way out: declare it in one of the two places; nothing is \
             deleted or made again when it goes over from one to the other",
            own.urn.name()
        );
        let problem = Problem { path: part.path.clone(), message };
        Some(Invalid { urn: parent.urn.clone(), location: parent.location?, problem })
    };
    parts.iter().filter_map(twice).collect()
}

/// What the state has to be told, so that it says of each part what the program says: that it is a resource, or a part.
/// Plan again afterwards. Empty when the state says the same.
pub(crate) fn regrouped(plan: &Plan, state: &StateView, providers: &Providers) -> Preparation {
    let mut moved = Moved { state, resources: BTreeMap::new(), preparation: Preparation::default() };
    let mut present = HashMap::new();
    for resource in state.resources().filter(|resource| !resource.replaced) {
        let Some(provider) = providers.get(&resource.provider) else { continue };
        for part in provider.nested(&resource.kind, &resource.id, &resource.inputs) {
            present.insert(lower(&part.id), (resource, provider, part));
        }
    }
    let created = |operation: &&Operation| operation.action == OperationKind::Create && !present.is_empty();
    for operation in plan.operations.iter().filter(created) {
        let found = id(operation, providers).and_then(|id| present.get(&lower(&id)));
        if let Some((parent, provider, part)) =
            found.filter(|(parent, ..)| parent.provider == operation.provider)
        {
            moved.out(operation, &parent.urn, provider.as_ref(), part);
        }
    }
    let deleted = |operation: &&Operation| operation.action.leaves();
    let deleted: HashMap<String, &ResourceState> = (plan.operations.iter().filter(deleted))
        .filter_map(|operation| operation.old.as_deref())
        .filter(|old| !old.replaced)
        .map(|old| (lower(&old.id), old))
        .collect();
    if !deleted.is_empty() {
        for (index, part) in parts(&plan.operations, providers) {
            let (parent, child) = (&plan.operations[index], deleted.get(&lower(&part.id)));
            let provider = providers.get(&parent.provider);
            if let (Some(child), Some(provider)) = (child.filter(|_| part.inputs.is_some()), provider) {
                moved.back(&parent.urn, provider.as_ref(), child, part);
            }
        }
    }
    moved.finish()
}

struct Moved<'s> {
    state: &'s StateView,
    /// Parents as they are then.
    resources: BTreeMap<Urn, ResourceState>,
    preparation: Preparation,
}

impl Moved<'_> {
    fn tell(&mut self, urn: &Urn, what: Telling, record: Record) {
        self.preparation.told.push(Told { urn: urn.clone(), what });
        self.preparation.records.push(record);
    }

    fn parent(&mut self, urn: &Urn) -> Option<&mut ResourceState> {
        if !self.resources.contains_key(urn) {
            self.resources.insert(urn.clone(), self.state.get(urn)?.clone());
        }
        self.resources.get_mut(urn)
    }

    /// A part becomes a resource of its own.
    fn out(&mut self, child: &Operation, owner: &Urn, provider: &dyn Provider, part: &Nested) {
        let Some(inputs) = part.inputs.clone() else { return };
        let Some(parent) = self.parent(owner) else { return };
        let shown = provider.nested(&parent.kind, &parent.id, &parent.outputs);
        let shown = shown.into_iter().find(|shown| shown.id.eq_ignore_ascii_case(&part.id));
        let Some(mut outputs) = shown.and_then(|shown| shown.inputs) else { return };
        if let Value::Map(outputs) = &mut outputs {
            outputs.insert("id".to_owned(), part.id.as_str().into());
        }
        parent.inputs = provider.without_nested(&parent.kind, &parent.inputs, part);
        let resource = ResourceState {
            urn: child.urn.clone(),
            kind: child.kind.clone(),
            provider: child.provider.clone(),
            id: part.id.clone(),
            inputs,
            outputs,
            dependencies: child.dependencies.iter().cloned().collect(),
            lifecycle: child.lifecycle.clone(),
            created: parent.created,
            modified: parent.modified,
            replaced: false,
            incomplete: parent.incomplete,
            tainted: false,
            location: child.location.map(|location| location.to_string()),
        };
        let record = Record::Saved { step: None, resource };
        self.tell(&child.urn, Telling::Detached { from: owner.clone() }, record);
    }

    /// A resource becomes a part of its parent.
    fn back(&mut self, owner: &Urn, provider: &dyn Provider, child: &ResourceState, part: Nested) {
        let Some(parent) = self.parent(owner) else { return };
        let part = Nested { inputs: Some(child.inputs.clone()), ..part };
        parent.inputs = provider.with_nested(&parent.kind, &parent.inputs, &part);
        // What the cloud said of the parent may be from before the child.
        let shown = Nested { inputs: Some(child.outputs.clone()), ..part };
        parent.outputs = provider.with_nested(&parent.kind, &parent.outputs, &shown);
        parent.incomplete |= child.incomplete;
        let (urn, id) = (child.urn.clone(), child.id.clone());
        let record = Record::Removed { step: None, urn, id };
        self.tell(&child.urn, Telling::Attached { to: owner.clone() }, record);
    }

    fn finish(mut self) -> Preparation {
        if !self.preparation.is_empty() {
            let parents = self.resources.into_values();
            let parents = parents.map(|resource| Record::Saved { step: None, resource });
            self.preparation.records.splice(0..0, parents);
        }
        self.preparation
    }
}

fn lower(id: &str) -> String {
    id.to_ascii_lowercase()
}
