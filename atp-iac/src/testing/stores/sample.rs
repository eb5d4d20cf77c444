//! Values for tests.

#![allow(clippy::unwrap_used, reason = "these names are good")]

use crate::state::{Action, Holder, Intent, Lifecycle, Record, ResourceState};
use crate::{StackName, Urn, Value};
use time::OffsetDateTime;

/// The stack that the cases are about.
pub fn stack() -> StackName {
    StackName::new("test", "westeurope", "foundation").unwrap()
}

/// Of a network.
pub fn urn(name: &str) -> Urn {
    Urn::new(&stack(), &["Microsoft.Network/virtualNetworks"], &[name]).unwrap()
}

/// Somebody who runs `up`.
pub fn holder(who: &str) -> Holder {
    Holder {
        who: who.into(),
        host: "builder".into(),
        process: 7,
        operation: "up".into(),
        since: OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap(),
    }
}

/// A network; its id is its name behind a slash.
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

/// What is about to be done to such a network.
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

/// The record that a resource is as it says, now.
pub fn saved(resource: ResourceState) -> Record {
    Record::Saved { step: None, resource }
}

/// The first record of an update.
pub fn begin() -> Record {
    Record::Begin { operation: "up".into(), plan: "p1".into(), at: holder("anna").since, by: holder("anna") }
}
