//! What a crash left open.

use atp_iac::engine::{Kind, UpdateOptions};
use atp_iac::provider::{ProviderError, ProviderErrorKind};
use atp_iac::testing::CallKind;
use scenarios::{World, actions, item, report, stack_name};

fn no_answer() -> ProviderError {
    ProviderError::new(ProviderErrorKind::Unreachable, "Timeout", "no answer came")
}

#[tokio::test]
async fn engine_062_an_update_that_was_cut_off_is_listed_by_preview_and_up_and_both_succeed() {
    let world = World::default();
    world.up(&[item("a").with("size", 1i64)]).await.unwrap();
    let next = [item("a").with("size", 2i64)];
    world.cloud.fail_next(CallKind::Update, "T/a", no_answer());
    world.up(&next).await.unwrap();
    let (program, options) = (scenarios::program(&next), UpdateOptions::default());
    let preview = world.engine.preview(&program, Kind::Up, &options);
    let listed = |recovered: &[atp_iac::apply::Recovered]| -> Vec<String> {
        recovered.iter().map(|one| format!("{} {}: {}", one.action, one.urn.name(), one.finding)).collect()
    };
    let said = ["update a: it may have been changed, and is updated again"];
    assert_eq!(listed(&preview.await.unwrap().recovered), said);
    let update = world.up(&next).await.unwrap();
    assert_eq!((listed(&update.recovered), report(&update).is_complete()), (vec![said[0].to_owned()], true));
    assert!(!world.preview(&next).await.unwrap().has_changes());
}

/// Contradicts the design: ids are known before the create, so the next run looks what became of it and settles it; nothing
/// is left for people to clear.
#[tokio::test]
async fn engine_064_a_create_that_was_cut_off_is_settled_by_the_next_run() {
    for made in [true, false] {
        let world = World::default();
        world.cloud.fail_next(CallKind::Create, "T/a", no_answer());
        world.up(&[item("a")]).await.unwrap();
        let pending = async || world.engine.state(&stack_name()).await.unwrap().unwrap().pending().count();
        assert_eq!(pending().await, 1);
        if made {
            world.cloud.put("T/a", atp_iac::Value::from([("id", "T/a".into()), ("name", "a".into())]));
        }
        let plan = world.preview(&[item("a")]).await.unwrap();
        assert_eq!(actions(&plan), [if made { "~ a" } else { "+ a" }]);
        assert!(report(&world.up(&[item("a")]).await.unwrap()).is_complete());
        assert_eq!((pending().await, world.ids()), (0, vec!["T/a".to_owned()]));
    }
}
