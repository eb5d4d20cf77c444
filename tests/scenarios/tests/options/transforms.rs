//! Changes of what is declared, before it is recorded.

use super::add;
use atp_iac::engine::Deployment;
use atp_iac::program::Component;
use atp_iac::resource::Transform;
use atp_iac::{Context, Options, Output, Result, Value, component};
use scenarios::{World, stack_name, urn};

/// A component with one resource, which has a transform of its own.
#[component(type = "test:Box")]
pub struct Container;

impl Component for Container {
    type Outputs = ();
    fn build(self, cx: &mut Context) -> Result<()> {
        add(cx, "inside", Options::new().transform(says("own"))).map(drop)
    }
}

/// Adds a word to what was said before.
fn says(word: &'static str) -> Transform {
    Transform::new(move |what| {
        let before = match &*what.inputs {
            atp_iac::output::Expression::Map(map) => map.get("said").map(|said| format!("{said:?}")),
            _ => None,
        };
        let said = format!("{}{word} ", before.unwrap_or_default().replace('"', ""));
        what.set("said", said.as_str());
    })
}

#[tokio::test]
async fn those_of_a_resource_come_first_then_those_around_it_then_those_of_the_stack() {
    let world = World::default();
    let program = Deployment::of_function(stack_name(), |cx| {
        add(cx, "before", Options::new())?;
        cx.transform(says("stack"));
        cx.transform(says("again"));
        let options = Options::new().transform(says("component"));
        cx.add_with("box", options, Container::new())?;
        Ok(Default::default())
    });
    world.deploy(&program).await.unwrap();
    assert_eq!(world.cloud.objects()["T/inside"].get("said"), Some(&"own component stack again ".into()));
    assert_eq!(world.cloud.objects()["T/before"].get("said"), None, "it was declared before");
}

#[tokio::test]
async fn a_transform_can_change_options_and_what_it_puts_in_is_waited_for() {
    let world = World::default();
    let program = Deployment::of_function(stack_name(), |cx| {
        let first = add(cx, "first", Options::new())?;
        let id: Output<String> = first.output("id");
        cx.transform(Transform::new(move |what| {
            assert_eq!(what.kind(), "T");
            what.set("tags.owner", &id).change_options(|options| options.protect(true).parent(&urn("first")));
        }));
        add(cx, "second", Options::new())?;
        Ok(Default::default())
    });
    world.deploy(&program).await.unwrap();
    let second = world.resource("second").await.unwrap();
    assert!(second.lifecycle.protect, "and it is where it was declared");
    assert_eq!(second.dependencies, [urn("first")]);
    assert_eq!(second.inputs.get("tags"), Some(&Value::from([("owner", "T/first".into())])));
}
