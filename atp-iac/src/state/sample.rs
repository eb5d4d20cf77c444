//! Values for tests.

use super::{Action, Holder, Intent, Lifecycle, ResourceState};
use crate::{StackName, Urn, Value};
use time::OffsetDateTime;

pub fn stack() -> StackName {
    StackName::new("test", "westeurope", "foundation").unwrap()
}

pub fn urn(name: &str) -> Urn {
    Urn::new(&stack(), &["Microsoft.Network/virtualNetworks"], &[name]).unwrap()
}

pub fn holder(who: &str) -> Holder {
    Holder {
        who: who.into(),
        host: "builder".into(),
        process: 7,
        operation: "up".into(),
        since: OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap(),
    }
}

pub fn resource(name: &str) -> ResourceState {
    let at = OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap();
    ResourceState {
        urn: urn(name),
        kind: "Microsoft.Network/virtualNetworks".into(),
        provider: "azure".into(),
        id: format!("/{name}"),
        inputs: Value::from([("name", Value::from(name))]),
        outputs: Value::from([("name", Value::from(name)), ("state", "ready".into())]),
        dependencies: Vec::new(),
        lifecycle: Lifecycle::default(),
        created: at,
        modified: at,
        replaced: false,
        incomplete: false,
        tainted: false,
        location: Some("src/main.rs:7".into()),
    }
}

pub fn intent(step: u64, action: Action, name: &str) -> Intent {
    let ResourceState {
        urn,
        kind,
        provider,
        id,
        inputs,
        dependencies,
        lifecycle,
        location,
        replaced,
        created: at,
        ..
    } = resource(name);
    Intent { step, action, urn, kind, provider, id, inputs, dependencies, lifecycle, location, replaced, at }
}
