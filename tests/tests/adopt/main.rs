//! Taking over what exists: the foundation of prod is deployed, found again by what Azure says, and written as a program
//! that changes nothing.
//!
//! `foundation.rs` is what is written. A test compares it with what would be written now; with `ATP_WRITE=1` it writes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[rustfmt::skip]
mod foundation;
mod world;

use atp_iac::provider::{Existing, Found, Provider};
use atp_iac::value::Value;
use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use world::{Outputs, World, code, declared, inputs_of};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/adopt/foundation.rs");

#[tokio::test]
async fn everything_that_was_deployed_is_found_but_for_what_services_made() {
    let world = World::deployed().await;
    let found = world.found().await;
    let ids: BTreeSet<String> = found.iter().map(|found| found.id.to_ascii_lowercase()).collect();
    let all = world.simulator.resources().unwrap().into_iter().map(|(id, _)| id);
    // Rules are found with their security groups.
    let missed = all.filter(|id| !id.contains("/securityRules/") && !ids.contains(&id.to_ascii_lowercase()));
    let missed: Vec<String> = missed.collect();
    assert_eq!(missed, Vec::<String>::new());
    assert!(found.len() >= 70, "{}", found.len());
    let kinds: BTreeSet<&str> = found.iter().map(|found| found.kind.as_str()).collect();
    assert!(kinds.len() >= 15, "{kinds:?}");
    for (position, inner) in found.iter().enumerate() {
        let is_behind = |outer: &Found| world.provider.lies_in(&outer.id, &inner.id);
        assert!(!found[..position].iter().any(is_behind), "{} comes behind what lies in it", inner.id);
    }
}

#[tokio::test]
async fn a_group_has_a_name_and_an_id_and_a_resource_is_found_with_what_lies_in_it() {
    let world = World::deployed().await;
    let ids = |found: Vec<Found>| found.into_iter().map(|found| found.id).collect::<Vec<String>>();
    let by_name = ids(world.provider.discover("rg-atp-prod-weu-security").await.unwrap());
    assert_eq!(by_name, ids(world.provider.discover(&by_name[0]).await.unwrap()));
    let is_vault = |id: &&String| id.rsplit('/').nth(1) == Some("vaults");
    let vault = by_name.iter().find(is_vault).unwrap();
    let inner = ids(world.provider.discover(vault).await.unwrap());
    assert_eq!(&inner[0], vault);
    for part in [
        "/keys/",
        "/providers/Microsoft.Authorization/locks/",
        "/providers/Microsoft.Insights/diagnosticSettings/",
    ] {
        assert!(inner.iter().any(|id| id.contains(part)), "no {part} in {inner:?}");
    }
}

#[tokio::test]
async fn a_scope_that_is_none_or_is_not_there_is_an_error_with_a_way_out() {
    let world = World::deployed().await;
    for (scope, code) in
        [("", "UnknownScope"), ("/subscriptions/s", "UnknownScope"), ("rg-nowhere", "NotFound")]
    {
        let error = world.provider.discover(scope).await.unwrap_err();
        assert_eq!(error.code, code, "{scope}: {error}");
        assert!(error.hint.is_some(), "{scope}");
    }
}

#[tokio::test]
async fn the_program_that_is_written_is_the_one_that_is_compiled_here() {
    let world = World::deployed().await;
    let written = code(&world.provider, &world.found().await);
    if std::env::var_os("ATP_WRITE").is_some() {
        std::fs::write(GOLDEN, &written).unwrap();
    }
    let golden = std::fs::read_to_string(GOLDEN).unwrap();
    let place = golden.lines().zip(written.lines()).position(|(one, other)| one != other);
    assert!(
        golden == written,
        "line {:?} of {GOLDEN} is another: ATP_WRITE=1 cargo test -p tests --test adopt",
        place.map(|line| line + 1)
    );
}

#[test]
fn what_is_written_is_formatted_as_rustfmt_would() {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("rustfmt.toml");
    std::fs::write(&settings, "").unwrap();
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--check", "--edition", "2024", "--config-path"]).arg(settings).arg(GOLDEN);
    let output = rustfmt.stdout(Stdio::piped()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[tokio::test]
async fn the_program_says_what_the_cloud_has_and_changes_nothing_of_it() {
    let world = World::deployed().await;
    let found = world.found().await;
    let outputs = Outputs::of(&found);
    let registrations = declared(foundation::declare);
    assert_eq!(registrations.len(), found.len());
    for registration in registrations {
        let inputs = registration.inputs.resolve(&outputs).unwrap();
        let (kind, provider) = (registration.urn.resource_type(), &world.provider);
        assert_eq!(provider.check(kind, &inputs), [], "{}", registration.urn);
        let id = provider.id(kind, &inputs).unwrap();
        let own = found.iter().find(|found| found.id.eq_ignore_ascii_case(&id)).unwrap();
        let read = own.outputs.as_ref().unwrap();
        let imported = inputs_of(provider, own);
        let existing = Existing { id: &own.id, inputs: &imported, outputs: read };
        assert_eq!(provider.diff(kind, &existing, &inputs), [], "{}", registration.urn);
        let said = Existing { id: &own.id, inputs: &inputs, outputs: &inputs };
        assert_eq!(provider.drift(kind, &said, read), [], "{}", registration.urn);
    }
}

#[tokio::test]
async fn most_ids_are_taken_from_the_resources_that_have_them() {
    let world = World::deployed().await;
    let found = world.found().await;
    let ids: Vec<String> = found.iter().map(|found| found.id.to_ascii_lowercase()).collect();
    for registration in declared(foundation::declare) {
        let own = registration.inputs.resolve(&atp_iac::output::NothingKnown).unwrap();
        let named = literal_ids(&own);
        let literal: Vec<&String> =
            named.iter().filter(|id| ids.contains(&id.to_ascii_lowercase())).collect();
        assert!(literal.is_empty(), "{} names {literal:?}", registration.urn);
    }
}

/// The ids in a value.
fn literal_ids(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if text.starts_with("/subscriptions/") => vec![text.clone()],
        Value::List(items) => items.iter().flat_map(literal_ids).collect(),
        Value::Map(map) => map.values().flat_map(literal_ids).collect(),
        _ => Vec::new(),
    }
}
