//! Records what a program declares.

use super::earlier::{Declaring, Earlier};
use super::{
    Component, Outputs, PrimaryRegions, ProgramError, ReferencePlace, ReferencedOutputs, Result,
    StackContract, StackOutputs, StackRef, stack_for,
};
use crate::codec::into_expression;
use crate::config::{Config, ConfigTree};
use crate::output::Expression;
use crate::resource::{Declared, Declares, Hook, Options, Resource, Transform, Transforming, WrongOption};
use crate::urn::UrnMap;
use crate::{StackName, Urn};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// Where in a program a resource was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// Source file, as the compiler names it.
    pub file: &'static str,
    /// Line.
    pub line: u32,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// One declared resource, or one query.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Its URN.
    pub urn: Urn,
    /// The provider that manages it.
    pub provider: String,
    /// What the program says of its properties.
    pub inputs: Arc<Expression>,
    /// Everything that it waits for, by property or by option.
    pub dependencies: BTreeSet<Urn>,
    /// Its options, with those of the components around it.
    pub options: Arc<Options>,
    /// The URNs that it had before.
    pub aliases: Vec<Urn>,
    /// Where it was declared.
    pub location: Location,
    /// Whether it is only looked up: a [`Query`](super::Query).
    pub is_query: bool,
}

impl Registration {
    /// Whether plans that delete or replace it are refused.
    pub fn protect(&self) -> bool {
        self.options.protect.unwrap_or(false)
    }

    /// Why it stays in the cloud when it is not managed any more; `None`: it is deleted.
    pub fn retain(&self) -> Option<&str> {
        self.options.retain.as_deref()
    }
}

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

/// What is being declared: its URN, and its options with those of what it is in.
struct Claimed {
    urn: Urn,
    /// What it is in; `None`: directly in the stack.
    parent: Option<Urn>,
    options: Options,
}

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

    /// Records a resource of a type that is known by its name only. Typed resources do this for you.
    ///
    /// # Errors
    /// When the name is taken in this component, the inputs have a part that cannot be used, an option cannot be what it is,
    /// or the parent was not declared before.
    pub fn register(
        &mut self,
        kind: &str,
        provider: &str,
        name: &str,
        inputs: Expression,
        options: Options,
        location: Location,
    ) -> Result<Declared> {
        self.record(Declares::Resource, kind, provider, name, inputs, options, location)
    }

    /// Records a query of a kind that is known by its name only. [`Context::read`] does this for you.
    ///
    /// # Errors
    /// As [`Context::register`].
    pub fn register_query(
        &mut self,
        kind: &str,
        provider: &str,
        name: &str,
        inputs: Expression,
        options: Options,
        location: Location,
    ) -> Result<Declared> {
        self.record(Declares::Query, kind, provider, name, inputs, options, location)
    }

    #[allow(clippy::too_many_arguments, reason = "what two public functions have in common")]
    fn record(
        &mut self,
        what: Declares,
        kind: &str,
        provider: &str,
        name: &str,
        mut inputs: Expression,
        options: Options,
        location: Location,
    ) -> Result<Declared> {
        let Claimed { urn, parent, mut options } = self.claim(what, kind, name, options, location)?;
        let mut aliases = Vec::new();
        if what == Declares::Resource {
            self.apply_transforms(&urn, &mut inputs, &mut options);
            check(options.wrong(what), &urn, location)?;
            let declaring = Declaring { stack: &self.stack, urn: &urn, kind, name, parent: parent.as_ref() };
            aliases = self.earlier.record(&declaring, &options.aliases)?;
        }
        if let Some((path, problem)) = inputs.refused() {
            return Err(ProgramError::Property {
                name: urn.name().to_owned(),
                kind: kind.to_owned(),
                location,
                path: path.to_owned(),
                problem: problem.to_owned(),
            });
        }
        let mut dependencies = inputs.dependencies();
        dependencies.extend(options.depends_on.iter().cloned());
        dependencies.extend(options.replacement_trigger.iter().flat_map(Expression::dependencies));
        let is_resource =
            |urn: &&Urn| self.declared.get(*urn).is_some_and(|parent| parent.what == Declares::Resource);
        dependencies.extend(options.parent.iter().filter(is_resource).cloned());
        let provider = options.provider.clone().unwrap_or_else(|| provider.to_owned());
        let options = match what {
            Declares::Query => Arc::default(),
            _ => Arc::new(options),
        };
        let is_query = what == Declares::Query;
        self.declared.insert(urn.clone(), Declaration { what, location, options: options.clone() });
        let inputs = Arc::new(inputs);
        let declared = Declared::new(urn.clone());
        self.registrations.push(Registration {
            urn,
            provider,
            inputs,
            dependencies,
            options,
            aliases,
            location,
            is_query,
        });
        Ok(declared)
    }

    /// For `#[component]`: runs a component's code with everything it declares inside it.
    ///
    /// # Errors
    /// When the name is taken, an option is not one of components, or what the component's code returns.
    pub fn build_component<C: Component>(
        &mut self,
        kind: &str,
        name: &str,
        component: C,
        options: Options,
        location: Location,
    ) -> Result<C::Outputs> {
        let what = Declares::Component;
        let Claimed { urn, parent, options } = self.claim(what, kind, name, options, location)?;
        let declaring = Declaring { stack: &self.stack, urn: &urn, kind, name, parent: parent.as_ref() };
        self.earlier.record(&declaring, &options.aliases)?;
        let options = Arc::new(options);
        self.declared.insert(urn.clone(), Declaration { what, location, options: options.clone() });
        self.parents.push(Parent { urn, options });
        let outputs = component.build(self);
        self.parents.pop();
        outputs
    }

    /// For `#[stack]`: the configuration.
    ///
    /// # Errors
    /// Every value that is missing, misspelt, of another type or out of its bounds.
    pub fn config<C: Config>(&self) -> Result<C> {
        Ok(self.setup.config.read::<C>()?)
    }

    /// For `#[stack]`: the outputs of another stack; `None` when it is at a place that is elsewhere, and this stack turns
    /// out to stand there itself.
    ///
    /// # Errors
    /// When it is not deployed, or was deployed by a program with another contract.
    pub fn reference<S: StackContract, P>(&self, place: ReferencePlace) -> Result<Option<StackRef<S, P>>> {
        let Some(stack) = place.resolve(&self.stack, S::NAME, &self.setup.primary_regions)? else {
            return Ok(None);
        };
        let outputs = self.setup.references.get(&stack).ok_or_else(|| ProgramError::Reference {
            message: format!(
                "the stack `{}` refers to `{}`, which is not deployed in {}/{}",
                self.stack.stack, stack.stack, stack.environment, stack.region
            ),
            hint: format!("run `up` on {} first", stack_for(&self.stack, &stack)),
        })?;
        let source = ReferencedOutputs { reader: &self.stack, stack: &stack, outputs };
        S::Outputs::from_reference(&source).map(|outputs| Some(StackRef::new(outputs)))
    }

    /// A reference without `Option` whose place is where this stack stands.
    pub(super) fn refers_to_its_own_place(&self, stack: &str) -> ProgramError {
        ProgramError::Reference {
            message: format!(
                "the stack `{}` refers to `{stack}` at a place that is elsewhere by its type, and is {}/{}, where it \
                 stands itself",
                self.stack.stack,
                self.environment(),
                self.region()
            ),
            hint: "write `Option<StackRef<..>>`, which is `None` there".to_owned(),
        }
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

    /// The URN of what is declared, and its options with those of what it is in.
    fn claim(
        &mut self,
        what: Declares,
        kind: &str,
        name: &str,
        options: Options,
        location: Location,
    ) -> Result<Claimed> {
        let wrong = options.wrong(what);
        let (parent, options) = match (&options.parent, self.parents.last()) {
            (Some(urn), _) => {
                let parent = self.declared.get(urn).filter(|parent| parent.what != Declares::Query);
                let parent = parent.ok_or_else(|| undeclared_parent(kind, name, urn, location))?;
                (Some(urn.clone()), options.inherit(&parent.options))
            }
            (None, Some(Parent { urn, options: outer })) => (Some(urn.clone()), options.inherit(outer)),
            (None, None) => (None, options),
        };
        let urn = match &parent {
            Some(parent) => Urn::below(parent, kind, name)?,
            None => Urn::new(&self.stack, &[kind], &[name])?,
        };
        if let Some(first) = self.declared.get(&urn) {
            return Err(ProgramError::Duplicate {
                name: urn.name().to_owned(),
                kind: kind.to_owned(),
                first: first.location,
                second: location,
            });
        }
        check(wrong, &urn, location)?;
        Ok(Claimed { urn, parent, options })
    }

    /// Those of the resource and of what it is in are in its options; those of the stack come last.
    fn apply_transforms(&self, urn: &Urn, inputs: &mut Expression, options: &mut Options) {
        if options.transforms.is_empty() && self.transforms.is_empty() {
            return;
        }
        let parent = options.parent.clone();
        let transforms = options.transforms.clone();
        for transform in transforms.iter().chain(&self.transforms) {
            transform.apply(&mut Transforming { urn, inputs, options });
        }
        options.parent = parent;
    }
}

fn check(wrong: Option<WrongOption>, urn: &Urn, location: Location) -> Result<()> {
    match wrong {
        None => Ok(()),
        Some(WrongOption { option, problem }) => Err(ProgramError::Option {
            name: urn.name().to_owned(),
            kind: urn.resource_type().to_owned(),
            location,
            option,
            problem,
        }),
    }
}

fn undeclared_parent(kind: &str, name: &str, parent: &Urn, location: Location) -> ProgramError {
    ProgramError::Option {
        name: name.to_owned(),
        kind: kind.to_owned(),
        location,
        option: "parent",
        problem: format!(
            "names `{parent}`, which the program did not declare as a resource or component before\n  way out: declare the \
             parent first, and give its handle"
        ),
    }
}

/// Where the program called the engine.
#[track_caller]
pub(super) fn caller() -> Location {
    let place = std::panic::Location::caller();
    Location { file: place.file(), line: place.line() }
}

#[cfg(test)]
mod tests {
    use super::*;
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
