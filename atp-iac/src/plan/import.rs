//! Which resources are taken over from the cloud, and what the state is told of them.
//!
//! | the state has it | verdict |
//! | --- | --- |
//! | not at all | it is read, and managed from then on: what the program says otherwise is an update |
//! | under this id | nothing is left to do; a replacement is refused for as long as the import is asked for |
//! | under another id | that object is replaced by the one that is taken over, and deleted after |
//! | for another resource | an error: nothing can be two resources |

use super::{Desired, Invalid, Operation, Plan, PlanError, Preparation, Refusal, Telling, Told};
use crate::Urn;
use crate::program::Location;
use crate::provider::{Existing, Problem, Provider};
use crate::state::{Lifecycle, Record, ResourceState, StateView};
use crate::value::{Path, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use time::OffsetDateTime;

/// A resource to take over, though the program does not say so itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRequest {
    /// Which resource of the program.
    pub urn: Urn,
    /// Its id in the cloud.
    pub id: String,
}

/// A resource that is to be taken over.
#[derive(Clone, Copy)]
pub(crate) struct Import<'p> {
    /// What happens to it as long as it is not.
    pub operation: &'p Operation,
    /// The id in the cloud.
    pub id: &'p str,
    /// Who asks for it from outside of the program finds another id in the state wrong.
    is_request: bool,
}

/// Everything that a plan is asked to take over, whether the state has it already or not.
///
/// # Errors
/// A request for something that is not a resource of the program.
pub(crate) fn asked<'p>(
    plan: &'p Plan,
    desired: &Desired,
    requests: &'p [ImportRequest],
) -> Result<Vec<Import<'p>>, PlanError> {
    let mut imports = Vec::new();
    for request in requests {
        let ImportRequest { urn, id } = request;
        let declared = desired.registrations.iter().find(|one| one.urn == *urn);
        let nothing = |message: String| Err(PlanError::NothingMeant(message));
        let found = plan.operations.iter().find(|one| one.urn == *urn && one.options.is_some());
        match (declared, found) {
            (_, _) if id.is_empty() => {
                return nothing(format!("{urn} cannot be taken over without an id\n  way out: give the id"));
            }
            (None, _) => {
                return nothing(format!(
                    "the program declares no resource {urn}, and nothing else can be taken over\n  way out: declare it \
                     first, or look for its URN in the plan"
                ));
            }
            (Some(declared), _) if declared.is_query => {
                return nothing(format!(
                    "{urn} at {} is only read, and is not taken over\n  way out: declare a resource for it",
                    declared.location
                ));
            }
            (Some(_), None) => {
                return nothing(format!(
                    "{urn} is to be taken over and is not selected\n  way out: select it, too"
                ));
            }
            (Some(_), Some(operation)) => imports.push(Import { operation, id, is_request: true }),
        }
    }
    for operation in &plan.operations {
        let id = operation.options.as_ref().and_then(|options| options.import.as_deref());
        let requested = requests.iter().any(|request| request.urn == operation.urn);
        imports.extend(id.filter(|_| !requested).map(|id| Import { operation, id, is_request: false }));
    }
    Ok(imports)
}

impl Import<'_> {
    /// Whether the state has it, for this resource and under this id.
    pub fn is_done(&self, view: &StateView) -> bool {
        view.get(&self.operation.urn).is_some_and(|old| old.id.eq_ignore_ascii_case(self.id))
    }

    /// What stands against it in the state.
    ///
    /// # Errors
    /// When something else has this id, or is to stay.
    pub fn fits(&self, view: &StateView, provider: &dyn Provider) -> Result<(), Invalid> {
        let Import { operation: Operation { urn, kind, provider: name, .. }, id, is_request } = *self;
        let same = |one: &&ResourceState| {
            one.urn != *urn && one.provider == *name && one.id.eq_ignore_ascii_case(id)
        };
        let other = view.resources().find(same).filter(|_| !provider.lives_in_state(kind));
        match (other, view.get(urn)) {
            (Some(other), _) => Err(self.invalid(format!(
                "cannot take over `{id}`, which the stack has as `{}`: nothing can be two resources\n  way out: take the \
                 import away; where it has another name now, give it the alias `{}`",
                other.urn.name(),
                other.urn.name()
            ))),
            (None, Some(old)) if is_request => Err(self.invalid(format!(
                "already manages `{}`, and is not made to manage `{id}` by a request\n  way out: declare another resource \
                 for it; or say `import` in the program, which replaces the one that is there",
                old.id
            ))),
            _ => Ok(()),
        }
    }

    /// Why the plan may not be carried out: the object that it is to be in the place of may not be deleted.
    pub fn refusal(&self, view: &StateView, ignore_protect: bool) -> Option<Refusal> {
        let old = view.get(&self.operation.urn).filter(|old| old.lifecycle.protect && !ignore_protect)?;
        let (name, id) = (self.operation.urn.name(), self.id);
        Some(Refusal {
            urn: old.urn.clone(),
            message: format!(
                "`{name}` is protected, and `{}` would be replaced by `{id}`, which is imported",
                old.id
            ),
            hint: format!("take `import` away{at}, or `protect` first, and run `up`", at = self.place()),
        })
    }

    /// Why the plan may not be carried out: what was taken over would be replaced.
    pub fn replaced(&self) -> Option<Refusal> {
        let Operation { urn, action, old, changes, reason, .. } = self.operation;
        let taken = old.as_ref().is_some_and(|old| old.id.eq_ignore_ascii_case(self.id));
        if !taken || !action.replaces() {
            return None;
        }
        let forcing: Vec<String> = changes
            .iter()
            .filter(|change| change.replaces)
            .map(|change| format!("`{}`", change.path))
            .collect();
        let why = match (forcing.is_empty(), reason) {
            (false, _) => format!("for {}", forcing.join(", ")),
            (true, reason) => reason.clone().unwrap_or_default(),
        };
        Some(Refusal {
            urn: urn.clone(),
            message: format!(
                "`{}` is imported as `{}` and would be replaced by a new one: {why}",
                urn.name(),
                self.id
            ),
            hint: format!(
                "say in the program what the cloud has; or, once it is managed, take the import away{}, and it is replaced \
                 like any other",
                self.place()
            ),
        })
    }

    /// What the state is told of it, by what was read of it.
    ///
    /// # Errors
    /// When it is not there, or cannot be managed.
    pub fn told(
        &self,
        read: Option<Value>,
        provider: &dyn Provider,
        (view, now): (&StateView, OffsetDateTime),
    ) -> Result<Preparation, Invalid> {
        let Import { operation, id, .. } = *self;
        let Some(outputs) = read else {
            return Err(self.invalid(format!(
                "is to be imported, and the resource `{id}` does not exist\n  way out: correct the id, or take the import \
                 away, and it is created"
            )));
        };
        let Some(inputs) = taken_over(provider, (&operation.kind, id), &operation.inputs, &outputs) else {
            return Err(self.invalid(format!(
                "is to be imported, and the provider `{}` does not support importing `{}`\n  way out: take the import away",
                operation.provider, operation.kind
            )));
        };
        // A trigger that is not known yet is none: what was made without one is not replaced for getting it.
        let trigger =
            operation.lifecycle.replacement_trigger.clone().filter(|trigger| !trigger.has_unknown());
        let lifecycle = Lifecycle { replacement_trigger: trigger, ..operation.lifecycle.clone() };
        let resource = ResourceState {
            urn: operation.urn.clone(),
            kind: operation.kind.clone(),
            provider: operation.provider.clone(),
            id: id.to_owned(),
            outputs: lifecycle.guard(outputs, &operation.inputs),
            inputs,
            dependencies: operation.dependencies.iter().cloned().collect(),
            lifecycle,
            created: now,
            modified: now,
            replaced: false,
            incomplete: false,
            tainted: false,
            location: operation.location.map(|location| location.to_string()),
        };
        let urn = operation.urn.clone();
        let other = view.get(&urn).map(|old| Record::MarkReplaced { urn: urn.clone(), id: old.id.clone() });
        let records = other.into_iter().chain([Record::Saved { step: None, resource }]).collect();
        let told = vec![Told { urn, what: Telling::Imported { id: id.to_owned() } }];
        Ok(Preparation { records, told })
    }

    /// An error about it.
    pub fn invalid(&self, message: String) -> Invalid {
        // What has options is declared somewhere.
        let location = self.operation.location.unwrap_or(Location { file: "", line: 0 });
        let problem = Problem { path: Path::root(), message };
        Invalid { urn: self.operation.urn.clone(), location, problem }
    }

    fn place(&self) -> String {
        self.operation.location.map(|location| format!(" at {location}")).unwrap_or_default()
    }
}

/// The provider of an import.
pub(crate) fn provider_of<'p>(
    import: &Import<'_>,
    providers: &'p BTreeMap<String, Arc<dyn Provider>>,
) -> Result<&'p Arc<dyn Provider>, PlanError> {
    let Operation { urn, provider, .. } = import.operation;
    let missing = || PlanError::UnknownProvider { urn: urn.clone(), provider: provider.clone() };
    providers.get(provider).ok_or_else(missing)
}

/// The inputs that the state keeps of what is taken over: those of the program, where the cloud has all that they say as far
/// as it tells, so that what it never tells is no difference; otherwise those that the cloud's answer comes from. `None`
/// where the provider does not support it.
pub(crate) fn taken_over(
    provider: &dyn Provider,
    (kind, id): (&str, &str),
    program: &Value,
    outputs: &Value,
) -> Option<Value> {
    let inputs = provider.inputs_of(kind, id, outputs)?;
    let said = Existing { id, inputs: program, outputs: program };
    let is_as_said = !program.has_unknown() && provider.drift(kind, &said, outputs).is_empty();
    Some(if is_as_said { program.clone() } else { inputs.with_secrets_of(program) })
}
