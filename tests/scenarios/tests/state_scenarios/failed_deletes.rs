//! Deletes that fail, and answers that make no sense.

use atp_iac::Value;
use atp_iac::provider::{ProviderError, ProviderErrorKind};
use atp_iac::testing::CallKind;
use scenarios::{World, item, report, stack_name, urn};

#[tokio::test]
async fn state_046_when_a_delete_fails_all_that_was_known_of_the_resource_survives() {
    let world = World::default();
    let secret = Value::from("hunter2").into_secret();
    world.up(&[item("a"), item("b").link("to", "a").with("password", secret)]).await.unwrap();
    let before = world.engine.state(&stack_name()).await.unwrap().unwrap();
    world.cloud.fail_next(
        CallKind::Delete,
        "T/b",
        ProviderError::new(ProviderErrorKind::Refused, "No", "no"),
    );
    let update = world.up(&[]).await.unwrap();
    assert_eq!((report(&update).failures.len(), report(&update).skipped), (1, 1));
    let after = world.engine.state(&stack_name()).await.unwrap().unwrap();
    assert_eq!(after.get(&urn("b")), before.get(&urn("b")));
    assert_eq!(after.get(&urn("b")).unwrap().dependencies, [urn("a")]);
    assert!(report(&world.up(&[]).await.unwrap()).is_complete());
    assert!(world.ids().is_empty());
}
