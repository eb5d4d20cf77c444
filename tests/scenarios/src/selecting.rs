//! Runs that are about a part of a program, and what is read for its own sake.

use super::{Item, World, program, stack_name, urn};
use atp_iac::Value;
use atp_iac::apply::Interrupt;
use atp_iac::engine::{EngineError, Kind, Reading, RefreshOptions, Update, UpdateOptions};
use atp_iac::plan::{Pattern, Plan, Selection};

/// Patterns of resources.
pub fn patterns(texts: &[&str]) -> Vec<Pattern> {
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

/// Options that name targets.
pub fn targets(texts: &[&str]) -> UpdateOptions {
    selecting(Selection { targets: patterns(texts), ..Selection::default() })
}

/// Options that name targets, and mean what depends on them, too.
pub fn targets_and_dependents(texts: &[&str]) -> UpdateOptions {
    selecting(Selection { targets: patterns(texts), target_dependents: true, ..Selection::default() })
}

/// Options that name what is left out.
pub fn without(texts: &[&str]) -> UpdateOptions {
    selecting(Selection { excludes: patterns(texts), ..Selection::default() })
}

/// Options with a selection.
pub fn selecting(selection: Selection) -> UpdateOptions {
    UpdateOptions { selection, ..UpdateOptions::default() }
}

impl World {
    /// Brings the cloud to a program, with options.
    pub async fn up_with(&self, items: &[Item], options: UpdateOptions) -> Result<Update, EngineError> {
        self.run(&program(items), Kind::Up, options).await
    }

    /// The plan for a program, with options.
    pub async fn preview_with(&self, items: &[Item], options: UpdateOptions) -> Result<Plan, EngineError> {
        self.engine.preview(&program(items), Kind::Up, &options).await.map(|preview| preview.plan)
    }

    /// Deletes, with options.
    pub async fn destroy_with(&self, options: UpdateOptions) -> Result<Update, EngineError> {
        self.run(&program(&[]), Kind::Destroy, options).await
    }

    /// Makes the state say what the cloud says.
    pub async fn refresh(&self) -> Result<Reading, EngineError> {
        self.engine.refresh(&program(&[]), &RefreshOptions::default(), &Interrupt::default()).await
    }

    /// The same, with the outputs that a program computes.
    pub async fn refresh_with(&self, items: &[Item]) -> Result<Reading, EngineError> {
        let options = RefreshOptions { run_program: true, ..RefreshOptions::default() };
        self.engine.refresh(&program(items), &options, &Interrupt::default()).await
    }

    /// What differs between the state and the cloud.
    pub async fn drift(&self) -> Result<Reading, EngineError> {
        self.engine.drift(&stack_name(), &Selection::default()).await
    }

    /// Marks a resource to be replaced, or takes that back.
    pub async fn taint(&self, name: &str, tainted: bool) -> Result<bool, EngineError> {
        Ok(self.engine.taint(&stack_name(), &urn(name), tainted).await?.serial.is_some())
    }

    /// Changes a property in the cloud, behind the engine's back.
    pub fn change_outside(&self, id: &str, key: &str, value: impl Into<Value>) {
        if let Some(Value::Map(mut object)) = self.cloud.objects().remove(id) {
            object.insert(key.to_owned(), value.into());
            self.cloud.put(id, Value::Map(object));
        }
    }

    /// The names of the resources in the state, in its order.
    pub async fn known(&self) -> Vec<String> {
        self.state().await.resources().map(|resource| resource.urn.name().to_owned()).collect()
    }
}
