//! Resources under others.

use super::add;
use atp_iac::engine::Deployment;
use atp_iac::program::{Component, Location};
use atp_iac::{Context, Options, Result, Urn, Value, component};
use scenarios::{World, report, stack_name};

/// A component with one resource, which gives its own URN.
#[component(type = "test:Box")]
pub struct Container;

impl Component for Container {
    type Outputs = Option<Urn>;
    fn build(self, cx: &mut Context) -> Result<Option<Urn>> {
        let own = cx.component().cloned();
        let in_cloud = own.as_ref().map_or("box", Urn::name).replace('/', "-");
        let location = Location { file: "box.rs", line: 1 };
        let inputs = Value::from([("name", in_cloud.into())]);
        cx.register("T", "test", "inside", inputs.into(), Options::new(), location)?;
        Ok(own)
    }
}

fn family() -> Deployment {
    Deployment::of_function(stack_name(), |cx| {
        let parent = add(cx, "parent", Options::new().retain_on_delete("the law"))?;
        let child = add(cx, "child", Options::new().parent(&parent))?;
        add(cx, "grandchild", Options::new().parent(&child))?;
        if let Some(container) = cx.add("box", Container::new())? {
            add(cx, "late", Options::new().parent(&container))?;
            cx.add_with("nested", Options::new().parent(&container), Container::new())?;
        }
        Ok(Default::default())
    })
}

#[tokio::test]
async fn a_resource_under_another_one_has_its_name_before_its_own_and_takes_its_options() {
    let world = World::default();
    world.deploy(&family()).await.unwrap();
    let state = world.state().await;
    let mut found: Vec<(&str, &str, bool)> = state
        .resources()
        .map(|one| (one.urn.name(), one.urn.types(), one.lifecycle.retain.is_some()))
        .collect();
    found.sort_unstable();
    let expected = [
        ("box/inside", "test:Box$T", false),
        ("box/late", "test:Box$T", false),
        ("box/nested/inside", "test:Box$test:Box$T", false),
        ("parent", "T", true),
        ("parent/child", "T$T", true),
        ("parent/child/grandchild", "T$T$T", true),
    ];
    assert_eq!(found, expected);
    assert!(!world.plan(&family()).await.unwrap().has_changes());
}

#[tokio::test]
async fn a_resource_is_made_after_the_one_that_it_is_under_and_goes_before_it() {
    let world = World::default();
    let family = Deployment::of_function(stack_name(), |cx| {
        let parent = add(cx, "parent", Options::new())?;
        add(cx, "child", Options::new().parent(&parent))?;
        Ok(Default::default())
    });
    world.deploy(&family).await.unwrap();
    assert!(report(&world.destroy().await.unwrap()).is_complete());
    assert_eq!(world.writes(), ["+parent", "+child", "-child", "-parent"]);
}
