//! Every type that there is, through its whole life.

use super::{SUBSCRIPTION, TIMEOUT, created, request, sample, world};
use atp_azure::descriptor::{Parent, TypeDescriptor};
use atp_azure::provider::AzureProvider;
use atp_azure_sim::Settings;
use atp_iac::Value;
use atp_iac::provider::{Existing, Provider, Target};
use serde_json::{Value as Json, json};

#[tokio::test]
async fn every_type_is_created_read_updated_and_deleted_without_a_difference_that_nobody_made() {
    let (_, provider) = world(Settings::default());
    for (number, descriptor) in atp_azure::descriptors().iter().enumerate() {
        // The smallest bodies that their shapes allow have no template and no tags, and are refused.
        if matches!(descriptor.name, "Microsoft.Resources/deployments" | "Microsoft.Resources/tags") {
            continue;
        }
        let parent = ancestors(&provider, descriptor, number).await;
        let inputs = inputs(descriptor, &parent, number);
        let kind = descriptor.name;
        assert_eq!(provider.check(kind, &inputs), [], "{kind}");
        let predicted = provider.predict(kind, &inputs, None);

        let object = created(&provider, kind, &inputs).await;
        assert_eq!(provider.id(kind, &inputs).as_ref(), Some(&object.id));
        assert_known_parts_hold(&predicted, Some(&object.outputs), kind);

        let existing = Existing { id: &object.id, inputs: &inputs, outputs: &object.outputs };
        assert_eq!(provider.diff(kind, &existing, &inputs), [], "{kind}");
        let target = Target { kind, id: &object.id, inputs: &inputs };
        let read = provider.read(target).await.unwrap().unwrap();
        assert_eq!(provider.drift(kind, &existing, &read), [], "{kind}");
        let only_said = Existing { id: &object.id, inputs: &inputs, outputs: &inputs };
        assert_eq!(provider.drift(kind, &only_said, &read), [], "{kind}: what was said is not what is there");

        provider.update(request(kind, &inputs), &existing).await.unwrap();
        provider.delete(target, TIMEOUT).await.unwrap();
        if descriptor.delete.is_some() && descriptor.names.fixed.is_none() {
            assert_eq!(provider.read(target).await.unwrap(), None, "{kind}");
        }
    }
}

/// Creates what an instance has to live in, and returns its id.
async fn ancestors(provider: &AzureProvider, descriptor: &TypeDescriptor, number: usize) -> String {
    let subscription = format!("/subscriptions/{SUBSCRIPTION}");
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
    let mut id = subscription;
    for (depth, descriptor) in chain.into_iter().rev().enumerate() {
        let inputs = inputs(descriptor, &id, 1000 + number * 10 + depth);
        id = created(provider, descriptor.name, &inputs).await.id;
    }
    id
}

fn inputs(descriptor: &TypeDescriptor, parent: &str, number: usize) -> Value {
    let mut body = sample::body(descriptor);
    body.insert("name".into(), sample::name(descriptor, number).into());
    if descriptor.parent != Parent::Subscription {
        body.insert("parent".into(), json!(parent));
    }
    Value::from(Json::Object(body))
}

fn assert_known_parts_hold(predicted: &Value, actual: Option<&Value>, place: &str) {
    match (predicted.exposed(), actual.map(Value::exposed)) {
        (Value::Unknown(_), _) => {}
        (Value::Map(predicted), actual) => {
            for (key, value) in predicted {
                let actual = actual.and_then(|actual| actual.get(key));
                assert_known_parts_hold(value, actual, &format!("{place}.{key}"));
            }
        }
        (Value::List(predicted), actual) => {
            for (index, value) in predicted.iter().enumerate() {
                let actual = actual.and_then(|actual| actual.as_list()?.get(index));
                assert_known_parts_hold(value, actual, &format!("{place}[{index}]"));
            }
        }
        (predicted, actual) => assert_eq!(Some(predicted), actual, "{place}"),
    }
}
