//! What a program says of a resource besides its properties.

mod alias;
mod check;
mod hooks;
mod timeouts;
mod transform;

pub use alias::{Alias, AliasParent};
pub(crate) use check::{Declares, WrongOption};
pub use hooks::{Hook, HookCall, HookMoment, OnError, Retry};
pub use timeouts::Timeouts;
pub use transform::{Transform, Transforming};

use super::HasUrn;
use crate::Urn;
use crate::output::{Expression, IntoExpression};
use crate::value::Patterns;
use std::collections::BTreeSet;

/// Options of a resource or component. Of those of a component, these hold for everything in it, unless it says otherwise:
/// what it waits for, protection, retention, the provider, what it is deleted with, transforms, adoption and aliases.
///
/// Paths of properties are [`Pattern`](crate::value::Pattern)s: keys with a dot between them, such as `properties.size`;
/// `*` stands for any key or position, and a path means everything below it, too.
///
/// ```
/// # use atp_iac::{Context, Options, Result, StackName, Value, program::{Location, Setup}};
/// # let mut cx = Context::new(StackName::new("prod", "north", "shop")?, Setup::default());
/// # let at = Location { file: "shop.rs", line: 1 };
/// # let mut add = |name: &str, options| cx.register("T", "test", name, Value::map().into(), options, at);
/// let vault = add("vault", Options::new().protect(true))?;
/// add("key", Options::new().parent(&vault).deleted_with(&vault))?;
/// add("pool", Options::new().ignore_changes(["properties.count"]).replace_on_changes(["properties.image.*"]))?;
/// # Ok::<(), atp_iac::ProgramError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub(crate) parent: Option<Urn>,
    pub(crate) depends_on: BTreeSet<Urn>,
    pub(crate) protect: Option<bool>,
    pub(crate) retain: Option<String>,
    pub(crate) provider: Option<String>,
    pub(crate) ignore_changes: Patterns,
    pub(crate) replace_on_changes: Patterns,
    pub(crate) replacement_trigger: Option<Expression>,
    pub(crate) replace_with: BTreeSet<Urn>,
    pub(crate) delete_before_replace: Option<bool>,
    pub(crate) deleted_with: Option<Urn>,
    pub(crate) aliases: Vec<Alias>,
    pub(crate) import: Option<String>,
    pub(crate) adopt_if_exists: Option<bool>,
    pub(crate) timeouts: Timeouts,
    pub(crate) secret_outputs: Patterns,
    pub(crate) transforms: Vec<Transform>,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) on_error: Vec<OnError>,
    pub(crate) hide_diff: Patterns,
}

impl Options {
    /// No options.
    pub fn new() -> Self {
        Options::default()
    }

    /// Puts the resource under another one, or under a component, instead of the component that declares it: its URN
    /// begins with theirs, it takes their options as what is in a component does, and it is made after a resource that is
    /// its parent, and deleted before. The parent has to be declared before.
    pub fn parent(mut self, parent: &impl HasUrn) -> Self {
        self.parent = Some(parent.urn().clone());
        self
    }

    /// Waits for another resource, though no property of it is used; and is deleted before it.
    pub fn depends_on(mut self, resource: &impl HasUrn) -> Self {
        self.depends_on.insert(resource.urn().clone());
        self
    }

    /// Waits for other resources.
    pub fn depends_on_all(mut self, urns: impl IntoIterator<Item = Urn>) -> Self {
        self.depends_on.extend(urns);
        self
    }

    /// Whether plans that delete or replace the resource are refused.
    pub fn protect(mut self, protect: bool) -> Self {
        self.protect = Some(protect);
        self
    }

    /// When the resource leaves the program, or the stack is destroyed, it is forgotten and stays in the cloud. The reason
    /// is shown in plans. What the resource lies in, such as its resource group, is then retained, too. A plan that
    /// replaces it is refused.
    pub fn retain_on_delete(mut self, reason: impl Into<String>) -> Self {
        self.retain = Some(reason.into());
        self
    }

    /// Manages the resource through another registered provider than its type's own.
    pub fn provider(mut self, name: impl Into<String>) -> Self {
        self.provider = Some(name.into());
        self
    }

    /// Leaves these properties as they are in the state, whatever the program says, and as a refresh finds them, such as
    /// the size of a pool that scales by itself. They count when the resource is created. Which items a list has is as the
    /// program says, unless the list as a whole is ignored.
    pub fn ignore_changes<P: Into<String>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.ignore_changes.extend(paths);
        self
    }

    /// Replaces the resource when one of these properties changes, though it could be changed in place. `*`: whatever
    /// changes.
    pub fn replace_on_changes<P: Into<String>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.replace_on_changes.extend(paths);
        self
    }

    /// Replaces the resource when this value is another than when the resource was made, or is not known before the plan is
    /// carried out. Whether it is secret does not matter. A resource that was made without a trigger is not replaced for
    /// getting one.
    pub fn replacement_trigger(mut self, value: impl IntoExpression) -> Self {
        self.replacement_trigger = Some(value.into_expression());
        self
    }

    /// Replaces the resource whenever the other one is replaced. Where it can be, the new one is made after the other one's
    /// old object went: a lock is lifted for as long as what it locks is replaced.
    pub fn replace_with(self, resource: &impl HasUrn) -> Self {
        self.replace_with_all([resource.urn().clone()])
    }

    /// Replaces the resource whenever one of the others is replaced.
    pub fn replace_with_all(mut self, urns: impl IntoIterator<Item = Urn>) -> Self {
        self.replace_with.extend(urns);
        self
    }

    /// Whether a replacement deletes the old one first. Unless told, it does where both would have the same id, and where
    /// the id of the new one is not known. With `false`, it does only where both are known to have the same id, or where
    /// something that the resource cannot be without is deleted first.
    ///
    /// What uses a resource that is deleted first, and would have to be replaced if it could be any other one, is replaced
    /// around it: deleted before, and made again after.
    pub fn delete_before_replace(mut self, first: bool) -> Self {
        self.delete_before_replace = Some(first);
        self
    }

    /// The resource goes when the other one goes: when both are deleted, only the other one is called for, and this one is
    /// forgotten once that is gone. When the other one is replaced, so is this.
    pub fn deleted_with(mut self, resource: &impl HasUrn) -> Self {
        self.deleted_with = Some(resource.urn().clone());
        self
    }

    /// What the resource was called before: what the state has under that name is this resource.
    pub fn alias(mut self, alias: impl Into<Alias>) -> Self {
        self.aliases.push(alias.into());
        self
    }

    /// Takes over what the cloud has under this id instead of creating it, and brings it to what the program says. The
    /// plan shows what would change. What is managed already under another id is replaced by it, and deleted after.
    ///
    /// Once it is managed, the option may stay or go. As long as it stays, plans that replace the resource are refused.
    pub fn import(mut self, id: impl Into<String>) -> Self {
        self.import = Some(id.into());
        self
    }

    /// Takes over what is there already, where the cloud refuses to create it for that reason, and brings it to what the
    /// program says. What would have to be replaced for that, and what is managed as another resource, is left alone: the
    /// create fails.
    pub fn adopt_if_exists(mut self, adopt: bool) -> Self {
        self.adopt_if_exists = Some(adopt);
        self
    }

    /// How long calls may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Outputs that are secret, though the cloud does not say so. An output with the path of a secret input is secret
    /// anyway.
    pub fn additional_secret_outputs<P: Into<String>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.secret_outputs.extend(paths);
        self
    }

    /// Changes what is declared, here and below, before it is recorded.
    pub fn transform(mut self, transform: Transform) -> Self {
        self.transforms.push(transform);
        self
    }

    /// Runs something before or after the cloud is called for the resource.
    pub fn hook(mut self, hook: Hook) -> Self {
        self.hooks.push(hook);
        self
    }

    /// Decides whether a call that failed is tried again.
    pub fn on_error(mut self, on_error: OnError) -> Self {
        self.on_error.push(on_error);
        self
    }

    /// Does not show what these properties were and will be; that they change is shown.
    pub fn hide_diff<P: Into<String>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.hide_diff.extend(paths);
        self
    }

    /// These options where they are given, else those of the enclosing component. Aliases of a component become aliases of
    /// what is in it where URNs are made.
    pub(crate) fn inherit(mut self, outer: &Options) -> Self {
        self.depends_on.extend(outer.depends_on.iter().cloned());
        self.protect = self.protect.or(outer.protect);
        self.retain = self.retain.or_else(|| outer.retain.clone());
        self.provider = self.provider.or_else(|| outer.provider.clone());
        self.deleted_with = self.deleted_with.or_else(|| outer.deleted_with.clone());
        self.adopt_if_exists = self.adopt_if_exists.or(outer.adopt_if_exists);
        self.transforms.extend(outer.transforms.iter().cloned());
        self
    }
}
