//! Takes over what is there already, where the program says so and the cloud refuses to create it.

use super::event::FailureCause;
use super::refresh::whole;
use super::step::{Done, StepContext};
use crate::plan::{Operation, Work, taken_over};
use crate::provider::{Existing, Object, ProviderError, ProviderErrorKind, Target};
use crate::state::{Action, Record, ResourceState, StateView};
use crate::value::Value;

/// Whether what stands in the way of a create is to be taken over.
pub(super) fn adopts(operation: &Operation, error: &ProviderError) -> bool {
    let told = operation.options.as_ref().and_then(|options| options.adopt_if_exists);
    error.kind == ProviderErrorKind::AlreadyExists && told == Some(true)
}

impl<'a> StepContext<'a> {
    /// Goes on with a create as with an update of what is there. The intent of the create is over by now; what is taken over
    /// is durable, and not finished, before the update is begun.
    pub(super) async fn adopt(
        &self,
        operation: &Operation,
        inputs: Value,
        refused: ProviderError,
    ) -> Result<Done<'a>, FailureCause> {
        let (old, differs) = match self.adopted(operation, &inputs).await {
            Ok(found) => found,
            Err(why) => {
                let hint = format!("`adopt_if_exists` does not take it over: {why}");
                return Err(FailureCause::Provider(refused.with_hint(hint)));
            }
        };
        let mut records: Vec<Record> = self.replaced_by(operation, &old.id).into_iter().collect();
        let resource = ResourceState { incomplete: differs, ..old.clone() };
        records.push(Record::Saved { step: None, resource });
        if !differs {
            return self.begin_recording(records);
        }
        let intent = self.intent(operation, Action::Update, old.id.clone(), inputs.clone(), false);
        records.push(Record::Intent(intent));
        self.session.record_all(records).await.map_err(FailureCause::State)?;
        self.bring(operation, &old, inputs, Work::Create).await
    }

    /// What is there, and whether the program says something else of it.
    async fn adopted(&self, operation: &Operation, inputs: &Value) -> Result<(ResourceState, bool), String> {
        let kind = &operation.kind;
        let id = self.provider.id(kind, inputs).ok_or("its id is not known before it is created")?;
        let has = |view: &StateView| {
            let same =
                |one: &&ResourceState| one.provider == operation.provider && one.id.eq_ignore_ascii_case(&id);
            view.resources().find(same).map(|one| one.urn.clone())
        };
        if let Some(other) = self.session.with_view(has) {
            return Err(format!("the stack has it as `{}`", other.name()));
        }
        let target = Target { kind, id: &id, inputs };
        let limit = Some(self.limit(Work::Read));
        let read = self.limits.ask(limit, self.provider.read(target)).await.and_then(whole);
        let read = read.map_err(|error| format!("it cannot be read: {}: {error}", error.code))?;
        let outputs = read.ok_or_else(|| format!("nothing is found under `{id}`"))?;
        let said = taken_over(self.provider, (kind, &id), inputs, &outputs);
        let said = said.ok_or_else(|| {
            format!("the provider `{}` does not support importing `{kind}`", operation.provider)
        })?;
        let existing = Existing { id: &id, inputs: &said, outputs: &outputs };
        let changes = self.provider.diff(kind, &existing, inputs);
        let replaces = operation.options.as_ref().map(|options| &options.replace_on_changes);
        let forced = changes.iter().find(|change| {
            let touches = |it: &crate::value::Patterns| {
                it.touch(&change.path, change.before.as_ref(), change.after.as_ref())
            };
            change.replaces || replaces.is_some_and(touches)
        });
        if let Some(change) = forced {
            return Err(format!(
                "`{}` is not as the program says, and cannot be changed in place",
                change.path
            ));
        }
        let now = self.limits.clock.now();
        let object = Object { id, outputs: self.lifecycle.guard(outputs, inputs) };
        Ok((self.resource(operation, said, object, now, false), !changes.is_empty()))
    }
}
