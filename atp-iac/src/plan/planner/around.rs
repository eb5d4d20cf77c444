//! What a plan has besides what happens to each declared resource: outputs, what goes, and what nobody can undo.

use super::Planner;
use crate::output::Expression;
use crate::plan::predict::Predicted;
use crate::plan::{
    Irreversible, Operation, OperationKind, OutputChange, PlanError, Refusal, Selected, back, retain,
};
use crate::provider::{Existing, Warning};
use crate::urn::UrnRefMap;
use std::collections::BTreeMap;

impl Planner<'_> {
    pub(super) fn outputs(
        &self,
        outputs: &BTreeMap<String, Expression>,
        predicted: &Predicted<'_>,
    ) -> Result<BTreeMap<String, OutputChange>, PlanError> {
        let before = self.state.outputs();
        let mut changes = BTreeMap::new();
        for (name, expression) in outputs {
            let after = expression.resolve(predicted).map_err(|error| {
                crate::ProgramError::Other(format!(
                    "the output `{name}` of the stack cannot be computed: {error}"
                ))
            })?;
            changes
                .insert(name.clone(), OutputChange { before: before.get(name).cloned(), after: Some(after) });
        }
        for (name, value) in before.iter().filter(|(name, _)| !outputs.contains_key(*name)) {
            changes.insert(name.clone(), OutputChange { before: Some(value.clone()), after: None });
        }
        Ok(changes)
    }

    /// What is in the state and not in the program, and old copies whose deletion is still owed. Of a copy that is taken
    /// back, what had taken its place.
    pub(super) fn deletes(&self, operations: &mut Vec<Operation>, selected: &Selected) {
        let declared: UrnRefMap<'_, ()> = operations.iter().map(|operation| (&operation.urn, ())).collect();
        let taken_back = back::copies(operations);
        let gone = self.state.resources().filter(|resource| {
            selected.has(&resource.urn)
                && match taken_back.get(&resource.urn) {
                    Some(copy) => resource.id != *copy,
                    None => resource.replaced || !declared.contains_key(&resource.urn),
                }
        });
        let deletes: Vec<Operation> = gone.map(|old| self.delete(old)).collect();
        operations.extend(deletes);
        retain::containers(operations, self.state, self.providers);
    }

    /// What would take back what nobody can: it is told before anybody is asked, and not by the cloud half way.
    pub(super) fn lasting(&self, operations: &[Operation]) -> Vec<Refusal> {
        let found = operations.iter().filter_map(|operation| {
            let old = operation.old.as_deref()?;
            let (inputs, what) = match operation.action {
                OperationKind::Update => (Some(&operation.inputs), "changed like this"),
                // What goes with another one is not deleted by itself.
                OperationKind::Delete if operation.goes_with.is_none() => (None, "deleted"),
                action if action.replaces() => (None, "replaced"),
                _ => return None,
            };
            let provider = self.providers.get(&operation.provider)?;
            let existing = Existing { id: &old.id, inputs: &old.inputs, outputs: &old.outputs };
            let lasting = provider.lasting(&operation.kind, &existing, inputs);
            Some(lasting.into_iter().map(move |Warning { path, message }| {
                let name = operation.urn.name();
                Refusal {
                    urn: operation.urn.clone(),
                    message: format!("`{name}` cannot be {what}, for its `{path}`: {message}"),
                    hint: format!(
                        "leave that as it is, or this resource out with `--exclude {name}`; what is to leave the program and \
                         stay in the cloud says so with `retain_on_delete`"
                    ),
                }
            }))
        });
        found.flatten().collect()
    }

    /// What the providers say of each write that cannot be undone.
    pub(super) fn warnings(&self, operations: &[Operation]) -> Vec<Irreversible> {
        let writes = operations.iter().filter(|operation| operation.action.writes());
        let found = writes.filter_map(|operation| {
            // Of a replacement, nothing is left of what there was.
            let old = operation.old.as_deref().filter(|_| operation.action == OperationKind::Update);
            let old = old.map(|old| Existing { id: &old.id, inputs: &old.inputs, outputs: &old.outputs });
            let provider = self.providers.get(&operation.provider)?;
            let warnings = provider.warnings(&operation.kind, &operation.inputs, old.as_ref());
            Some(warnings.into_iter().map(|Warning { path, message }| Irreversible {
                urn: operation.urn.clone(),
                path,
                message,
            }))
        });
        found.flatten().collect()
    }
}
