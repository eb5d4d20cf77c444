//! How what is declared gets its URN, its options and its place in the record.

use super::{Context, Declaration, Parent};
use crate::Urn;
use crate::output::Expression;
use crate::program::earlier::Declaring;
use crate::program::{Component, Location, ProgramError, Registration, Result};
use crate::resource::{Declared, Declares, Options, Transforming, WrongOption};
use std::sync::Arc;

/// What is being declared: its URN, and its options with those of what it is in.
struct Claimed {
    urn: Urn,
    /// What it is in; `None`: directly in the stack.
    parent: Option<Urn>,
    options: Options,
}

impl Context {
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
