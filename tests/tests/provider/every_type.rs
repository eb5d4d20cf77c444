//! Every type that there is, through its whole life, in a cloud that spells what it is given in its own way.
//!
//! `ATP_TYPE` and `ATP_SEED` choose one type and one seed: a failure prints them.

use super::{SUBSCRIPTION, TIMEOUT, changed, full, request, sample, world};
use atp_azure::descriptor::{Parent, TypeDescriptor};
use atp_azure::provider::AzureProvider;
use atp_azure_sim::Settings;
use atp_iac::Value;
use atp_iac::diff::Change;
use atp_iac::provider::{Existing, Known, Problem, Provider, Target};
use atp_iac::value::Path;
use serde_json::{Value as Json, json};

#[tokio::test]
async fn every_type_with_the_least_that_it_needs_has_no_difference_that_nobody_made() {
    for_every_type(|_| 1, |descriptor, _| sample::body(descriptor)).await;
}

#[tokio::test]
async fn every_type_with_everything_that_can_be_said_has_no_difference_that_nobody_made() {
    let rounds = |descriptor| full::largest_union(descriptor).clamp(2, 40) as u64;
    for_every_type(rounds, |descriptor, seed| full::body(descriptor, seed, true)).await;
}

#[tokio::test]
async fn every_type_with_any_part_of_it_has_no_difference_that_nobody_made() {
    for_every_type(|_| 3, |descriptor, seed| full::body(descriptor, seed, false)).await;
}

/// What stands between two resources in two regions, and cannot be made of random values. The recovery region of prod has
/// all of them, and is deployed with noise in the tests of the stacks.
const PAIRED: [&str; 3] = [
    "Microsoft.ServiceBus/namespaces/disasterRecoveryConfigs",
    "Microsoft.Sql/servers/failoverGroups",
    "Microsoft.Storage/storageAccounts/objectReplicationPolicies",
];

/// What is always there: a delete sets it back.
const ALWAYS_THERE: &str = "Microsoft.Security/pricings";

type Body = serde_json::Map<String, Json>;

async fn for_every_type(
    rounds: impl Fn(&'static TypeDescriptor) -> u64,
    body: impl Fn(&'static TypeDescriptor, u64) -> Body,
) {
    let wanted = std::env::var("ATP_TYPE").ok();
    let seed: Option<u64> = std::env::var("ATP_SEED").ok().and_then(|seed| seed.parse().ok());
    let mut failures = Vec::new();
    for descriptor in atp_azure::descriptors().iter().filter(|descriptor| !PAIRED.contains(&descriptor.name))
    {
        if wanted.as_ref().is_some_and(|wanted| wanted != descriptor.name) {
            continue;
        }
        for seed in seed.map_or(0..rounds(descriptor), |seed| seed..seed + 1) {
            let mut body = body(descriptor, seed);
            curate(descriptor, &mut body);
            if let Err(failure) = lives(descriptor, body, seed).await {
                failures.push(format!(
                    "{failure}\n  ATP_TYPE={} ATP_SEED={seed} cargo test -p tests --test provider every_type",
                    descriptor.name
                ));
                break;
            }
        }
    }
    assert!(failures.is_empty(), "{} types fail:\n{}", failures.len(), failures.join("\n"));
}

/// What a shape does not say of a body.
fn curate(descriptor: &TypeDescriptor, body: &mut Body) {
    match descriptor.name {
        "Microsoft.Resources/deployments" => {
            let template = json!({
                "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                "contentVersion": "1.0.0.0", "resources": [],
            });
            body.insert("properties".to_owned(), json!({"mode": "Incremental", "template": template}));
        }
        "Microsoft.Resources/tags" => {
            body.insert("properties".to_owned(), json!({"tags": {"owner": "Somebody", "Cost": "1"}}));
        }
        _ => {}
    }
}

/// Creates, reads, updates and deletes an instance; the first difference that nobody made is the error.
async fn lives(descriptor: &'static TypeDescriptor, body: Body, seed: u64) -> Result<(), String> {
    let (_, provider) = world(Settings { noise: Some(seed), ..Settings::default() });
    let kind = descriptor.name;
    let parent = ancestors(&provider, descriptor).await?;
    let inputs = inputs(descriptor, body, &parent);
    none(provider.check(kind, &inputs), "check", &inputs)?;
    let predicted = provider.predict(kind, &inputs, None);

    let object = created(&provider, kind, &inputs).await?;
    let id = provider.id(kind, &inputs);
    equal(id.as_deref(), Some(object.id.as_str()), "the id")?;
    known_parts_hold(&predicted, Some(&object.outputs), "created: ")?;

    let existing = Existing { id: &object.id, inputs: &inputs, outputs: &object.outputs };
    none(provider.diff(kind, &existing, &inputs), "diff", &inputs)?;
    let target = Target { kind, id: &object.id, inputs: &inputs };
    let read =
        provider.read(target).await.map_err(|error| format!("read: {error:?}"))?.ok_or("it is gone")?;
    no_drift(&provider, kind, &existing, &read, "read")?;
    let only_said = Existing { id: &object.id, inputs: &inputs, outputs: &inputs };
    no_drift(&provider, kind, &only_said, &read, "read of what was said")?;
    let known = [Known { target, outputs: &object.outputs }];
    let many = provider.read_many(&known, 1).await.remove(0);
    let many = many.map_err(|error| format!("read_many: {error:?}"))?.ok_or("it is not in the list")?;
    no_drift(&provider, kind, &existing, &many, "read of many")?;

    one_change_is_one_difference(&provider, kind, &existing, &read, seed)?;

    let refreshed = Existing { outputs: &read, ..existing };
    let predicted = provider.predict(kind, &inputs, Some(&read));
    let updated = provider.update(request(kind, &inputs), &refreshed).await;
    let updated = updated.map_err(|error| format!("update: {error:?}"))?;
    known_parts_hold(&predicted, Some(&updated.outputs), "updated: ")?;
    no_drift(&provider, kind, &refreshed, &updated.outputs, "update")?;
    can_be_taken_over(&provider, kind, &refreshed, &updated.outputs).await?;
    provider.delete(target, TIMEOUT).await.map_err(|error| format!("delete: {error:?}"))?;
    if descriptor.delete.is_some() && descriptor.names.fixed.is_none() && descriptor.name != ALWAYS_THERE {
        let left = provider.read(target).await.map_err(|error| format!("read: {error:?}"))?;
        equal(left, None, "what is left after the delete")?;
    }
    Ok(())
}

/// Whoever did not make it can say what it is, and is told of no difference. What is never shown is all that is missing;
/// where nothing is, saying it again changes nothing.
async fn can_be_taken_over(
    provider: &AzureProvider,
    kind: &str,
    made: &Existing<'_>,
    read: &Value,
) -> Result<(), String> {
    let id = made.id;
    let adopted = provider.inputs_of(kind, id, read).ok_or("nothing can be said of it")?;
    equal(provider.id(kind, &adopted).as_deref(), Some(id), "the id of what is taken over")?;
    let problems = provider.check(kind, &adopted);
    let is_complete = problems.is_empty();
    let missing = provider.not_shown(kind, &adopted);
    // An object of which only the cloud says something is not one that a client could give.
    let was_said = |path: &Path| {
        let mut parent = path.clone();
        parent.pop();
        parent.find(made.inputs).is_some()
    };
    let is_other = |problem: &Problem| !missing.contains(&problem.path) && was_said(&problem.path);
    none(problems.into_iter().filter(is_other).collect(), "check of what is taken over", &adopted)?;
    let said = Existing { id, inputs: &adopted, outputs: &adopted };
    no_drift(provider, kind, &said, read, "what is taken over")?;
    // What was deployed from a template does not show the template.
    if is_complete && kind != "Microsoft.Resources/deployments" {
        let existing = Existing { outputs: read, ..said };
        let updated = provider.update(request(kind, &adopted), &existing).await;
        let updated = updated.map_err(|error| format!("update of what is taken over: {error:?}"))?;
        no_drift(provider, kind, &existing, &updated.outputs, "update of what is taken over")?;
    }
    Ok(())
}

/// Whatever is changed of the inputs, `diff` names it and nothing else; so does `drift` of what is observed.
fn one_change_is_one_difference(
    provider: &AzureProvider,
    kind: &str,
    existing: &Existing<'_>,
    read: &Value,
    seed: u64,
) -> Result<(), String> {
    for number in 0..8 {
        let Some((path, new)) = changed::one_leaf(existing.inputs, seed * 8 + number) else { break };
        let changes = provider.diff(kind, existing, &new);
        names_only(&changes, &path, existing.inputs, &new, "diff")?;
        let others = Existing { outputs: &new, ..*existing };
        // What is never shown cannot be seen to change, and another name is another item.
        if path.find(read).is_some() && !path.to_string().ends_with("name") && path.to_string() != "parent" {
            let changes = provider.drift(kind, &others, read);
            if changes.len() > 1 {
                return Err(format!("drift of `{path}` alone shows {changes:?}"));
            }
        }
    }
    Ok(())
}

/// Whether the changes from `old` to `new` name what stands at `path`, and nothing else.
fn names_only(changes: &[Change], path: &Path, old: &Value, new: &Value, what: &str) -> Result<(), String> {
    // Parts that are resources of their own are named by name, and not by position: what counts is where that leads.
    let leads_to = |found: Option<&Value>, inputs: &Value| {
        found.zip(path.find(inputs)).is_some_and(|(found, wanted)| std::ptr::eq(found, wanted))
    };
    let is_it = |change: &Change| {
        let (found, path) = (change.path.to_string(), path.to_string());
        // Keys that are ids are named in lower case, and of what is hidden only the whole.
        let is_hidden = matches!(change.after, Some(Value::Secret(_)));
        found.eq_ignore_ascii_case(&path)
            || is_hidden && path.starts_with(&found)
            || leads_to(change.path.find(old), old)
    };
    let is_item = |change: &Change, inputs| {
        leads_to(change.path.find(inputs).and_then(|item| item.get("name")), inputs)
    };
    match changes {
        [only] if is_it(only) => Ok(()),
        // Under another name it is another one.
        [gone, made]
            if gone.after.is_none() && made.before.is_none() && is_item(gone, old) && is_item(made, new) =>
        {
            Ok(())
        }
        _ => Err(format!("{what} of a change of `{path}` alone shows {changes:?}")),
    }
}

fn no_drift(
    provider: &AzureProvider,
    kind: &str,
    existing: &Existing<'_>,
    read: &Value,
    what: &str,
) -> Result<(), String> {
    none(provider.drift(kind, existing, read), what, existing.inputs)
}

fn none<T: std::fmt::Debug>(found: Vec<T>, what: &str, inputs: &Value) -> Result<(), String> {
    match found.as_slice() {
        [] => Ok(()),
        [first, ..] if std::env::var("ATP_TYPE").is_ok() => {
            Err(format!("{what}: {first:#?} and {} more, of {inputs:?}", found.len() - 1))
        }
        [first, ..] => Err(format!("{what}: {first:?} and {} more", found.len() - 1)),
    }
}

fn equal<T: PartialEq + std::fmt::Debug>(one: T, other: T, what: &str) -> Result<(), String> {
    if one == other { Ok(()) } else { Err(format!("{what}: {one:?} is not {other:?}")) }
}

async fn created(
    provider: &AzureProvider,
    kind: &str,
    inputs: &Value,
) -> Result<atp_iac::provider::Object, String> {
    provider
        .create(request(kind, inputs))
        .await
        .map_err(|error| format!("{kind} cannot be created: {error:?}"))
}

/// Creates what an instance has to live in, and returns its id.
async fn ancestors(provider: &AzureProvider, descriptor: &TypeDescriptor) -> Result<String, String> {
    let mut chain = Vec::new();
    let mut parent = descriptor.parent;
    loop {
        let kind = match parent {
            Parent::Subscription | Parent::Scope => break,
            Parent::ResourceGroup => "Microsoft.Resources/resourceGroups",
            Parent::Resource(kind) => kind,
        };
        let descriptor = atp_azure::descriptor(kind).unwrap();
        chain.push(descriptor);
        parent = descriptor.parent;
    }
    let mut id = format!("/subscriptions/{SUBSCRIPTION}");
    for descriptor in chain.into_iter().rev() {
        let inputs = inputs(descriptor, sample::body(descriptor), &id);
        id = created(provider, descriptor.name, &inputs).await?.id;
    }
    Ok(id)
}

fn inputs(descriptor: &TypeDescriptor, mut body: Body, parent: &str) -> Value {
    body.insert("name".into(), sample::name(descriptor, 1).into());
    if descriptor.parent != Parent::Subscription {
        body.insert("parent".into(), json!(parent));
    }
    Value::from(Json::Object(body))
}

fn known_parts_hold(predicted: &Value, actual: Option<&Value>, place: &str) -> Result<(), String> {
    match (predicted.exposed(), actual.map(Value::exposed)) {
        (Value::Unknown(_), _) => Ok(()),
        (Value::Map(predicted), actual) => predicted.iter().try_for_each(|(key, value)| {
            let actual = actual.and_then(|actual| actual.get(key));
            known_parts_hold(value, actual, &format!("{place}.{key}"))
        }),
        (Value::List(predicted), actual) => predicted.iter().enumerate().try_for_each(|(index, value)| {
            let actual = actual.and_then(|actual| actual.as_list()?.get(index));
            known_parts_hold(value, actual, &format!("{place}[{index}]"))
        }),
        (predicted, actual) => equal(Some(predicted), actual, place),
    }
}
