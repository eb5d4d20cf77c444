//! Options of a resource that outlive the program.

use crate::Urn;
use crate::resource::{HookMoment, Options, Timeouts};
use crate::value::{Patterns, Value};
use std::collections::BTreeSet;

/// What the state keeps of the options of a resource, because later runs need it: a destroy runs no program, and what is
/// deleted is not in the program any more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lifecycle {
    /// Plans that delete or replace it are refused.
    pub protect: bool,
    /// Why it is forgotten instead of deleted; `None`: it is deleted.
    pub retain: Option<String>,
    /// It goes when this one goes.
    pub deleted_with: Option<Urn>,
    /// How long calls may take.
    pub timeouts: Timeouts,
    /// What its replacement trigger was when it was made.
    pub replacement_trigger: Option<Value>,
    /// Names of the hooks that run around its deletion.
    pub delete_hooks: BTreeSet<String>,
    /// Outputs that are secret, though the cloud does not say so.
    pub secret_outputs: Patterns,
}

impl Lifecycle {
    /// What these options say, but for the replacement trigger, which is a value that the plan resolves.
    pub(crate) fn of(options: &Options) -> Self {
        let around_delete =
            |moment: &HookMoment| matches!(moment, HookMoment::BeforeDelete | HookMoment::AfterDelete);
        let hooks = options.hooks.iter().filter(|hook| hook.moments.iter().any(around_delete));
        Lifecycle {
            protect: options.protect.unwrap_or(false),
            retain: options.retain.clone(),
            deleted_with: options.deleted_with.clone(),
            timeouts: options.timeouts,
            replacement_trigger: None,
            delete_hooks: hooks.map(|hook| hook.name.clone()).collect(),
            secret_outputs: options.secret_outputs.clone(),
        }
    }

    /// What the cloud said, secret wherever the program says so: in its options, or of an input with the same path.
    /// Whatever is kept of what the cloud says has gone through this.
    pub(crate) fn guard(&self, outputs: Value, inputs: &Value) -> Value {
        self.secret_outputs.mark(outputs.with_secrets_of(inputs))
    }
}
