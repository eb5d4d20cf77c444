//! The record of what a program declares.

mod given;
mod record;

use super::earlier::Earlier;
use super::registration::caller;
use super::{Declare, Location, PrimaryRegions, Registration, Result, StackOutputs};
use crate::config::ConfigTree;
use crate::resource::{Declares, Hook, Options, Transform};
use crate::urn::UrnMap;
use crate::{StackName, Urn};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a program runs with.
#[derive(Debug, Default, Clone)]
pub struct Setup {
    /// The configuration of the stack.
    pub config: ConfigTree,
    /// The outputs of the stacks that it may refer to.
    pub references: BTreeMap<StackName, StackOutputs>,
    /// The primary region of each environment, for references to there.
    pub primary_regions: PrimaryRegions,
}

/// Records what a program declares. Declaring does nothing yet: the engine plans first.
#[derive(Debug)]
pub struct Context {
    stack: StackName,
    setup: Setup,
    /// The components whose code runs, outermost first.
    parents: Vec<Parent>,
    registrations: Vec<Registration>,
    declared: UrnMap<Declaration>,
    earlier: Earlier,
    transforms: Vec<Transform>,
    /// By name.
    delete_hooks: BTreeMap<String, Hook>,
}

/// What something is declared in.
#[derive(Debug, Clone)]
struct Parent {
    urn: Urn,
    options: Arc<Options>,
}

/// Something that has a URN.
#[derive(Debug)]
struct Declaration {
    what: Declares,
    location: Location,
    options: Arc<Options>,
}

impl Context {
    /// For the engine and for tests: an empty record of a stack.
    pub fn new(stack: StackName, setup: Setup) -> Self {
        Context {
            stack,
            setup,
            parents: Vec::new(),
            registrations: Vec::new(),
            declared: UrnMap::default(),
            earlier: Earlier::default(),
            transforms: Vec::new(),
            delete_hooks: BTreeMap::new(),
        }
    }

    /// Which stack this is.
    pub fn stack(&self) -> &StackName {
        &self.stack
    }

    /// The environment, such as `prod`.
    pub fn environment(&self) -> &str {
        &self.stack.environment
    }

    /// The region, such as `westeurope`.
    pub fn region(&self) -> &str {
        &self.stack.region
    }

    /// Adds a resource or a component.
    ///
    /// # Errors
    /// When the name is taken in this component, or what a component's own code returns.
    #[track_caller]
    pub fn add<D: Declare>(&mut self, name: &str, declare: D) -> Result<D::Handle> {
        declare.declare(self, name, Options::new(), caller())
    }

    /// Adds a resource or a component with options.
    ///
    /// # Errors
    /// As [`Context::add`].
    #[track_caller]
    pub fn add_with<D: Declare>(&mut self, name: &str, options: Options, declare: D) -> Result<D::Handle> {
        declare.declare(self, name, options, caller())
    }

    /// Changes whatever the stack declares from here on, in components too, before it is recorded.
    pub fn transform(&mut self, transform: Transform) {
        self.transforms.push(transform);
    }

    /// The component whose code runs, for [`Options::parent`]; `None` directly in the stack.
    pub fn component(&self) -> Option<&Urn> {
        self.parents.last().map(|parent| &parent.urn)
    }

    /// Everything declared so far in the present component or stack, for [`Options::depends_on_all`].
    pub fn declared(&self) -> Vec<Urn> {
        let prefix = self.component().map(|urn| format!("{}/", urn.name())).unwrap_or_default();
        self.registrations
            .iter()
            .map(|r| r.urn.clone())
            .filter(|urn| urn.name().starts_with(&prefix))
            .collect()
    }

    /// Gives a hook for the deletion of what this program does not declare any more and was deployed with a hook of this
    /// name: whatever leaves a program takes its hooks along. One that was given before under the same name is replaced.
    pub fn delete_hook(&mut self, hook: Hook) {
        self.delete_hooks.insert(hook.name.clone(), hook);
    }

    /// For the engine: the hooks that were given by [`delete_hook`](Self::delete_hook).
    pub fn take_delete_hooks(&mut self) -> BTreeMap<String, Hook> {
        std::mem::take(&mut self.delete_hooks)
    }

    /// What was recorded, in order.
    pub fn into_registrations(self) -> Vec<Registration> {
        self.registrations
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Component;
    use crate::resource::Declared;
    use crate::value::Value;

    fn context() -> Context {
        Context::new(StackName::new("dev", "north", "app").unwrap(), Setup::default())
    }

    fn register(cx: &mut Context, name: &str) -> Result<Declared> {
        cx.register("T", "test", name, Value::map().into(), Options::new(), caller())
    }

    #[test]
    fn a_second_resource_of_one_name_is_an_error_that_names_both_places() {
        let mut cx = context();
        register(&mut cx, "a").unwrap();
        let error = register(&mut cx, "a").unwrap_err().to_string();
        assert!(error.starts_with("`a` of type `T` is declared twice: at "), "{error}");
        assert_eq!(error.matches("context.rs:").count(), 2, "{error}");
    }

    #[test]
    fn a_component_lends_its_name_and_options_to_what_is_in_it() {
        struct Pair;
        impl Component for Pair {
            type Outputs = Vec<Urn>;
            fn build(self, cx: &mut Context) -> Result<Vec<Urn>> {
                register(cx, "left")?;
                register(cx, "right")?;
                Ok(cx.declared())
            }
        }
        let mut cx = context();
        let first = register(&mut cx, "first").unwrap();
        let options = Options::new().protect(true).depends_on(&first);
        let inside = cx.build_component("x:Pair", "pair", Pair, options, caller()).unwrap();
        assert_eq!(inside.iter().map(Urn::name).collect::<Vec<_>>(), ["pair/left", "pair/right"]);
        assert_eq!(inside[0].types(), "x:Pair$T");
        let registrations = cx.into_registrations();
        assert!(registrations[1].protect() && registrations[1].dependencies.contains(first.urn()));
        assert!(!registrations[0].protect());
    }
}
