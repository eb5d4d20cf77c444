//! Runs the hooks of a resource, and asks what to do about a call that failed.

use super::event::FailureCause;
use crate::plan::{Operation, Work};
use crate::provider::ProviderError;
use crate::resource::{Hook, HookCall, HookMoment, OnError, Retry};
use crate::secrets::Masks;
use futures::FutureExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// The moments before and after the call of a step; `None` where nothing is called.
pub(super) fn moments(work: Work) -> Option<(HookMoment, HookMoment)> {
    match work {
        Work::Create => Some((HookMoment::BeforeCreate, HookMoment::AfterCreate)),
        Work::Update => Some((HookMoment::BeforeUpdate, HookMoment::AfterUpdate)),
        Work::Delete => Some((HookMoment::BeforeDelete, HookMoment::AfterDelete)),
        Work::Forget | Work::Check | Work::Read => None,
    }
}

/// The hooks that run at a moment, in the order in which they were given.
pub(super) fn hooks(operation: &Operation, moment: HookMoment) -> Vec<Hook> {
    let hooks = operation.options.iter().flat_map(|options| &options.hooks);
    hooks.filter(|hook| hook.moments.contains(&moment)).cloned().collect()
}

/// Runs hooks one after the other, up to the first that fails.
pub(super) async fn run(hooks: &[Hook], call: &HookCall) -> Result<(), FailureCause> {
    for hook in hooks {
        // What a hook makes before it waits can panic, too.
        let running = AssertUnwindSafe(async { (hook.run)(call.clone()).await });
        let ran = running.catch_unwind().await.unwrap_or_else(|_| Err("it stopped with a panic".to_owned()));
        ran.map_err(|message| {
            // Whoever wrote the hook may have put in what it was told.
            let message = Masks::of(call.outputs.iter().chain([&call.inputs])).mask(&message);
            FailureCause::Hook { name: hook.name.clone(), moment: call.moment, message }
        })?;
    }
    Ok(())
}

/// How often a call is tried again at most.
pub(super) const RETRIES: u32 = 100;

/// After which time a call is tried again that has failed so often; `None` when it is not. The first that says so decides.
pub(super) fn retry(
    deciding: &[OnError],
    call: &HookCall,
    error: &ProviderError,
    failures: u32,
) -> Result<Option<Duration>, FailureCause> {
    for OnError(decide) in deciding {
        let decided = catch_unwind(AssertUnwindSafe(|| decide(call, error, failures)));
        match decided {
            Ok(Retry::After(pause)) => return Ok(Some(pause)),
            Ok(Retry::Fail) => {}
            Err(_) => {
                let message = "it stopped with a panic".to_owned();
                return Err(FailureCause::Hook { name: "on_error".into(), moment: call.moment, message });
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;
    use crate::{StackName, Urn};

    #[tokio::test]
    async fn what_a_hook_repeats_of_secrets_is_masked() {
        let hook = Hook::new("audit", [HookMoment::BeforeUpdate], |call: HookCall| async move {
            let outputs = call.outputs.map(|outputs| outputs.to_json_exposed());
            Err(format!("{:?} and {outputs:?} are not good", call.inputs.to_json_exposed()))
        });
        let stack = StackName::new("dev", "north", "shop").unwrap();
        let secret = |text: &str| Value::from([("password", Value::from(text).into_secret())]);
        let call = HookCall {
            urn: Urn::new(&stack, &["T"], &["t"]).unwrap(),
            moment: HookMoment::BeforeUpdate,
            id: None,
            inputs: secret("hunter2"),
            outputs: Some(secret("hunter3")),
        };
        let Err(FailureCause::Hook { message, .. }) = run(&[hook], &call).await else {
            panic!("the hook did not fail")
        };
        assert!(message.contains("are not good") && !message.contains("hunter"), "{message}");
    }
}
